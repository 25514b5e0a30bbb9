"""From the database to the sheet: the same figures, and only to whoever may see reports of the unit."""

from datetime import date
from random import Random

import pytest

from muster.access.actor import NotAllowed, system_actor
from muster.reports import balance_sheet
from muster.reports.calc.document import document
from muster.units.models import UnitExternalId
from tests.builders import make_inquiry, make_person, make_unit
from tests.reports import organisations as made
from tests.reports.plain import Plain
from tests.reports.storing import store

pytestmark = pytest.mark.db
ON = date(2024, 2, 29)


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_from_the_database_equals_the_plain_calculation(db, seed):
    organisation = made.by_chance(Random(seed), size=7, crowd=15)
    units, _ = store(organisation)
    actor = system_actor("test", on=ON)

    for name, unit in units.items():
        built = balance_sheet.build(actor, unit.pk, ON)
        expected = Plain(organisation, name, ON, step=100).sheet()
        # Goals of one day come in the order of their units' rows.
        assert document(built.sheet) == expected
        assert built.before.as_of == date(2023, 2, 28)


def test_without_units_the_sheet_is_empty(db):
    report = balance_sheet.build(system_actor("test", on=ON), None, ON)

    assert document(report.sheet)["unit"] == {"id": "", "name": ""}
    assert report.sentences.headline == "No members yet"


def test_a_unit_never_imported_goes_by_its_own_id(organisation):
    report = balance_sheet.build(system_actor("test", on=ON), None, ON)

    assert document(report.sheet)["unit"] == {"id": organisation.ref, "name": organisation.name}


def test_only_who_may_see_reports_of_the_unit_gets_one(north, south, organisation, alice, bob, charlie, dora, actor_of):
    make_person("Nora", unit=north, member_from=date(2020, 1, 1))

    for who in (alice, bob, dora):
        assert balance_sheet.build(actor_of(who), north.pk, ON).sheet.members.total == 1
    for who, unit_id in ((charlie, north.pk), (alice, None), (alice, organisation.pk), (alice, south.pk)):
        with pytest.raises(NotAllowed):
            balance_sheet.build(actor_of(who), unit_id, ON)


def test_nothing_outside_the_unit_changes_its_sheet(north, south, alice, actor_of):
    branch = make_unit("Near", parent=north)
    UnitExternalId.objects.create(unit=north, source="sheet 2", value="1")
    make_person("Nora", unit=branch, member_from=date(2020, 1, 1))
    actor = actor_of(alice)
    before = balance_sheet.build(actor, north.pk, ON)
    assert before.sheet.unit.id == "1"

    UnitExternalId.objects.create(unit=south, source="sheet 3", value="1")
    far = make_unit("Far", parent=south, city="Salem", region="OR", country="US")
    stranger = make_person(
        "Stranger", unit=far, member_from=date(2019, 1, 1), city="Portland", region="OR", country="US"
    )
    make_person("Unplaced", member_from=date(2018, 1, 1))
    make_inquiry(person=stranger)
    make_inquiry()

    assert balance_sheet.build(actor, north.pk, ON) == before


def test_the_number_of_queries_does_not_grow(north, alice, actor_of, django_assert_num_queries):
    actor = actor_of(alice)
    for turn in range(2):
        for number in range(1 + turn * 2):
            unit = make_unit(f"Branch {turn} {number}", parent=north)
            make_person(f"Nora {number}", unit=unit, member_from=date(2020, 1, 1))
        with django_assert_num_queries(12):
            balance_sheet.build(actor, north.pk, ON)


@pytest.mark.parametrize(
    ("on", "compared_with"), [(date(1899, 1, 1), None), (date(9999, 12, 31), None), (ON, ON), (date(1, 1, 1), None)]
)
def test_impossible_days_are_refused(organisation, dora, actor_of, on, compared_with):
    with pytest.raises(balance_sheet.NoSuchDay):
        balance_sheet.build(actor_of(dora), organisation.pk, on, compared_with=compared_with)

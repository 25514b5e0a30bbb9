"""What closings and splits keep of people: for thirty days, and of nobody who was erased."""

import json
from datetime import timedelta

import pytest
from django.conf import settings

from muster.access.actor import NotAllowed, system_actor
from muster.people.models import Merge, Office, Placement
from muster.people.services.unit_spells import SpellsChanged
from muster.units.calc import UnitDetails
from muster.units.models import Closing, Split, UnitKind
from muster.units.services.growing import SplitCannotBeUndone
from muster.units.services.tree import ClosingCannotBeUndone
from muster.workflows import closed_units, erasure, growing, nightly, units
from tests.builders import NOON, TODAY, make_office, make_person, make_unit

pytestmark = [pytest.mark.db, pytest.mark.django_db]
LAST_MOMENT = NOON + timedelta(days=30)
SYSTEM = system_actor("test", on=TODAY)


def close(unit, **given):
    return units.close_unit(actor=SYSTEM, unit_id=unit.pk, on=TODAY, now=NOON, **given).closing_id


def split(unit, person):
    details = UnitDetails(name="West", kind_id=UnitKind.objects.get(code="branch").pk, opened_on=TODAY)
    unit.refresh_from_db()
    given = {"unit_id": unit.pk, "version": unit.version, "details": details, "person_ids": [person.pk]}
    return growing.split_unit(actor=SYSTEM, **given, now=NOON)


def people_kept():
    """Every person who stands in what is kept of spells, by a plain loop over all rows."""
    found = set()
    for row in (*Closing.objects.all(), *Split.objects.all()):
        for kept in row.spells.values():
            found |= {spell[1] for when in ("before", "after") for spell in kept[when]}
    return found


def everybody(north):
    """A branch that is closed and one that is split, each of two people."""
    shut, halved = make_unit("Shut", parent=north), make_unit("Halved", parent=north)
    people = [make_person(name, unit=unit) for unit in (shut, halved) for name in ("Ada Ek", "Bo Ek")]
    make_office(people[0], shut)
    return shut, halved, people


def test_whose_spells_ended_is_forgotten_when_it_cannot_be_undone(north):
    shut, halved, (ada, bo, _, goes) = everybody(north)
    closing_id, done = close(shut), split(halved, goes)
    assert closed_units.forget_spells(LAST_MOMENT) == "Nothing to forget."
    assert people_kept() == {ada.pk, bo.pk, goes.pk}
    told = "Closings and splits that cannot be taken back any more: 2."
    assert closed_units.forget_spells(LAST_MOMENT + timedelta(seconds=1)) == told
    assert closed_units.forget_spells(LAST_MOMENT + timedelta(seconds=1)) == "Nothing to forget."
    assert (people_kept(), Closing.objects.count(), Split.objects.count()) == (set(), 1, 1)
    # Even by a clock that is set back.
    with pytest.raises(ClosingCannotBeUndone, match=r"within thirty days\. After that it is forgotten"):
        units.undo_close(actor=SYSTEM, closing_id=closing_id, now=NOON)
    with pytest.raises(SplitCannotBeUndone, match=r"within thirty days\. After that it is forgotten"):
        growing.undo_split(actor=SYSTEM, split_id=done.split_id, now=NOON)


def test_what_was_undone_is_forgotten_the_night_after(north):
    shut, halved, (_, _, _, goes) = everybody(north)
    closing_id, done = close(shut), split(halved, goes)
    units.undo_close(actor=SYSTEM, closing_id=closing_id, now=NOON)
    growing.undo_split(actor=SYSTEM, split_id=done.split_id, now=NOON)
    assert people_kept()
    nightly.run("closed units", day=TODAY.isoformat(), now=NOON)
    assert people_kept() == set()
    assert settings.NIGHTLY["closed units"] == "muster.workflows.closed_units.forget_spells"


def test_whoever_is_erased_goes_out_at_once_and_the_others_are_put_back(north, dora, actor_of):
    shut, halved, (ada, bo, stays, goes) = everybody(north)
    closing_id, done = close(shut), split(halved, goes)
    for gone in (ada, goes):
        erasure.erase_person(actor=actor_of(dora), person_id=gone.pk, now=NOON)
    assert people_kept() == {bo.pk}
    stored = json.dumps([row.spells for row in (*Closing.objects.all(), *Split.objects.all())])
    assert json.loads(stored)[0]["placements"]["ended"] == 2
    before = set(Placement.objects.unscoped("a test").filter(person=ada).values_list("pk", "unit", "from_on", "to_on"))

    units.undo_close(actor=SYSTEM, closing_id=closing_id, now=NOON)

    rows = Placement.objects.unscoped("a test")
    assert rows.get(person=bo).to_on is None
    assert set(rows.filter(person=ada).values_list("pk", "unit", "from_on", "to_on")) == before
    assert Office.objects.unscoped("a test").get(person=ada).to_on == TODAY
    growing.undo_split(actor=SYSTEM, split_id=done.split_id, now=NOON)
    assert rows.get(person=stays).to_on is None
    assert rows.get(person=goes).to_on == TODAY


def test_a_new_unit_in_which_somebody_was_erased_stays(north, organisation):
    _, halved, (_, _, _, goes) = everybody(north)
    done, later = split(halved, goes), NOON + timedelta(days=1)
    erasure.erase_person(actor=system_actor("test", on=later.date()), person_id=goes.pk, now=later)
    with pytest.raises(SpellsChanged, match="where somebody was erased, close the unit instead"):
        growing.undo_split(actor=SYSTEM, split_id=done.split_id, now=later)


def test_records_that_were_merged_into_theirs_go_out_too(north, dora, actor_of):
    shut, _, (ada, bo, _, _) = everybody(north)
    close(shut)
    kept = make_person("Ada Ek", unit=north)
    Merge.objects.create(kept=kept, dropped_id=ada.pk, dropped_ref=ada.ref, merged_at=NOON)
    erasure.erase_person(actor=actor_of(dora), person_id=kept.pk, now=NOON)
    assert people_kept() == {bo.pk}


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_only_who_may_erase_takes_somebody_out(who, north, actor_of, request):
    shut, _, (ada, bo, _, _) = everybody(north)
    close(shut)
    with pytest.raises(NotAllowed):
        closed_units.erase_spells(actor=actor_of(request.getfixturevalue(who)), person_id=ada.pk, now=NOON)
    assert people_kept() == {ada.pk, bo.pk}

"""What is kept of one balance sheet for the next never outlives a change, nor reaches whoever may not count it."""

from datetime import date

import pytest

from muster.access.actor import system_actor
from muster.audit import queries as audit_queries
from muster.audit import services as audit
from muster.audit.models import Entry
from muster.people.services import standings
from muster.reports import balance_sheet, kept
from tests.builders import NOON, make_person, make_placement, make_unit

pytestmark = pytest.mark.db
ON = date(2024, 2, 29)
SYSTEM = system_actor("test", on=ON)


@pytest.fixture(autouse=True)
def keeping(monkeypatch):
    monkeypatch.setattr(kept, "MANY", 1)
    kept.forget()
    yield
    kept.forget()


def members(actor, unit_id):
    return balance_sheet.build(actor, unit_id, ON).sheet.members.total


def test_a_change_by_anybody_is_seen_by_the_next_sheet(north, organisation, django_assert_num_queries):
    make_person("Nora", unit=north, member_from=date(2020, 1, 1))
    newcomer = make_person("Ned", unit=north)
    assert members(SYSTEM, organisation.pk) == 1
    # Settings, tree, mark, goals and words. The people are not read again.
    with django_assert_num_queries(5):
        assert members(SYSTEM, organisation.pk) == 1

    standings.set_standing(actor=SYSTEM, person_id=newcomer.pk, standing="member", from_on=date(2024, 1, 1), now=NOON)
    assert members(SYSTEM, organisation.pk) == 2
    assert members(SYSTEM, north.pk) == 2


def test_everyone_gets_the_people_they_may_count_and_no_others(north, south, organisation, dora, charlie, actor_of):
    make_person("Nora", unit=north, member_from=date(2020, 1, 1))
    for name in ("Sue", "Sam"):
        make_person(name, unit=south, member_from=date(2020, 1, 1))
    for _ in range(2):
        assert members(actor_of(dora), organisation.pk) == 3
        assert members(actor_of(dora), north.pk) == 1
        assert members(actor_of(charlie), south.pk) == 2


def cities(actor, unit_id):
    return [
        (city.city, city.members) for city in balance_sheet.build(actor, unit_id, date(2019, 1, 1)).sheet.places.cities
    ]


def test_nobody_is_told_where_those_live_who_moved_away(north, south, dora, bob, actor_of):
    """Bob saw Mo in North. Mo lives in Springfield now and is placed in South: that is no business of Bob's."""
    there = make_unit("North 1", parent=north, city="Leeds")
    make_person("Nora", unit=there, member_from=date(2015, 1, 1), city="York")
    mo = make_person("Mo", member_from=date(2015, 1, 1), city="Springfield")
    make_placement(mo, there, from_on=date(2015, 1, 1), to_on=date(2020, 1, 1), is_primary=True)
    make_placement(mo, south, from_on=date(2020, 1, 1), is_primary=True)
    for _ in range(2):
        # Each asks after the other: what was read for one is not handed to the other.
        assert cities(actor_of(dora), there.pk) == [("Springfield", 1), ("York", 1)]
        assert cities(actor_of(bob), there.pk) == [("Leeds", 1), ("York", 1)]


def test_the_mark_moves_with_changes_even_when_one_comes_to_light_late(db):
    last = audit.record(user_id=None, actor_label="x", action="people.person.changed", now=NOON)
    before = audit_queries.mark()
    for action in ("people.person.viewed", "people.contact.shown", "reports.sheet.exported"):
        audit.record(user_id=None, actor_label="x", action=action, now=NOON)
    assert audit_queries.mark() == before
    entry = {"happened_at": NOON, "actor_label": "x", "action": "people.person.changed"}
    Entry.objects.create(id=last + 20, **entry)
    after = audit_queries.mark()
    # Numbered before the other and seen after it.
    Entry.objects.create(id=last + 10, **entry)
    assert len({before, after, audit_queries.mark()}) == 3

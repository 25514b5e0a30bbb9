"""Acts on units: who may, what is refused, what happens to people, and that an undo restores exactly."""

import random
from datetime import date, timedelta

import pytest

from muster.access.actor import NotAllowed
from muster.audit.models import Entry
from muster.contacts import nightly
from muster.contacts.models import Inquiry
from muster.contacts.services import routing
from muster.people.models import Office, Placement
from muster.people.services.unit_spells import SpellsBeginLater, SpellsChanged
from muster.units.calc import UnitDetails
from muster.units.models import Unit, UnitKind
from muster.units.services import rules, tree
from muster.workflows import units as acts
from tests.builders import (
    LONG_AGO,
    NOON,
    TODAY,
    make_case,
    make_claim,
    make_inquiry,
    make_office,
    make_person,
    make_placement,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.db
TOMORROW = TODAY + timedelta(days=1)


def details(name="North 9", kind="branch", **fields):
    return UnitDetails(name=name, kind_id=UnitKind.objects.get(code=kind).pk, **fields)


def spells_of(person):
    rows = Placement.objects.unscoped("test").filter(person=person).order_by("from_on", "unit__name")
    return list(rows.values_list("unit__name", "from_on", "to_on", "is_primary"))


def everything():
    """All that a closing touches, the versions left out: they only ever rise."""
    return (
        set(Unit.objects.values_list("pk", "name", "parent", "opened_on", "closed_on")),
        set(Placement.objects.unscoped("test").values_list("pk", "person", "unit", "from_on", "to_on", "is_primary")),
        set(Office.objects.unscoped("test").values_list("pk", "person", "unit", "role", "from_on", "to_on")),
    )


def act(name, actor, unit, other):
    """Call the act with input that would be right for somebody who may."""
    match name:
        case "open":
            acts.open_unit(actor=actor, parent_id=unit.parent_id, details=details(), now=NOON)
        case "edit":
            acts.edit_unit(actor=actor, unit_id=unit.pk, version=1, details=details(), now=NOON)
        case "move":
            acts.move_unit(actor=actor, unit_id=unit.pk, parent_id=other.pk, now=NOON)
        case "close":
            acts.close_unit(actor=actor, unit_id=unit.pk, on=TODAY, now=NOON)
        case "reopen":
            Unit.objects.filter(pk=unit.pk).update(closed_on=TODAY)
            acts.reopen_unit(actor=actor, unit_id=unit.pk, now=NOON)


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
@pytest.mark.parametrize("name", ["open", "edit", "move", "close", "reopen"])
def test_only_who_may_change_units_there_changes_them(name, who, north, actor_of, request):
    branch, other = make_unit("North 1", parent=north), make_unit("North West", kind="region", parent=north)

    with pytest.raises(NotAllowed):
        act(name, actor_of(request.getfixturevalue(who)), branch, other)
    act(name, actor_of(request.getfixturevalue("erin")), branch, other)

    assert [entry.actor_label for entry in Entry.objects.all()] == ["erin"]


def test_a_unit_is_opened_below_another(north, erin, actor_of):
    given = details(
        "North 2", opened_on=TODAY, city="Salem", region="OR", country="US", latitude=44.9, longitude=-123.0
    )
    unit_id = acts.open_unit(actor=actor_of(erin), parent_id=north.pk, details=given, now=NOON)

    unit = Unit.objects.select_related("kind").get(pk=unit_id)
    assert (unit.name, unit.kind.code, unit.parent, unit.opened_on, unit.city) == (
        "North 2",
        "branch",
        north,
        TODAY,
        "Salem",
    )
    assert (unit.latitude, unit.longitude, unit.closed_on, unit.version) == (44.9, -123.0, None, 1)
    entry = Entry.objects.get()
    assert (entry.action, entry.target, entry.unit_id, entry.happened_at) == (
        "units.unit.opened",
        f"units.Unit:{unit_id}",
        unit_id,
        NOON,
    )
    assert entry.details == {"name": "North 2", "kind": "branch", "parent": north.pk}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"country": "us"}, "country"),
        ({"latitude": 4.0}, "latitude"),
        ({"latitude": 91.0, "longitude": 4.0}, "latitude"),
        ({"latitude": 4.0, "longitude": -181.0}, "longitude"),
        ({"kind": "organisation"}, "kind"),
    ],
)
def test_what_a_unit_cannot_be_is_refused(fields, field, north, erin, actor_of):
    with pytest.raises((rules.BadDetails, rules.KindNotAllowed)) as caught:
        acts.open_unit(actor=actor_of(erin), parent_id=north.pk, details=details(**fields), now=NOON)
    assert caught.value.field == field


def test_nothing_opens_below_a_closed_unit(north, erin, actor_of):
    closed = make_unit("North West", kind="region", parent=north, closed_on=TODAY)
    with pytest.raises(rules.UnitClosed, match=r"North West closed on Sun 1 Nov 2026\."):
        acts.open_unit(actor=actor_of(erin), parent_id=closed.pk, details=details(), now=NOON)


def test_a_newer_version_is_not_overwritten(north, erin, actor_of):
    branch = make_unit("North 1", parent=north)
    acts.edit_unit(actor=actor_of(erin), unit_id=branch.pk, version=1, details=details("Salem"), now=NOON)
    with pytest.raises(rules.UnitChanged):
        acts.edit_unit(actor=actor_of(erin), unit_id=branch.pk, version=1, details=details("Eugene"), now=NOON)

    branch.refresh_from_db()
    assert (branch.name, branch.version) == ("Salem", 2)
    assert Entry.objects.get().details == {"changed": {"name": ["North 1", "Salem"]}}


def test_a_kind_changes_only_where_parent_and_children_allow_it(north, erin, actor_of):
    branch = make_unit("North 1", parent=north)
    make_unit("Campus", kind="group", parent=branch)
    edit = {"actor": actor_of(erin), "unit_id": branch.pk, "now": NOON}

    with pytest.raises(rules.KindNotAllowed, match="Campus"):
        acts.edit_unit(version=1, details=details("North 1", kind="committee"), **edit)
    with pytest.raises(rules.KindNotAllowed, match="may not stand below “Region”"):
        acts.edit_unit(version=1, details=details("North 1", kind="organisation"), **edit)
    acts.edit_unit(version=1, details=details("North 1", kind="region"), **edit)


def test_of_the_unit_above_nothing_is_told_to_who_may_not_see_it(north, actor_of):
    branch = make_unit("North 1", parent=north)
    actor = actor_of(make_user("nat", national_officer=branch))
    with pytest.raises(rules.KindNotAllowed) as refused:
        acts.edit_unit(
            actor=actor, unit_id=branch.pk, version=1, details=details("North 1", kind="organisation"), now=NOON
        )
    assert str(refused.value) == "A unit of that kind may not stand where this one does."

    done = acts.close_unit(actor=actor, unit_id=branch.pk, on=TODAY, now=NOON)
    Unit.objects.filter(pk=north.pk).update(closed_on=TODAY)
    said = "The unit above it is closed. That has to be open first."
    with pytest.raises(rules.UnitClosed, match=said):
        acts.reopen_unit(actor=actor, unit_id=branch.pk, now=NOON)
    with pytest.raises(rules.UnitClosed, match=said):
        acts.undo_close(actor=actor, closing_id=done.closing_id, now=NOON)


def test_a_unit_does_not_open_after_it_closed(north, erin, actor_of):
    branch = make_unit("North 1", parent=north, closed_on=TODAY)
    with pytest.raises(rules.BadDetails):
        acts.edit_unit(
            actor=actor_of(erin), unit_id=branch.pk, version=1, details=details(opened_on=TOMORROW), now=NOON
        )


def test_a_move_needs_rights_where_it_goes_and_where_it_comes_from(north, south, erin, charlie, dora, actor_of):
    branch = make_unit("North 1", parent=north)
    with pytest.raises(NotAllowed):
        acts.move_unit(actor=actor_of(erin), unit_id=branch.pk, parent_id=south.pk, now=NOON)
    with pytest.raises(NotAllowed):
        acts.move_unit(actor=actor_of(charlie), unit_id=branch.pk, parent_id=south.pk, now=NOON)

    assert acts.move_unit(actor=actor_of(dora), unit_id=branch.pk, parent_id=south.pk, now=NOON) == north.pk
    branch.refresh_from_db()
    assert branch.parent == south


def test_moves_that_would_break_the_tree_are_refused(organisation, north, south, dora, actor_of):
    west = make_unit("North West", kind="region", parent=north)
    branch = make_unit("North 1", parent=west)
    closed = make_unit("Old", kind="region", parent=south, closed_on=TODAY)
    for unit, parent, error in [
        (organisation, north, tree.RootStays),
        (north, north, tree.WouldHoldItself),
        (north, west, tree.WouldHoldItself),
        (south, branch, rules.KindNotAllowed),
        (branch, closed, rules.UnitClosed),
    ]:
        with pytest.raises(error):
            acts.move_unit(actor=actor_of(dora), unit_id=unit.pk, parent_id=parent.pk, now=NOON)


@pytest.mark.parametrize("seed", range(3))
def test_no_row_of_moves_makes_a_cycle(seed, organisation, dora, actor_of):
    chance = random.Random(seed)
    units = [organisation]
    for number in range(10):
        units.append(make_unit(f"R{number}", kind="region", parent=chance.choice(units)))
    moved = 0
    for _ in range(60):
        unit, parent = chance.choice(units), chance.choice(units)
        try:
            acts.move_unit(actor=actor_of(dora), unit_id=unit.pk, parent_id=parent.pk, now=NOON)
            moved += 1
        except (tree.RootStays, tree.WouldHoldItself):
            pass
        parents = dict(Unit.objects.values_list("pk", "parent_id"))
        for step in parents:
            seen = set()
            while step is not None:
                assert step not in seen
                seen.add(step)
                step = parents[step]
            assert organisation.pk in seen
    assert moved > 10


def test_closing_ends_placements_and_offices_that_day(north, erin, actor_of):
    branch, other = make_unit("North 1", parent=north), make_unit("North 2", parent=north)
    stays, leaves, gone = make_person("Ada Ek"), make_person("Bo Ek"), make_person("Cy Ek")
    make_placement(stays, other, is_primary=True)
    make_placement(stays, branch)
    make_placement(leaves, branch, is_primary=True)
    make_placement(gone, branch, to_on=date(2020, 1, 1))
    make_office(leaves, branch)

    done = acts.close_unit(actor=actor_of(erin), unit_id=branch.pk, on=TODAY, now=NOON)

    branch.refresh_from_db()
    assert (branch.closed_on, done.unit_ids, done.placements, done.offices) == (TODAY, [branch.pk], 2, 1)
    assert spells_of(stays) == [("North 1", LONG_AGO, TODAY, False), ("North 2", LONG_AGO, None, True)]
    assert spells_of(leaves) == [("North 1", LONG_AGO, TODAY, True)]
    assert spells_of(gone) == [("North 1", LONG_AGO, date(2020, 1, 1), False)]
    assert Office.objects.unscoped("test").get().to_on == TODAY
    entry = Entry.objects.get()
    assert entry.details == {
        "on": "2026-11-01",
        "with_below": [],
        "placements": 2,
        "offices": 1,
        "people_to": None,
        "inquiries": 0,
    }


def test_what_waits_in_a_unit_that_closes_is_sent_on(north, south, erin, actor_of):
    """By the rules, or by hand to the unit above that is open; what somebody took up, or need not, stays."""
    branch, other = make_unit("North 1", parent=north), make_unit("South 1", parent=south)
    group = make_unit("Campus", kind="group", parent=branch)
    make_claim(other, "97301")
    member = make_person("Mo Moss", unit=other, member_from=LONG_AGO)

    def inquiry(unit=group, by="nearest", **fields):
        return make_inquiry(unit=unit, routed_by=by, routed_because="Then", country="US", postcode="97301", **fields)

    by_rule, by_hand, elsewhere = inquiry(), inquiry(by="hand"), inquiry(unit=other, by="hand")
    doubtful, again = inquiry(by="hand", mark="suspected"), inquiry(by="hand", repeats=by_hand)
    person = make_person("Cy Ek", unit=group)
    taken, spam = inquiry(person=person, case=make_case(person)), inquiry(mark="spam")
    of_member = inquiry(person=member)
    stay = [elsewhere, taken, spam, of_member]

    done = acts.close_unit(actor=actor_of(erin), unit_id=branch.pk, on=TODAY, now=NOON, with_below=True)

    rows = {one.pk: one for one in Inquiry.objects.unscoped("test")}
    assert [(rows[one.pk].unit, rows[one.pk].routed_by) for one in (by_rule, by_hand, doubtful, again)] == [
        (other, "claim_postcode"),
        (north, "hand"),
        (north, "hand"),
        (north, "hand"),
    ]
    assert rows[by_rule.pk].routed_because == "Post code 97301 belongs to South 1"
    assert rows[by_hand.pk].routed_because == "Campus, where it was, is closed"
    assert [rows[one.pk] for one in stay] == stay
    assert {(rows[one.pk].unit_id, rows[one.pk].routed_because) for one in stay} == {
        (other.pk, "Then"),
        (group.pk, "Then"),
    }
    assert done.inquiries == Entry.objects.get().details["inquiries"] == 4


def test_of_a_day_to_come_the_night_sends_them_on(north, erin, actor_of):
    branch = make_unit("North 1", parent=north)
    waits = make_inquiry(unit=branch, routed_by="hand")
    assert acts.close_unit(actor=actor_of(erin), unit_id=branch.pk, on=TOMORROW, now=NOON).inquiries == 0
    assert nightly.send_waiting(NOON) == "None waited."
    assert nightly.send_waiting(NOON + timedelta(days=1)) == "Sent to a unit: 1."
    waits.refresh_from_db()
    assert waits.unit == north
    assert nightly.send_waiting(NOON + timedelta(days=1)) == "None waited."


@pytest.mark.parametrize("named", [0, 500])
def test_it_is_sent_on_though_the_whole_organisation_is_closed(named, organisation, north, monkeypatch):
    """A file may say so; and whether the database is told which inquiries are meant, or all are read, is the same."""
    monkeypatch.setattr("muster.contacts.queries.routing.MOST_NAMED", named)
    Unit.objects.update(closed_on=TODAY)
    branch = make_unit("North 1", parent=north, closed_on=TODAY)
    there = [
        make_inquiry(unit=unit, routed_by=by) for unit in (organisation, north, branch) for by in ("hand", "nearest")
    ]
    assert nightly.send_waiting(NOON) == "Sent to a unit: 4."
    for one in there:
        one.refresh_from_db()
    assert {one.unit for one in there} == {organisation}
    assert nightly.send_waiting(NOON) == "None waited."


@pytest.mark.parametrize("count", [1, 3])
def test_sending_on_costs_the_same_however_many_wait(count, north, erin, actor_of, django_assert_num_queries):
    branch = make_unit("North 1", parent=north, closed_on=TODAY)
    for _ in range(count):
        make_inquiry(unit=branch, routed_by="hand")
        make_inquiry(unit=branch, routed_by="nearest")
    # Beside the savepoint: which are closed, where somebody waits, the tree, who goes by the rules, by hand; then as a routing.
    with django_assert_num_queries(15):
        assert routing.leave_closed(actor=actor_of(erin), now=NOON) == 2 * count


def test_what_stands_in_the_way_of_closing_is_said(organisation, north, south, erin, dora, actor_of):
    branch = make_unit("North 1", parent=north, opened_on=TODAY)
    group = make_unit("Campus", kind="group", parent=branch)
    closed = make_unit("North 2", parent=north, closed_on=TODAY)
    close = acts.close_unit

    with pytest.raises(tree.RootStays):
        close(actor=actor_of(dora), unit_id=organisation.pk, on=TODAY, now=NOON)
    with pytest.raises(tree.UnitsBelowAreOpen, match="Campus"):
        close(actor=actor_of(erin), unit_id=branch.pk, on=TODAY, now=NOON)
    with pytest.raises(rules.UnitClosed):
        close(actor=actor_of(erin), unit_id=closed.pk, on=TODAY, now=NOON)
    with pytest.raises(rules.BadDetails, match="North 1 opened on Sun 1 Nov 2026"):
        close(actor=actor_of(erin), unit_id=branch.pk, on=LONG_AGO, now=NOON, with_below=True)
    with pytest.raises(rules.UnitClosed):
        close(actor=actor_of(erin), unit_id=group.pk, on=TODAY, now=NOON, move_people_to=closed.pk)
    with pytest.raises(NotAllowed):
        close(actor=actor_of(erin), unit_id=group.pk, on=TODAY, now=NOON, move_people_to=south.pk)
    with pytest.raises(rules.UnitClosed):
        close(actor=actor_of(erin), unit_id=group.pk, on=TODAY, now=NOON, move_people_to=group.pk)
    make_placement(make_person(), group, from_on=TOMORROW)
    with pytest.raises(SpellsBeginLater):
        close(actor=actor_of(erin), unit_id=group.pk, on=TODAY, now=NOON)
    assert Entry.objects.count() == 0


def world(chance, north, south):
    """Units with people whose spells overlap in every way that is allowed."""
    west = make_unit("North West", kind="region", parent=north)
    closing = [west, *(make_unit(f"West {number}", parent=west) for number in range(2))]
    make_unit("West old", parent=west, closed_on=date(2015, 1, 1))
    target, elsewhere = make_unit("North 2", parent=north), make_unit("South 1", parent=south)
    for number in range(12):
        person, primary_to = make_person(f"Person {number}"), []
        for unit in (*closing, target, elsewhere):
            start = date(2016 + chance.randrange(8), 1, 1)
            end = chance.choice([None, date(2025, 6, 1), date(2028, 6, 1)])
            is_primary = not primary_to and chance.random() < 0.4
            make_placement(person, unit, from_on=start, to_on=end, is_primary=is_primary)
            primary_to += [end] if is_primary else []
        if chance.random() < 0.5:
            make_office(person, closing[1], from_on=date(2020, 1, 1))
    return closing, target


def placed(day):
    """(person, unit, primary) of everybody placed on that day, by a plain loop."""
    rows = Placement.objects.unscoped("test").values_list("person", "unit", "from_on", "to_on", "is_primary")
    return {(who, unit, primary) for who, unit, start, end, primary in rows if start <= day and (not end or day < end)}


@pytest.mark.parametrize("seed", range(3))
def test_people_go_on_in_the_other_unit_and_an_undo_restores_exactly(seed, north, south, erin, actor_of):
    closing, target = world(random.Random(seed), north, south)
    closed_ids = {unit.pk for unit in closing}
    before, days = everything(), [date(year, 7, 1) for year in range(2016, 2030)]
    was = {day: placed(day) for day in days}

    done = acts.close_unit(
        actor=actor_of(erin), unit_id=closing[0].pk, on=TODAY, now=NOON, with_below=True, move_people_to=target.pk
    )

    assert set(done.unit_ids) == closed_ids
    for day in days:
        if day < TODAY:
            assert placed(day) == was[day]
            continue
        expected = {}
        for who, unit, primary in was[day]:
            there = (who, target.pk if unit in closed_ids else unit)
            expected[there] = expected.get(there, False) or primary
        assert placed(day) == {(who, unit, primary) for (who, unit), primary in expected.items()}
    assert everything() != before

    acts.undo_close(actor=actor_of(erin), closing_id=done.closing_id, now=NOON + timedelta(days=30))
    assert everything() == before


def closed_branch(north, erin, actor_of):
    branch = make_unit("North 1", parent=north)
    person = make_person(unit=branch)
    done = acts.close_unit(actor=actor_of(erin), unit_id=branch.pk, on=TODAY, now=NOON)
    return branch, person, done.closing_id


def test_a_closing_is_undone_once_and_within_thirty_days(north, erin, actor_of):
    _, _, closing_id = closed_branch(north, erin, actor_of)
    with pytest.raises(tree.ClosingCannotBeUndone):
        acts.undo_close(actor=actor_of(erin), closing_id=closing_id, now=NOON + timedelta(days=30, seconds=1))
    acts.undo_close(actor=actor_of(erin), closing_id=closing_id, now=NOON)
    with pytest.raises(tree.ClosingCannotBeUndone):
        acts.undo_close(actor=actor_of(erin), closing_id=closing_id, now=NOON)


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_only_who_may_close_may_undo(who, north, erin, actor_of, request):
    _, _, closing_id = closed_branch(north, erin, actor_of)
    with pytest.raises(NotAllowed):
        acts.undo_close(actor=actor_of(request.getfixturevalue(who)), closing_id=closing_id, now=NOON)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("reopened", tree.ClosingCannotBeUndone),
        ("parent closed", rules.UnitClosed),
        ("spell changed", SpellsChanged),
        ("placed elsewhere", SpellsChanged),
    ],
)
def test_an_undo_never_overwrites_what_came_after(change, error, north, erin, actor_of):
    branch, person, closing_id = closed_branch(north, erin, actor_of)
    match change:
        case "reopened":
            acts.reopen_unit(actor=actor_of(erin), unit_id=branch.pk, now=NOON)
        case "parent closed":
            Unit.objects.filter(pk=north.pk).update(closed_on=TODAY)
        case "spell changed":
            Placement.objects.unscoped("test").update(to_on=date(2020, 1, 1))
        case "placed elsewhere":
            make_placement(person, make_unit("North 2", parent=north), from_on=TODAY, is_primary=True)
    before = everything()

    with pytest.raises(error):
        acts.undo_close(actor=actor_of(erin), closing_id=closing_id, now=NOON)
    assert everything() == before


def test_an_undo_opens_nothing_that_stands_elsewhere_now(north, south, erin, dora, actor_of):
    branch = make_unit("North 1", parent=north)
    group = make_unit("Campus", kind="group", parent=branch)
    done = acts.close_unit(actor=actor_of(erin), unit_id=branch.pk, on=TODAY, with_below=True, now=NOON)
    acts.move_unit(actor=actor_of(dora), unit_id=group.pk, parent_id=south.pk, now=NOON)
    before = everything()

    with pytest.raises(tree.ClosingCannotBeUndone, match="not here any more"):
        acts.undo_close(actor=actor_of(erin), closing_id=done.closing_id, now=NOON)
    assert everything() == before


def test_a_unit_opens_again_below_an_open_one_only(north, erin, actor_of):
    west = make_unit("North West", kind="region", parent=north, closed_on=TODAY)
    branch = make_unit("West 1", parent=west, closed_on=TODAY)
    with pytest.raises(rules.UnitClosed, match="North West"):
        acts.reopen_unit(actor=actor_of(erin), unit_id=branch.pk, now=NOON)
    acts.reopen_unit(actor=actor_of(erin), unit_id=west.pk, now=NOON)
    acts.reopen_unit(actor=actor_of(erin), unit_id=branch.pk, now=NOON)
    with pytest.raises(tree.UnitOpen):
        acts.reopen_unit(actor=actor_of(erin), unit_id=branch.pk, now=NOON)
    assert set(Unit.objects.values_list("closed_on", flat=True)) == {None}

"""A group becomes a branch, a branch two: who may, what is refused, what past days know, and that an undo restores exactly."""

import random
from datetime import date, timedelta

import pytest

from muster.access.actor import NotAllowed, system_actor
from muster.audit.models import Entry
from muster.contacts.services import routing
from muster.people.models import Office, Placement
from muster.people.services.unit_spells import NobodyGoes, SpellsBeginLater, SpellsChanged
from muster.reports import balance_sheet
from muster.units import queries as units
from muster.units.calc import UnitDetails
from muster.units.models import FormerKind, Split, Unit, UnitKind
from muster.units.services import growing, rules
from muster.workflows import growing as acts
from muster.workflows import units as unit_acts
from tests.builders import (
    LONG_AGO,
    NOON,
    TODAY,
    make_claim,
    make_former_kind,
    make_inquiry,
    make_office,
    make_person,
    make_placement,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.db
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def kind(code):
    return UnitKind.objects.get(code=code).pk


def promote(actor, unit, *, to="branch", on=TODAY, version=None, now=NOON):
    version = Unit.objects.get(pk=unit.pk).version if version is None else version
    acts.promote_unit(actor=actor, unit_id=unit.pk, version=version, kind_id=kind(to), on=on, now=now)


def split(actor, unit, people, *, name="North 1 West", on=TODAY, version=1, now=NOON, **fields):
    details = UnitDetails(name=name, kind_id=kind("branch"), opened_on=on, **fields)
    ids = [person.pk for person in people]
    return acts.split_unit(actor=actor, unit_id=unit.pk, version=version, details=details, person_ids=ids, now=now)


def everything():
    """All that a split touches; the versions left out: they only ever rise."""
    return (
        set(Unit.objects.values_list("pk", "name", "parent", "kind", "opened_on", "closed_on")),
        set(Placement.objects.unscoped("test").values_list("pk", "person", "unit", "from_on", "to_on", "is_primary")),
        set(Office.objects.unscoped("test").values_list("pk", "person", "unit", "role", "from_on", "to_on")),
    )


def placed(day):
    """(person, unit, primary) of everybody placed on that day, by a plain loop."""
    rows = Placement.objects.unscoped("test").values_list("person", "unit", "from_on", "to_on", "is_primary")
    return {(who, unit, primary) for who, unit, start, end, primary in rows if start <= day and (not end or day < end)}


# Becoming a branch


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_only_who_may_change_units_makes_a_branch_of_a_group(who, north, erin, actor_of, request):
    group = make_unit("Campus", kind="group", parent=north)

    with pytest.raises(NotAllowed):
        promote(actor_of(request.getfixturevalue(who)), group)
    promote(actor_of(erin), group)
    with pytest.raises(NotAllowed):
        acts.undo_promotion(actor=actor_of(request.getfixturevalue(who)), unit_id=group.pk, now=NOON)
    acts.undo_promotion(actor=actor_of(erin), unit_id=group.pk, now=NOON)

    assert [entry.action for entry in Entry.objects.order_by("pk")] == [
        "units.unit.promoted",
        "units.unit.promotion_undone",
    ]


def test_a_past_day_knows_a_group_as_a_group(organisation, north, erin, actor_of):
    group = make_unit("Campus", kind="group", parent=north, opened_on=date(2024, 1, 1))
    make_person(unit=group, member_from=LONG_AGO)
    days = (YESTERDAY, TODAY, TOMORROW)
    everyone = system_actor("test", on=TOMORROW)

    def counted():
        sheets = [balance_sheet.build(everyone, organisation.pk, day).sheet.units for day in days]
        return [(sheet.branches_open, sheet.groups_open, sheet.members_in_branches) for sheet in sheets]

    assert counted() == [(0, 1, 0)] * 3
    promote(actor_of(erin), group)
    assert counted() == [(0, 1, 0), (1, 0, 1), (1, 0, 1)]
    assert [set(units.of_kind_on(units.units(), "branch", day)) for day in days] == [set(), {group}, {group}]
    assert [set(units.of_kind_on(units.units(), "group", day)) for day in days] == [{group}, set(), set()]
    acts.undo_promotion(actor=actor_of(erin), unit_id=group.pk, now=NOON + timedelta(days=30))
    assert counted() == [(0, 1, 0)] * 3


@pytest.mark.parametrize("seed", range(4))
def test_the_kind_on_a_day_equals_a_plain_loop(seed, north):
    chance, codes = random.Random(seed), ["region", "branch", "group", "committee"]
    days = [date(2020, 1, day) for day in range(1, 20)]
    was = {}
    for number in range(8):
        unit = make_unit(f"Unit {number}", kind=chance.choice(codes), parent=north)
        was[unit.pk] = [(day, chance.choice(codes)) for day in sorted(chance.sample(days, chance.randrange(4)))]
        for day, code in was[unit.pk]:
            make_former_kind(unit, code, until=day)
    now = dict(Unit.objects.filter(pk__in=was).values_list("pk", "kind__code"))

    for day in days:
        for code in codes:
            expected = set()
            for unit_id, spells in was.items():
                then = now[unit_id]
                for until, former in reversed(spells):
                    then = former if day < until else then
                expected |= {unit_id} if then == code else set()
            found = units.of_kind_on(Unit.objects.filter(pk__in=was), code, day)
            assert set(found.values_list("pk", flat=True)) == expected


def test_the_whole_organisation_stays_what_it_is(organisation, dora, actor_of):
    with pytest.raises(rules.KindNotAllowed, match="whole organisation"):
        promote(actor_of(dora), organisation)


def test_what_cannot_become_a_branch_is_said(north, south, erin, actor_of):
    group = make_unit("Campus", kind="group", parent=north, opened_on=date(2024, 1, 1))
    branch = make_unit("North 1", parent=north)
    below = make_unit("Library", kind="group", parent=branch)
    closed = make_unit("Old", kind="group", parent=north, closed_on=TODAY)
    actor = actor_of(erin)

    with pytest.raises(rules.BadDetails, match="today or an earlier day"):
        promote(actor, group, on=TOMORROW)
    with pytest.raises(rules.BadDetails, match="Mon 1 Jan 2024"):
        promote(actor, group, on=date(2024, 1, 1))
    with pytest.raises(rules.KindNotAllowed, match="already"):
        promote(actor, group, to="group")
    with pytest.raises(rules.KindNotAllowed, match="may not stand below “Branch”"):
        promote(actor, below)
    with pytest.raises(rules.UnitClosed):
        promote(actor, closed)
    with pytest.raises(rules.UnitChanged):
        promote(actor, group, version=7)
    promote(actor, group)
    with pytest.raises(rules.BadDetails, match="Sun 1 Nov 2026"):
        promote(actor, group, to="region")
    assert FormerKind.objects.count() == 1


def test_becoming_a_branch_is_undone_once_and_within_thirty_days(north, erin, actor_of):
    group = make_unit("Campus", kind="group", parent=north)
    promote(actor_of(erin), group)
    with pytest.raises(growing.PromotionCannotBeUndone):
        acts.undo_promotion(actor=actor_of(erin), unit_id=group.pk, now=NOON + timedelta(days=30, seconds=1))
    acts.undo_promotion(actor=actor_of(erin), unit_id=group.pk, now=NOON)
    group.refresh_from_db()
    assert (group.kind.code, FormerKind.objects.count()) == ("group", 0)
    with pytest.raises(growing.PromotionCannotBeUndone):
        acts.undo_promotion(actor=actor_of(erin), unit_id=group.pk, now=NOON)


def test_a_group_that_cannot_stand_there_any_more_stays_a_branch(north, erin, actor_of):
    group = make_unit("Campus", kind="group", parent=north)
    promote(actor_of(erin), group)
    make_unit("Library", kind="group", parent=group)
    with pytest.raises(rules.KindNotAllowed, match="Library"):
        acts.undo_promotion(actor=actor_of(erin), unit_id=group.pk, now=NOON)
    group.refresh_from_db()
    assert group.kind.code == "branch"


# Splitting


def two_halves(north):
    branch = make_unit("North 1", parent=north)
    stays, goes = (
        make_person("Ada Ek", unit=branch, member_from=LONG_AGO),
        make_person("Bo Ek", unit=branch, member_from=LONG_AGO),
    )
    make_office(goes, branch)
    return branch, stays, goes


def test_who_goes_is_placed_in_the_new_branch_from_that_day(north, erin, actor_of):
    branch, stays, goes = two_halves(north)
    elsewhere = make_unit("Campus", kind="group", parent=branch)
    make_placement(goes, elsewhere)

    done = split(actor_of(erin), branch, [goes], city="Salem", region="OR", country="US")

    new = Unit.objects.select_related("kind").get(pk=done.new_unit_id)
    assert (new.name, new.kind.code, new.parent, new.opened_on, new.city) == (
        "North 1 West",
        "branch",
        north,
        TODAY,
        "Salem",
    )
    assert (done.placements, done.offices) == (1, 1)
    before = {(stays.pk, branch.pk, True), (goes.pk, branch.pk, True), (goes.pk, elsewhere.pk, False)}
    assert placed(YESTERDAY) == before
    assert placed(TODAY) == before - {(goes.pk, branch.pk, True)} | {(goes.pk, new.pk, True)}
    assert Office.objects.unscoped("test").get().to_on == TODAY
    assert [(entry.action, entry.unit_id, entry.details) for entry in Entry.objects.order_by("pk")] == [
        ("units.unit.opened", new.pk, {"name": "North 1 West", "kind": "branch", "parent": north.pk}),
        (
            "units.unit.split",
            branch.pk,
            {"new_unit": new.pk, "on": TODAY.isoformat(), "placements": 1, "offices": 1},
        ),
    ]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_only_who_may_change_units_splits_one(who, north, erin, actor_of, request):
    branch, _, goes = two_halves(north)
    other = actor_of(request.getfixturevalue(who))
    with pytest.raises(NotAllowed):
        split(other, branch, [goes])
    done = split(actor_of(erin), branch, [goes])
    with pytest.raises(NotAllowed):
        acts.undo_split(actor=other, split_id=done.split_id, now=NOON)


def test_a_unit_is_split_by_who_may_change_what_stands_above_it(north, actor_of):
    branch, _, goes = two_halves(north)
    with pytest.raises(NotAllowed):
        split(actor_of(make_user("fred", national_officer=branch)), branch, [goes])
    assert Split.objects.count() == 0


def test_what_stands_in_the_way_of_a_split_is_said(organisation, north, erin, dora, actor_of):
    branch, stays, goes = two_halves(north)
    actor = actor_of(erin)
    before = everything()

    with pytest.raises(NobodyGoes):
        split(actor, branch, [])
    with pytest.raises(NobodyGoes):
        split(actor, branch, [stays, goes])
    with pytest.raises(SpellsChanged):
        split(actor, branch, [goes, make_person("Cy Ek", unit=north)])
    with pytest.raises(rules.UnitChanged):
        split(actor, branch, [goes], version=2)
    with pytest.raises(rules.BadDetails, match="name"):
        split(actor, branch, [goes], name=" ")
    with pytest.raises(rules.BadDetails):
        split(actor, branch, [goes], on=None)
    with pytest.raises(rules.BadDetails, match="within a year"):
        split(actor, branch, [goes], on=date(9999, 12, 31))
    with pytest.raises(NotAllowed):
        split(actor, north, [goes])
    Unit.objects.filter(pk=branch.pk).update(opened_on=TODAY)
    with pytest.raises(rules.BadDetails, match="Sun 1 Nov 2026"):
        split(actor, branch, [goes])
    Unit.objects.filter(pk=branch.pk).update(opened_on=None, closed_on=TODAY)
    with pytest.raises(rules.UnitClosed):
        split(actor, branch, [goes])
    Unit.objects.filter(pk=branch.pk).update(closed_on=None)
    make_office(goes, branch, role="chair", from_on=TOMORROW)
    with pytest.raises(SpellsBeginLater):
        split(actor, branch, [goes])
    Office.objects.unscoped("test").filter(role="chair").delete()
    assert before[1] <= everything()[1]
    assert Split.objects.count() == Entry.objects.count() == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_split_moves_nobody_else_and_an_undo_restores_exactly(seed, north, south, erin, actor_of):
    chance = random.Random(seed)
    branch, others = make_unit("North 1", parent=north), [make_unit("South 1", parent=south), north]
    crowd = []
    for number in range(12):
        person = make_person(f"Person {number}")
        for unit, is_primary in ((branch, True), (chance.choice(others), False)):
            start, end = date(2016 + chance.randrange(8), 1, 1), chance.choice([None, date(2028, 6, 1)])
            make_placement(person, unit, from_on=start, to_on=end, is_primary=is_primary)
        if chance.random() < 0.5:
            make_office(person, branch, from_on=date(2020, 1, 1), to_on=chance.choice([None, date(2027, 1, 1)]))
        crowd.append(person)
    goes = {person.pk for person in chance.sample(crowd, 5)}
    before, days = everything(), [date(year, 7, 1) for year in range(2016, 2030)]
    was = {day: placed(day) for day in days}

    done = split(actor_of(erin), branch, [person for person in crowd if person.pk in goes])

    for day in days:
        expected = {
            (who, done.new_unit_id if day >= TODAY and unit == branch.pk and who in goes else unit, primary)
            for who, unit, primary in was[day]
        }
        assert placed(day) == expected

    acts.undo_split(actor=actor_of(erin), split_id=done.split_id, now=NOON + timedelta(days=30))
    never_open = (done.new_unit_id, "North 1 West", north.pk, branch.kind_id, TODAY, TODAY)
    assert everything() == (before[0] | {never_open}, before[1], before[2])
    with pytest.raises(growing.SplitCannotBeUndone):
        acts.undo_split(actor=actor_of(erin), split_id=done.split_id, now=NOON)


def test_inquiries_of_the_new_branch_are_sent_on_when_the_split_is_taken_back(north, south, erin, actor_of):
    branch, _, goes = two_halves(north)
    other = make_unit("South 1", parent=south, latitude=44.9, longitude=-123.0)
    Unit.objects.filter(pk=branch.pk).update(latitude=45.5, longitude=-122.7)
    done = split(actor_of(erin), branch, [goes], latitude=44.94, longitude=-123.03)
    new = Unit.objects.get(pk=done.new_unit_id)
    make_claim(new, "97214")
    # In Salem the new branch is nearest, and without it the other one; 97214 it claims, and the old one is nearest.
    salem, claimed = make_inquiry(postcode="97301", country="US"), make_inquiry(postcode="97214", country="US")
    routing.route_inquiries(actor=actor_of(erin), now=NOON)
    by_hand = make_inquiry(postcode="97301", country="US", unit=new, routed_by="hand", routed_because="Given by hand")
    theirs = make_inquiry(postcode="97301", country="US", unit=other, routed_by="nearest", routed_because="Nearest")
    asked = [salem, claimed, by_hand, theirs]

    def stand():
        for one in asked:
            one.refresh_from_db()
        return [(one.unit, one.routed_by, one.routed_because) for one in asked]

    assert [unit for unit, _, _ in stand()] == [new, new, new, other]
    later = NOON + timedelta(days=3)
    acts.undo_split(actor=actor_of(erin), split_id=done.split_id, now=later)
    back = "The split was taken back by which it had come to North 1 West"
    found = stand()
    assert found == [
        (other, "nearest", found[0][2]),
        (branch, "nearest", found[1][2]),
        (branch, "hand", back),
        (other, "nearest", "Nearest"),
    ]
    assert ("South 1" in found[0][2], "North 1" in found[1][2]) == (True, True)
    assert [one.routed_at == later for one in asked] == [True, True, True, False]
    entry = Entry.objects.get(action="units.unit.split_undone")
    assert entry.details == {"new_unit": new.pk, "inquiries": 3}


def test_inquiries_stay_where_a_split_cannot_be_taken_back(north, erin, actor_of):
    branch, _, goes = two_halves(north)
    done = split(actor_of(erin), branch, [goes])
    new = Unit.objects.get(pk=done.new_unit_id)
    asked = make_inquiry(unit=new, routed_by="hand", routed_because="Given by hand")
    make_person("Cy Ek", unit=new)
    with pytest.raises(SpellsChanged):
        acts.undo_split(actor=actor_of(erin), split_id=done.split_id, now=NOON)
    asked.refresh_from_db()
    assert (asked.unit, asked.routed_because) == (new, "Given by hand")


@pytest.mark.parametrize("which", ["branch", "parent"])
def test_what_is_to_close_is_not_split(which, north, erin, actor_of):
    branch, _, goes = two_halves(north)
    closing = branch if which == "branch" else north
    Unit.objects.filter(pk=closing.pk).update(closed_on=TOMORROW)
    with pytest.raises(rules.UnitClosed, match="closes on Mon 2 Nov 2026"):
        split(actor_of(erin), branch, [goes])


def test_a_split_of_a_day_to_come_is_taken_back_at_once(north, erin, actor_of):
    branch, _, goes = two_halves(north)
    done = split(actor_of(erin), branch, [goes], on=TODAY + timedelta(days=60))
    acts.undo_split(actor=actor_of(erin), split_id=done.split_id, now=NOON)
    new = Unit.objects.get(pk=done.new_unit_id)
    assert (new.opened_on, new.closed_on) == (TODAY, TODAY)


def test_the_undo_of_an_earlier_split_is_offered_after_a_later_one_was_undone(north, erin, actor_of):
    branch, _, goes = two_halves(north)
    other = make_person("Cy Ek", unit=branch)
    first = split(actor_of(erin), branch, [goes], name="One")
    second = split(actor_of(erin), branch, [other], name="Two", version=2)
    assert units.last_split(branch.pk, since=NOON).pk == second.split_id
    acts.undo_split(actor=actor_of(erin), split_id=second.split_id, now=NOON)
    assert units.last_split(branch.pk, since=NOON).pk == first.split_id
    acts.undo_split(actor=actor_of(erin), split_id=first.split_id, now=NOON)
    assert units.last_split(branch.pk, since=NOON) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("late", growing.SplitCannotBeUndone),
        ("old one closed", rules.UnitClosed),
        ("closed", growing.SplitCannotBeUndone),
        ("unit below", growing.SplitCannotBeUndone),
        ("moved on", SpellsChanged),
        ("somebody new", SpellsChanged),
    ],
)
def test_an_undo_of_a_split_never_overwrites_what_came_after(change, error, north, erin, actor_of):
    branch, _, goes = two_halves(north)
    done = split(actor_of(erin), branch, [goes])
    new, now = Unit.objects.get(pk=done.new_unit_id), NOON
    match change:
        case "late":
            now = NOON + timedelta(days=30, seconds=1)
        case "old one closed":
            Unit.objects.filter(pk=branch.pk).update(closed_on=TODAY)
        case "closed":
            unit_acts.close_unit(actor=actor_of(erin), unit_id=new.pk, on=TOMORROW, now=NOON)
        case "unit below":
            make_unit("Campus", kind="group", parent=new)
        case "moved on":
            Placement.objects.unscoped("test").filter(unit=new).update(to_on=TOMORROW)
        case "somebody new":
            make_person("Cy Ek", unit=new)
    before = everything()

    with pytest.raises(error):
        acts.undo_split(actor=actor_of(erin), split_id=done.split_id, now=now)
    assert everything() == before

"""What groups have of what a branch needs, and both halves of a split, beside plain loops over the rows."""

from datetime import date, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from muster.access.actor import system_actor
from muster.contacts.models import Application, UnitMeeting
from muster.people.models import Placement, Qualification, Standing
from muster.reports import formation, splitting
from muster.reports.calc.splitting import Rule, codes_in, digest_of, plain_code
from muster.units.models import Setting
from tests.builders import (
    NOON,
    make_meeting,
    make_person,
    make_placement,
    make_qualification,
    make_standing,
    make_unit,
    make_user,
)

ON = date(2026, 11, 1)
DAYS = [ON + timedelta(days=days) for days in (-400, -90, -89, -30, -1, 0, 1, 30)]


def spell(chance):
    begin, end = sorted(chance.sample(DAYS, 2))
    return {"from_on": begin, "to_on": chance.choice([None, end])}


def world(chance, north, south):
    groups = [make_unit(f"Group {number}", kind="group", parent=chance.choice([north, south])) for number in range(5)]
    for number in range(30):
        person = make_person(f"Person {number}")
        homes = chance.sample(groups, 2)
        make_placement(person, homes[0], is_primary=True, **spell(chance))
        make_placement(person, homes[1], **spell(chance))
        make_standing(person, chance.choice(["member", "member", "contact"]), **spell(chance))
        if chance.random() < 0.5:
            make_qualification(person, **spell(chance))
        for _ in range(chance.randrange(3)):
            state = chance.choice(["accepted", "accepted", "withdrawn"])
            paid = {"dues_paid_on": chance.choice([None, *DAYS]), "applied_on": ON, "made_at": NOON}
            Application.objects.create(person=person, state=state, **paid)
    for group in groups:
        for day in chance.sample(DAYS, chance.randrange(6)):
            make_meeting(group, day)
    return groups


def holds(row, day=ON):
    return row.from_on <= day and (row.to_on is None or day < row.to_on)


def counted(group):
    """(members, organisers, who paid, meetings) of a group by plain loops."""
    members, organisers, paid = set(), set(), set()
    standings, trained = Standing.objects.unscoped("test"), Qualification.objects.unscoped("test")
    for placement in Placement.objects.unscoped("test"):
        if placement.unit_id != group.pk or not placement.is_primary or not holds(placement):
            continue
        who = placement.person_id
        if any(row.person_id == who and row.standing == "member" and holds(row) for row in standings):
            members.add(who)
            if any(row.person_id == who and row.qualification == "organiser" and holds(row) for row in trained):
                organisers.add(who)
    for application in Application.objects.unscoped("test"):
        on = application.dues_paid_on
        if application.person_id in members and application.state == "accepted" and on is not None and on <= ON:
            paid.add(application.person_id)
    meetings = [
        row
        for row in UnitMeeting.objects.unscoped("test")
        if row.unit_id == group.pk and ON - timedelta(days=90) < row.held_on <= ON
    ]
    return [len(members), len(organisers), len(paid), len(meetings)]


@pytest.mark.db
@pytest.mark.parametrize("seed", range(5))
def test_every_count_equals_a_plain_loop(seed, north, south, actor_of):
    groups = world(Random(seed), north, south)
    ids = [group.pk for group in groups]
    seen = {
        "everyone": system_actor("test", on=ON),
        "alice": actor_of(make_user("alice", unit_organiser=north), on=ON),
        "bob": actor_of(make_user("bob", unit_viewer=north), on=ON),
    }
    for who, actor in seen.items():
        found = formation.criteria_of(actor, ids, ON)
        for group in groups:
            expected = counted(group)
            if who != "everyone" and group.parent_id != north.pk:
                expected = [0, 0, None, None]
            elif who == "bob":
                expected[2:] = [None, None]
            assert [criterion.now for criterion in found[group.pk]] == expected
            assert [criterion.needed for criterion in found[group.pk]] == [5, 1, 3, 3]
        listed = [group.unit for group in formation.groups(actor, actor)]
        assert set(listed) == {group for group in groups if who == "everyone" or group.parent_id == north.pk}


@pytest.mark.db
def test_the_group_that_lacks_least_comes_first(organisation, north):
    small, large, ready = (make_unit(name, kind="group", parent=north) for name in ("Small", "Large", "Ready"))
    for group, number in ((small, 1), (large, 4), (ready, 5)):
        for each in range(number):
            make_person(f"{group.name} {each}", unit=group, member_from=date(2020, 1, 1))
    Setting.objects.create(key="branch_organisers", value=0)
    everyone = system_actor("test", on=ON)

    found = formation.groups(everyone, everyone)

    assert [(group.unit.name, group.met, len(group.criteria)) for group in found] == [
        ("Ready", 1, 3),
        ("Large", 0, 3),
        ("Small", 0, 3),
    ]
    assert formation.groups(everyone, everyone.within(frozenset({small.pk})))[0].unit == small


@pytest.mark.unit
def test_who_goes_is_told_by_town_by_post_code_and_by_name():
    def one(pk, city="", region="", postcode=""):
        return SimpleNamespace(id=pk, city=city, region=region, postcode=postcode)

    people = [
        one(1, "Salem", "OR", "97301"),
        one(2, "Salem", "MA", "01970"),
        one(3, "Salem", "", "SW1A 1AA"),
        one(4),
        one(5, "", "OR", "97-301"),
    ]

    def goes(**rule):
        return [person.id for person in people if Rule(**rule).goes(person)]

    assert goes() == []
    assert goes(towns=frozenset({"Salem, OR"})) == [1]
    assert goes(towns=frozenset({""})) == [4, 5]
    assert goes(postcodes=codes_in("97 3, sw1a;\n ,")) == [1, 3, 5]
    assert goes(towns=frozenset({"Salem, OR"}), others=frozenset({1, 4})) == [4]
    assert (plain_code("sw1a 1aa"), plain_code("")) == ("SW1A1AA", "")
    assert digest_of([3, 1, 2]) == digest_of([1, 2, 3]) != digest_of([1, 2])


@pytest.mark.db
@pytest.mark.parametrize("seed", range(3))
def test_both_halves_are_everybody_once(seed, north, actor_of, erin):
    chance, branch = Random(seed), make_unit("North 1", parent=north)
    for number in range(20):
        city = chance.choice(["Salem", "Keizer", ""])
        person = make_person(f"Person {number}", unit=branch, city=city, postcode=chance.choice(["", "97301", "97401"]))
        make_standing(person, chance.choice(["member", "contact"]), **spell(chance))
        make_qualification(person, **spell(chance))
    actor = actor_of(erin, on=ON)

    placed = splitting.residents(actor, branch.pk, ON)
    found = splitting.halves(placed, Rule(frozenset({"Keizer"}), ("974",), frozenset({placed[0].id})))

    members, trained = Standing.objects.unscoped("test"), Qualification.objects.unscoped("test")
    expected = {True: [0, 0, 0], False: [0, 0, 0]}
    for placement in Placement.objects.unscoped("test").select_related("person").order_by("pk"):
        who = placement.person
        goes = (who.city == "Keizer" or who.postcode == "97401") != (who.pk == placed[0].id)
        is_member = any(row.person_id == who.pk and row.standing == "member" and holds(row) for row in members)
        is_trained = any(row.person_id == who.pk and holds(row) for row in trained)
        for place, adds in enumerate((True, is_member, is_member and is_trained)):
            expected[goes][place] += adds
        assert (who.pk in found.ids) == goes
    for half, goes in ((found.goes, True), (found.stays, False)):
        assert [half.people, half.members, half.organisers] == expected[goes]
        assert half.enough == (half.members >= 5)
    assert sum(count for _, count in splitting.towns(placed)) == 20

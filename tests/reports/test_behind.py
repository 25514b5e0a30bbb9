"""Each list behind a number is as long as the number says, and shows nobody whom the reader may not see."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.access.actor import NotAllowed
from muster.people.calc.listing import Place
from muster.reports import balance_sheet
from muster.reports.behind.lists import Behind, NoSuchFigure, Row, city_key, every_row, list_behind, may_open
from muster.reports.calc.document import document
from muster.units.models import UnitExternalId
from tests.builders import (
    NOON,
    TODAY,
    make_goal,
    make_inquiry,
    make_person,
    make_placement,
    make_standing,
    make_unit,
    make_user,
)
from tests.reports import organisations as made
from tests.reports.storing import store

pytestmark = pytest.mark.db
ON = date(2024, 2, 29)


def numbers_of(sheet, goals):
    """Every count in the document, by the key of its list."""
    told = document(sheet)
    members, places, units = told["members"], told["places"], told["units"]
    cities = {(city["city"], city["region"], city["country"]): city for city in places["cities"]}
    return {
        "members": members["total"],
        **{f"members:{month}": count for month, count in members["by_month"].items()},
        **{f"joined:{month}": count for month, count in members["joined_by_month"].items()},
        **{f"left:{month}": count for month, count in members["left_by_month"].items()},
        "joined": sheet.members.joined_12_months,
        "left": sheet.members.left_12_months,
        "cities": places["cities_with_members"],
        **{city_key("city", name): city["members"] for name, city in cities.items()},
        **{city_key("branches_in", name): city["branches"] for name, city in cities.items()},
        "strongholds": len(places["strongholds"]["cities"]),
        "branches": units["branches_open"],
        "groups": units["groups_open"],
        "several_branches": units["cities_with_several_branches"],
        **{f"unit:{name}": count for name, count in units["branch_sizes"].items()},
        **{f"size:{name}": count for name, count in units["size_classes"].items()},
        "in_branches": units["members_in_branches"],
        "in_groups": units["members_in_groups"],
        "at_large": units["members_at_large"],
        "outside_branches": members["total"] - units["members_in_branches"],
        **{
            f"joined:{year}": round(rate * (ON.month if year == str(ON.year) else 12))
            for year, rate in told["recruitment"]["joined_per_month_by_year"].items()
        },
        **{f"inquiries:{month}": count for month, count in told["inquiries"]["by_month"].items()},
        "inquiries": round(told["inquiries"]["per_week_last_90_days"] * 90 / 7),
        "organisers": told["organisers"]["total"],
        "branches_without_organiser": told["organisers"]["branches_without_organiser"],
        "without_branch": told["potential"]["places"],
        **{f"goal:{key}": goal["now"] for key, goal in zip(goals, told["goals"], strict=True)},
    }


@given(seed=st.integers(0, 2**32), size=st.integers(0, 8), below=st.integers(0, 7))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_lists_are_as_long_as_their_numbers_say(db, actor_of, seed, size, below):
    with transaction.atomic():
        organisation = made.by_chance(Random(seed), size, crowd=20)
        units, _ = store(organisation)
        root = units["org"]
        actor = actor_of(make_user("dora", administrator=root), ON)

        for unit in {root, list(units.values())[below % len(units)]}:
            sheet = balance_sheet.build(actor, unit.pk, ON).sheet
            numbers = numbers_of(sheet, [goal.key for goal in sheet.goals])
            found = {key: list_behind(actor, unit.pk, ON, key).total for key in numbers}
            written = {key: len(list(every_row(actor, unit.pk, ON, key))) - 1 for key in numbers}
            assert (found, written) == (numbers, numbers)
            assert all(may_open(actor, unit.pk, key) for key in numbers)

            organisers = sheet.organisers.members_per_organiser_by_year
            for year, each in organisers.items():
                count = list_behind(actor, unit.pk, ON, f"organisers:{year}").total
                members = list_behind(actor, unit.pk, ON, f"members:{year}").total
                assert each == (round(members / count, 2) if count else None)
            for goal, told in zip(sheet.goals, document(sheet)["goals"], strict=True):
                assert (goal.unit, goal.measure) == (told["unit"], told["measure"])
            needed = zip(
                *(row.cells[3:] for row in list_behind(actor, unit.pk, ON, "without_branch").rows), strict=True
            )
            assert tuple(map(sum, needed)) == (sheet.potential.recruits_needed if sheet.potential.places else ())
        transaction.set_rollback(True)


def test_rows_say_who_and_lead_there(north, alice, actor_of):
    branch = make_unit("Salem Branch", parent=north, city="Salem", region="OR", country="US")
    nora = make_person("Nora Berg", unit=branch, member_from=date(2026, 10, 3), city="Salem", region="OR", country="US")
    asker = make_inquiry(name="Ida", person=nora, city="Bend")
    actor = actor_of(alice)

    def behind(figure):
        return list_behind(actor, north.pk, TODAY, figure)

    who = Row(nora.ref, "Nora Berg", ("Salem", "OR"), person_id=nora.pk)
    assert behind("members") == Behind("Members", ("Name", "City", "State or region"), 1, [who])
    assert behind("joined:2026-10") == Behind(
        "Who joined in October 2026",
        ("Name", "Joined", "City", "State or region"),
        1,
        [Row(nora.ref, "Nora Berg", (date(2026, 10, 3), "Salem", "OR"), person_id=nora.pk)],
        may_lack=True,
    )
    there = Row(branch.ref, "Salem Branch", (1, "Salem", "OR"), unit_id=branch.pk)
    for figure in ("branches", "size:1-4", "branches_in:Salem|OR|US", "branches_without_organiser"):
        assert behind(figure).rows == [there]
    assert behind("cities").rows == [Row("", "Salem", ("OR", "US", 1, 1), figure="city:Salem|OR|US")]
    assert behind("city:Salem|OR|US").rows == [who]
    assert behind("inquiries").rows == [Row(asker.ref, "Ida", (NOON.date(), "website", "Bend", ""), person_id=nora.pk)]


def test_an_inquiry_of_somebody_who_moved_away_is_not_listed_though_it_was_sent_here(
    north, south, alice, dora, actor_of
):
    """Alice has it in her inbox, and is told there as little as here that it is of Nora, who is in South now."""
    moved = date(2026, 6, 1)
    nora = make_person("Nora Berg")
    make_placement(nora, north, from_on=date(2020, 1, 1), to_on=moved, is_primary=True)
    make_placement(nora, south, from_on=moved, is_primary=True)
    asked = make_inquiry(person=nora, unit=north, routed_by="nearest", received_at=datetime(2026, 5, 20, tzinfo=UTC))
    before = date(2026, 5, 30)

    assert list_behind(actor_of(alice), north.pk, before, "inquiries") == Behind(
        "Inquiries from 2 Mar 2026 to 30 May 2026",
        ("Name", "Received", "How", "City", "State or region"),
        0,
        [],
        may_lack=True,
    )
    assert [row.ref for row in list_behind(actor_of(dora), north.pk, before, "inquiries").rows] == [asked.ref]


def test_who_joined_twice_is_listed_twice(north, alice, actor_of):
    nora = make_person("Nora Berg", unit=north, member_from=date(2026, 10, 3), member_to=date(2026, 10, 9))
    make_standing(nora, from_on=date(2026, 10, 20))

    rows = list_behind(actor_of(alice), north.pk, TODAY, "joined:2026-10").rows

    assert [row.cells[0].day for row in rows] == [3, 20]


def test_who_has_moved_away_counts_but_is_not_shown(north, south, alice, actor_of):
    mover = make_person("Nora Berg", member_from=date(2024, 3, 1))
    make_placement(mover, north, is_primary=True, to_on=date(2025, 1, 1))
    make_placement(mover, south, is_primary=True, from_on=date(2025, 1, 1))
    actor = actor_of(alice)

    assert balance_sheet.build(actor, north.pk, TODAY).sheet.members.joined_by_month == {"2024-03": 1}
    found = list_behind(actor, north.pk, TODAY, "joined:2024-03")
    assert (found.total, found.rows, found.may_lack) == (0, [], True)


@pytest.mark.parametrize(
    ("figure", "labels"),
    [
        ("members", ["Person 0", "Person 1", "Person 2", "Person 3", "Person 4"]),
        ("joined", ["Person 4", "Person 3", "Person 2", "Person 1", "Person 0"]),
        ("inquiries", ["Asker 4", "Asker 3", "Asker 2", "Asker 1", "Asker 0"]),
        ("branches", ["Branch 0", "Branch 1", "Branch 2", "Branch 3", "Branch 4"]),
    ],
)
def test_pages_lead_through_the_whole_list_and_back(north, alice, actor_of, figure, labels):
    for number in range(5):
        unit = make_unit(f"Branch {number}", parent=north)
        person = make_person(f"Person {number}", unit=unit, member_from=date(2026, 6, 9 - number))
        make_inquiry(name=f"Asker {number}", person=person, received_at=NOON.replace(hour=number + 1))
    actor = actor_of(alice)

    def page(place):
        found = list_behind(actor, north.pk, TODAY, figure, place, size=2)
        assert found.total == 5
        return [row.label for row in found.rows], found

    first, one = page(Place())
    second, two = page(Place(one.next))
    third, three = page(Place(two.next))

    assert (first, second, third) == (labels[:2], labels[2:4], labels[4:])
    assert (one.previous, three.next) == (None, None)
    assert page(Place(three.previous, back=True))[0] == second
    assert page(Place(two.previous, back=True))[0] == first


def test_lists_of_others_are_refused(north, south, alice, bob, charlie, actor_of):
    branch = make_unit("Salem Branch", parent=north)
    make_person("Nora Berg", unit=branch, member_from=date(2024, 3, 1))
    goal = make_goal(branch)

    for who, unit, figure in ((charlie, north, "members"), (alice, south, "members"), (bob, north, "inquiries")):
        assert not may_open(actor_of(who), unit.pk, figure)
        with pytest.raises(NotAllowed):
            list_behind(actor_of(who), unit.pk, TODAY, figure)
    with pytest.raises(balance_sheet.NoSuchDay):
        list_behind(actor_of(charlie), south.pk, date(1, 1, 1), "members")
    for figure in (
        f"unit:{branch.ref}",
        f"goal:{goal.pk}",
        "unit:",
        "city:Salem",
        "city:||",
        "joined:2024-13",
        "joined:now",
        "at_large:2",
        "size:5",
        "passwords",
        "",
    ):
        with pytest.raises(NoSuchFigure):
            list_behind(actor_of(charlie), south.pk, TODAY, figure)


def test_a_unit_is_found_by_its_id_whoever_else_is_called_so(north, south, charlie, actor_of):
    for source, unit in (("sheet 2", north), ("sheet 3", south)):
        UnitExternalId.objects.create(unit=unit, source=source, value="1")

    assert list_behind(actor_of(charlie), south.pk, TODAY, "unit:1").title == "Members of South"


@pytest.mark.parametrize("figure", ["members", "joined", "branches", "inquiries"])
def test_the_number_of_queries_does_not_grow(north, alice, actor_of, figure, django_assert_max_num_queries):
    actor = actor_of(alice)
    for turn in (1, 3):
        for number in range(turn):
            unit = make_unit(f"Branch {turn} {number}", parent=north)
            person = make_person(f"Nora {number}", unit=unit, member_from=date(2026, 1, 1))
            make_inquiry(person=person)
        with django_assert_max_num_queries(2):
            list_behind(actor, north.pk, TODAY, figure)

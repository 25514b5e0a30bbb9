"""Each list behind a number is as long as the number says, and shows nobody whom the reader may not see."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from muster.access.actor import NotAllowed, system_actor
from muster.reports import balance_sheet
from muster.reports.behind import Behind, NoSuchFigure, Row, people_behind
from tests.builders import TODAY, make_inquiry, make_person, make_placement, make_unit
from tests.reports import organisations as made
from tests.reports.storing import store

pytestmark = pytest.mark.db
ON = date(2024, 2, 29)


@pytest.mark.parametrize("seed", range(4))
def test_lists_are_as_long_as_their_numbers_say(db, seed):
    organisation = made.by_chance(Random(seed), size=7, crowd=20)
    units, _ = store(organisation)
    actor = system_actor("test", on=ON)

    for unit in units.values():
        sheet = balance_sheet.build(actor, unit.pk, ON).sheet
        members, figures = sheet.members, sheet.units
        numbers = {
            "members": members.total,
            "in_branches": figures.members_in_branches,
            "in_groups": figures.members_in_groups,
            "at_large": figures.members_at_large,
            "organisers": sheet.organisers.total,
            "branches": figures.branches_open,
            "groups": figures.groups_open,
            **{f"city:{c.city}|{c.region}|{c.country}": c.members for c in sheet.places.cities},
            **{f"unit:{branch.id}": branch.members for branch in figures.branches},
            **{f"inquiries:{month}": count for month, count in sheet.inquiries.by_month.items()},
            "inquiries": round(sheet.inquiries.per_week_last_90_days * 90 / 7),
        }
        # In one month somebody may join twice; the list names each once. No spell of these lasts so briefly but over a year.
        numbers |= {f"joined:{month}": count for month, count in members.joined_by_month.items()}
        numbers |= {f"left:{month}": count for month, count in members.left_by_month.items()}

        found = {key: people_behind(actor, unit.pk, ON, key).total for key in numbers}

        twice = _twice_in_a_month(organisation)
        for key in twice & set(numbers):
            assert 0 < found.pop(key) <= numbers.pop(key)
        assert found == numbers


def _twice_in_a_month(organisation):
    counted = Counter()
    for row in organisation["members"]:
        counted[row["person"], f"joined:{row['from']:%Y-%m}"] += 1
        if row["to"]:
            counted[row["person"], f"left:{row['to']:%Y-%m}"] += 1
    return {key for (_, key), count in counted.items() if count > 1}


def test_rows_say_who_and_lead_there(north, alice, actor_of):
    branch = make_unit("Salem Branch", parent=north, city="Salem", region="OR")
    nora = make_person("Nora Berg", unit=branch, member_from=date(2026, 10, 3), city="Salem", region="OR")
    asker = make_inquiry(name="Ida", person=nora)
    actor = actor_of(alice)

    who = Row("Nora Berg", "Salem, OR", person_id=nora.pk)
    assert people_behind(actor, north.pk, TODAY, "members") == Behind("Members", 1, [who])
    assert people_behind(actor, north.pk, TODAY, "joined:2026-10") == Behind(
        "Who joined, 1 Oct 2026 to 31 Oct 2026", 1, [who]
    )
    assert people_behind(actor, north.pk, TODAY, "branches") == Behind(
        "Open branches", 1, [Row("Salem Branch", "Salem, OR", unit_id=branch.pk)]
    )
    assert people_behind(actor, north.pk, TODAY, "inquiries").rows == [
        Row("Ida", "1 Nov 2026, website", person_id=asker.person_id)
    ]


def test_who_has_moved_away_counts_but_is_not_shown(north, south, alice, actor_of):
    mover = make_person("Nora Berg", member_from=date(2024, 3, 1))
    make_placement(mover, north, is_primary=True, to_on=date(2025, 1, 1))
    make_placement(mover, south, is_primary=True, from_on=date(2025, 1, 1))
    actor = actor_of(alice)

    assert balance_sheet.build(actor, north.pk, TODAY).sheet.members.joined_by_month == {"2024-03": 1}
    assert people_behind(actor, north.pk, TODAY, "joined:2024-03") == Behind(
        "Who joined, 1 Mar 2024 to 31 Mar 2024", 0, []
    )


def test_lists_of_others_are_refused(north, south, charlie, actor_of):
    branch = make_unit("Salem Branch", parent=north)
    make_person("Nora Berg", unit=branch, member_from=date(2024, 3, 1))

    with pytest.raises(NotAllowed):
        people_behind(actor_of(charlie), north.pk, TODAY, "members")
    for figure in (
        f"unit:{branch.ref}",
        "unit:",
        "city:Salem",
        "joined:2024-13",
        "joined:now",
        "members:2",
        "passwords",
        "",
    ):
        with pytest.raises(NoSuchFigure):
            people_behind(actor_of(charlie), south.pk, TODAY, figure)

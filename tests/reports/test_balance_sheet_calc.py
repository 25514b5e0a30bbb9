"""Every figure against a second calculation by plain loops, on random organisations and on those made for a case."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.reports.calc.balance_sheet import balance_sheet
from muster.reports.calc.document import document
from muster.reports.calc.records import NOWHERE, Options
from tests.reports import organisations as made
from tests.reports.organisations import goal, organisation, person, place, spell, unit
from tests.reports.plain import Plain

pytestmark = pytest.mark.unit

PORTLAND, SALEM = ("Portland", "OR", "US"), ("Salem", "OR", "US")
LONG_AGO, ON = date(2020, 1, 1), date(2024, 3, 15)


def drawn_up(organisation, unit, on, **options):
    names = [row["unit"] for row in organisation["units"]]
    index = names.index(unit) if unit else NOWHERE
    return document(balance_sheet(made.records(organisation), index, on, Options(**options)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_figure_equals_the_plain_calculation(data):
    organisation = data.draw(made.organisations())
    unit = data.draw(st.sampled_from([row["unit"] for row in organisation["units"]]))
    on = data.draw(made.a_day)

    assert drawn_up(organisation, unit, on, step=2) == Plain(organisation, unit, on, step=2).sheet()


@pytest.fixture
def cast():
    """Two regions; a returner, one whose spells touch, a mover, one at home twice, one placed nowhere, one without a city."""
    people = {"returner": PORTLAND, "toucher": PORTLAND, "mover": SALEM, "double": ("", "", ""), "unplaced": SALEM}
    return organisation(
        units=[
            unit("org", "organisation", ""),
            unit("north", "region", "org"),
            unit("south", "region", "org"),
            unit("n1", "branch", "north", PORTLAND, opened=date(2021, 1, 1)),
            unit("n2", "branch", "north", PORTLAND, closed=date(2024, 3, 15)),
            unit("n3", "group", "north", SALEM),
            unit("s1", "branch", "south", SALEM),
        ],
        people=[person(name, city) for name, city in people.items()] + [person("cityless")],
        members=[
            spell("returner", date(2023, 1, 10), date(2023, 1, 20)),
            spell("returner", date(2023, 6, 1)),
            spell("toucher", date(2023, 1, 5), date(2023, 8, 1)),
            spell("toucher", date(2023, 8, 1)),
            spell("mover", date(2023, 1, 31), date(2024, 3, 15)),
            spell("double", date(2024, 3, 15)),
            spell("unplaced", date(2023, 3, 1)),
            spell("cityless", date(2023, 3, 31)),
        ],
        placements=[
            place("returner", "n1", LONG_AGO),
            place("toucher", "n2", LONG_AGO),
            place("mover", "s1", LONG_AGO, date(2023, 7, 1)),
            place("mover", "n1", date(2023, 7, 1)),
            place("double", "n3", LONG_AGO),
            place("double", "n1", LONG_AGO, primary=False),
            place("cityless", "north", LONG_AGO),
        ],
        organisers=[spell("toucher", date(2023, 2, 1)), spell("mover", LONG_AGO)],
        inquiries=[
            {"received_on": date(2023, 12, 16), "person": "double"},
            {"received_on": date(2023, 12, 17), "person": "double"},
            {"received_on": date(2024, 3, 16), "person": "double"},
            {"received_on": date(2024, 3, 1), "person": None},
        ],
    )


def test_members_who_return_touch_and_move(cast):
    sheet = drawn_up(cast, "north", ON, step=3)

    assert sheet["members"] == {
        "total": 4,
        "by_month": {
            "2023-01": 1, "2023-02": 1, "2023-03": 2, "2023-04": 2, "2023-05": 2, "2023-06": 3, "2023-07": 4, "2023-08": 4,
            "2023-09": 4, "2023-10": 4, "2023-11": 4, "2023-12": 4, "2024-01": 4, "2024-02": 4, "2024-03": 4,
        },
        # The mover joined in South and left from North; a spell that touches another neither joins nor leaves.
        "joined_by_month": {"2023-01": 2, "2023-03": 1, "2023-06": 1, "2024-03": 1},
        "left_by_month": {"2023-01": 1, "2024-03": 1},
        "milestones": {"3": "2023-06-01"},
        "turnover_12_months": round(1 / (43 / 12), 4),
    }  # fmt: skip
    assert sheet["recruitment"] == {"joined_per_month_by_year": {"2023": 0.33, "2024": 0.33}}
    assert sheet["inquiries"] == {"by_month": {"2023-12": 2}, "per_week_last_90_days": 0.08}


def test_places_and_units_of_the_whole_organisation(cast):
    sheet = drawn_up(cast, "org", ON)

    assert sheet["members"]["total"] == 5
    assert sheet["places"]["cities"] == [
        # The toucher's branch closed today; it still lends nobody a city, for those here have their own.
        {"city": "Portland", "region": "OR", "country": "US", "members": 2, "branches": 1},
        {"city": "Salem", "region": "OR", "country": "US", "members": 2, "branches": 1},
    ]
    assert sheet["places"]["strongholds"] == {
        "cities": [["Portland", "OR"], ["Salem", "OR"]],
        "members": 4,
        "share": 0.8,
    }
    assert sheet["units"] == {
        "branches_open": 2,
        "groups_open": 1,
        "cities_with_several_branches": 0,
        "branch_sizes": {"n1": 1, "s1": 0},
        "size_classes": {"1-4": 1, "5-7": 0, "8-13": 0, "14+": 0},
        "members_in_branches": 2,
        "members_in_groups": 0,
        "members_at_large": 3,
        "share_outside_branches": 0.6,
    }
    assert sheet["organisers"] == {"total": 1, "members_per_organiser": 5.0, "branches_without_organiser": 2}
    assert sheet["potential"] == {"places": 0, "recruits_needed": [0, 0]}
    assert sheet["inquiries"]["per_week_last_90_days"] == 0.16


def test_the_day_before_a_branch_closes_it_counts(cast):
    sheet = drawn_up(cast, "north", date(2024, 3, 14))

    assert sheet["units"]["branch_sizes"] == {"n1": 2, "n2": 1}
    assert sheet["units"]["cities_with_several_branches"] == 1
    assert sheet["organisers"]["branches_without_organiser"] == 0


def test_potential_counts_the_recruits_each_city_lacks(cast):
    cast["units"] = [row for row in cast["units"] if row["unit"] not in ("s1",)]
    cast["placements"] = [row for row in cast["placements"] if row["unit"] != "s1"]

    assert drawn_up(cast, "org", ON)["potential"] == {"places": 1, "recruits_needed": [3, 5]}


EMPTY = {
    "schema": "muster.balance-sheet/1",
    "as_of": "2024-03-15",
    "members": {
        "total": 0, "by_month": {}, "joined_by_month": {}, "left_by_month": {}, "milestones": {}, "turnover_12_months": 0.0,
    },
    "places": {
        "cities_with_members": 0,
        "cities": [],
        "strongholds": {"cities": [], "members": 0, "share": 0.0},
        "coverage": {"radius_km": 50, "members": 0.0, "branches": 0.0},
    },
    "units": {
        "branches_open": 0, "groups_open": 0, "cities_with_several_branches": 0, "branch_sizes": {},
        "size_classes": {"1-4": 0, "5-7": 0, "8-13": 0, "14+": 0},
        "members_in_branches": 0, "members_in_groups": 0, "members_at_large": 0, "share_outside_branches": 0.0,
    },
    "recruitment": {"joined_per_month_by_year": {}},
    "inquiries": {"by_month": {}, "per_week_last_90_days": 0.0},
    "organisers": {"total": 0, "members_per_organiser": None, "branches_without_organiser": 0},
    "contacts": {},
    "potential": {"places": 0, "recruits_needed": [0, 0]},
    "goals": [],
}  # fmt: skip


def test_nothing_at_all_has_every_part_empty(cast):
    nobody = organisation(units=[unit("org", "organisation", "")])

    assert drawn_up(organisation(), None, ON) == {**EMPTY, "unit": {"id": "", "name": ""}}
    assert drawn_up(nobody, "org", ON) == {**EMPTY, "unit": {"id": "org", "name": "The org"}}


def test_before_the_first_member_there_are_units_but_nobody(cast):
    before = drawn_up(cast, "north", date(2021, 1, 1))

    assert before["members"] == EMPTY["members"]
    assert before["units"]["branch_sizes"] == {"n1": 0, "n2": 0}
    assert before["organisers"] == {"total": 0, "members_per_organiser": None, "branches_without_organiser": 2}


@pytest.mark.parametrize(
    ("start_value", "target", "start", "due", "state", "reached_on"),
    [
        (0, 5, date(2023, 1, 1), date(2024, 12, 31), "reached", "2023-06-01"),
        (0, 6, date(2024, 1, 1), date(2024, 12, 31), "ahead", None),
        (4, 6, date(2024, 1, 1), date(2024, 5, 29), "on line", None),
        (4, 9, date(2024, 1, 1), date(2024, 4, 1), "behind", None),
        (0, 9, date(2023, 1, 1), date(2024, 3, 14), "missed", None),
        (0, 9, date(2023, 1, 1), date(2024, 3, 15), "behind", None),
        (0, 9, date(2024, 3, 16), date(2024, 12, 31), "not begun", None),
    ],
)
def test_goals_are_measured_by_a_straight_line(cast, start_value, target, start, due, state, reached_on):
    cast["goals"] = [goal("org", "members", start, due, start_value, target)]
    expected = {
        "unit": "org", "measure": "members", "start_on": start.isoformat(), "due_on": due.isoformat(),
        "start_value": start_value, "now": 5, "target": target, "reached_on": reached_on, "state": state,
    }  # fmt: skip

    assert drawn_up(cast, "org", ON)["goals"] == [expected]


def test_goals_of_units_outside_are_left_out(cast):
    line = (date(2023, 1, 1), date(2024, 12, 31), 0, 9)
    cast["goals"] = [goal("s1", "members", *line), goal("n1", "members", *line), goal("org", "members", *line)]

    assert [row["unit"] for row in drawn_up(cast, "north", ON)["goals"]] == ["n1"]

"""The rules of spells on plain rows, against a picture of them day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.errors import DomainError
from muster.people.calc import spells
from muster.people.calc.fields import ChangedSince, Conflict, to_write
from muster.people.calc.spells import SpellRow
from muster.people.calc.unite import unite

pytestmark = pytest.mark.unit
START = date(2026, 1, 1)
DAYS = 24


def day(number):
    return START + timedelta(days=number)


def days_of(rows):
    """What holds on which day, spelt out: (day, kind, what, unit, primary)."""
    return [
        (number, row.kind, row.what, row.unit_id, row.is_primary)
        for row in rows
        for number in range(DAYS + 2)
        if row.from_on <= day(number) and (row.to_on is None or day(number) < row.to_on)
    ]


def is_sound(rows):
    held = [(number, kind, what, unit) for number, kind, what, unit, _ in days_of(rows)]
    homes = [number for number, _, _, _, primary in days_of(rows) if primary]
    return (
        len(held) == len(set(held))
        and len(homes) == len(set(homes))
        and all(row.to_on is None or row.from_on < row.to_on for row in rows)
    )


@st.composite
def steps(draw):
    number = st.integers(0, DAYS)
    return draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("move"), st.integers(1, 3), number),
                st.tuples(st.just("place"), st.integers(1, 3), number),
                st.tuples(st.sampled_from(["contact", "applicant", "member"]), st.just(0), number),
            ),
            max_size=12,
        )
    )


def taken(rows, step):
    what, unit, number = step
    others = [row for row in rows if (row.kind == "standing") != (what not in ("move", "place"))]
    mine = [row for row in rows if row not in others]
    if what == "move":
        after = spells.moved(mine, unit, day(number))
    elif what == "place":
        after = spells.begun(mine, SpellRow("placement", day(number), day(number + 2), unit_id=unit))
    else:
        after = spells.with_standing(mine, what, day(number), to_on=None, reason="")
    spells.check(after)
    return others + after


def person_of(walk):
    rows, done = [], []
    for step in walk:
        try:
            rows = taken(rows, step)
        except DomainError:
            continue
        done.append(step)
    return rows, done


@given(steps())
def test_any_walk_of_moves_and_standings_stays_sound_and_forgets_no_day_before_it(walk):
    rows = []
    for step in walk:
        before = days_of(rows)
        try:
            rows = taken(rows, step)
        except DomainError:
            continue
        assert is_sound(rows)
        assert [held for held in sorted(before, key=str) if held[0] < step[2]] == [
            held for held in sorted(days_of(rows), key=str) if held[0] < step[2]
        ]


@given(steps(), steps())
def test_united_spells_hold_on_every_day_that_either_did_and_on_no_other(one, other):
    kept, dropped = person_of(one)[0], person_of(other)[0]

    united = unite(kept, dropped)

    assert is_sound(united)

    def held(rows):
        return {entry[:4] for entry in days_of(rows)}

    homes = {entry[0]: entry[3] for entry in days_of(dropped) if entry[4]}
    homes |= {entry[0]: entry[3] for entry in days_of(kept) if entry[4]}
    assert held(united) == held(kept) | held(dropped)
    assert {entry[0]: entry[3] for entry in days_of(united) if entry[4]} == homes


def test_a_move_ends_the_old_home_and_takes_the_place_of_a_further_unit():
    rows = [
        SpellRow("placement", day(0), unit_id=1, is_primary=True, id=1),
        SpellRow("placement", day(2), unit_id=2, id=2),
        SpellRow("placement", day(5), unit_id=3, id=3),
    ]

    assert spells.moved(rows, 2, day(5)) == [
        SpellRow("placement", day(0), day(5), unit_id=1, is_primary=True, id=1),
        SpellRow("placement", day(2), day(5), unit_id=2, id=2),
        SpellRow("placement", day(5), unit_id=3, id=3),
        SpellRow("placement", day(5), unit_id=2, is_primary=True),
    ]


def test_a_standing_that_began_the_same_day_gives_way():
    rows = [SpellRow("standing", day(3), what="contact", id=1), SpellRow("standing", day(0), what="applicant", id=2)]

    assert spells.with_standing(rows, "member", day(3), to_on=None, reason="signed") == [
        SpellRow("standing", day(0), day(3), what="applicant", id=2),
        SpellRow("standing", day(3), what="member", reason="signed"),
    ]


@pytest.mark.parametrize(
    ("current", "seen", "wanted", "written"),
    [
        ("Salem", "Salem", "Bend", {"city": "Bend"}),
        ("Salem", "Salem", "Salem", {}),
        ("Eugene", "Salem", "Salem", {}),
        ("Bend", "Salem", "Bend", {}),
        ("Eugene", "Salem", "Bend", None),
    ],
)
def test_a_field_changed_by_two_is_shown_not_overwritten(current, seen, wanted, written):
    if written is None:
        with pytest.raises(ChangedSince) as caught:
            to_write(current={"city": current}, seen={"city": seen}, wanted={"city": wanted})
        assert caught.value.conflicts == [Conflict("city", current, wanted)]
    else:
        assert to_write(current={"city": current}, seen={"city": seen}, wanted={"city": wanted}) == written

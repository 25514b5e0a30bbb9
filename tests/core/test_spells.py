from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.refs import new_ref
from muster.core.spells import Spell, first_overlap
from muster.core.terms import Terms

pytestmark = pytest.mark.unit
DAY = date(2026, 1, 1)
spells = st.builds(
    lambda start, length: Spell(
        DAY + timedelta(days=start), None if length is None else DAY + timedelta(days=start + length)
    ),
    st.integers(0, 30),
    st.none() | st.integers(1, 10),
)


def days(spell):
    return {day for day in (DAY + timedelta(days=n) for n in range(60)) if spell.holds_on(day)}


@given(spells, spells)
def test_spells_overlap_when_they_share_a_day(one, other):
    assert one.overlaps(other) == bool(days(one) & days(other))


@given(st.lists(spells, max_size=5))
def test_first_overlap_finds_one_if_there_is_one(some):
    pairs = [(a, b) for i, a in enumerate(some) for b in some[i + 1 :] if days(a) & days(b)]
    found = first_overlap(some)
    assert (found is not None) == bool(pairs)
    assert found is None or days(found[0]) & days(found[1])


def test_a_spell_cannot_end_as_it_begins():
    with pytest.raises(ValueError, match="cannot end"):
        Spell(DAY, DAY)


def test_nouns_can_be_renamed():
    terms = Terms({"branch": ("chapter", "chapters")})
    assert [terms.count(1, "branch"), terms.count(1200, "branch"), terms.count(2, "inquiry")] == [
        "1 chapter",
        "1,200 chapters",
        "2 inquiries",
    ]


def test_refs_are_told_by_their_first_letters_and_never_repeat():
    made = {new_ref("MP") for _ in range(10_000)}
    assert len(made) == 10_000
    assert {(len(ref), ref[:3]) for ref in made} == {(15, "MP-")}

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.spells import Spell, union

pytestmark = pytest.mark.unit
DAYS = [date(2026, 1, 1) + timedelta(days) for days in range(12)]


@st.composite
def spells(draw):
    start = draw(st.integers(0, 9))
    end = draw(st.none() | st.integers(start + 1, 10))
    return Spell(DAYS[start], None if end is None else DAYS[end]), draw(st.booleans())


@given(st.lists(spells(), max_size=5))
def test_union_holds_on_the_same_days_once(given_spells):
    joined = union(given_spells)

    for day in DAYS:
        flags = [flag for spell, flag in given_spells if spell.holds_on(day)]
        assert [flag for spell, flag in joined if spell.holds_on(day)] == ([any(flags)] if flags else [])
    for (first, flag), (second, other) in itertools.pairwise(joined):
        assert (first.to_on, flag) != (second.from_on, other)

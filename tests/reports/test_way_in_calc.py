"""The figures of the way in beside plain loops over the same made-up cases, and the interval beside published values."""

from datetime import date, timedelta
from math import inf
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.reports.calc import days, way_in
from muster.reports.calc.shares import Share, share
from muster.reports.calc.way_in import HORIZONS, NEVER, WITHIN_HOURS, Cases

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 1)
STAGES = ("Inquiry", "Contacted", "Applicant", "Member")


# From Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I, method 3.
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_wilson(count, of, low, high):
    found = share(count, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.value == count / of


@given(of=st.integers(1, 10_000), data=st.data())
def test_the_interval_holds_the_share_and_mirrors(of, data):
    count = data.draw(st.integers(0, of))
    found, other = share(count, of), share(of - count, of)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.low, found.high) == (pytest.approx(1 - other.high), pytest.approx(1 - other.low))


def test_of_nothing_anything_may_be_the_share():
    assert share(0, 0) == Share(0, 0, 0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="2 of 1"):
        share(2, 1)


# A case: when it began, whose it is, when the next step is, whether it ended, and to which stage it came after how many days.
_case = st.tuples(
    st.integers(-500, 0),
    st.sampled_from([NEVER, 1, 2]),
    st.integers(-10, 10),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3)), max_size=4),
)
_cases = st.lists(_case, max_size=30)
NOW = days.number(TODAY)


def arrays_of(made):
    """The same cases as arrays; what lies after today is known to the arrays, too."""
    changes = [(place, 0, begun) for place, (begun, *_) in enumerate(made)]
    changes += [(place, stage, begun + after) for place, (begun, *_, way) in enumerate(made) for after, stage in way]
    changes.sort(key=lambda change: change[2] * 7919 % 101)

    def column(values):
        return np.array(list(values), dtype=np.int64)

    return Cases(
        person=column(range(len(made))),
        began=column(begun + NOW for begun, *_ in made),
        closed=column(NOW + 5 if over else days.OPEN for *_, over, _ in made),
        owner=column(owner for _, owner, *_ in made),
        next_on=column(due + NOW for _, _, due, *_ in made),
        case_of=column(case for case, _, _ in changes),
        stage=column(stage for _, stage, _ in changes),
        changed=column(day + NOW for _, _, day in changes),
    )


def joined_in_plain(case, until=0):
    begun, *_, way = case
    found = [begun + after for after, stage in way if stage == 3 and begun + after <= until]
    return min(found, default=None)


@given(made=_cases, back=st.integers(0, 400))
def test_the_funnel_counts_who_came_so_far_or_further(made, back):
    known = way_in.known_on(arrays_of(made), TODAY)
    among = known.began >= NOW - back
    steps = way_in.funnel(known, among, STAGES)
    recent = [case for case in made if case[0] >= -back]
    reached = [max([0, *(stage for after, stage in way if begun + after <= 0)]) for begun, *_, way in recent]
    for place, step in enumerate(steps):
        assert step.name == STAGES[place]
        assert step.reached == sum(1 for far in reached if far >= place)
        assert (step.of_all.count, step.of_all.of) == ((step.reached, len(recent)) if place else (0, 0))
        assert step.of_before.of == (steps[place - 1].reached if place else 0)


@given(made=_cases, ago=st.integers(0, 300))
def test_what_is_known_on_a_day_does_not_know_of_later(made, ago):
    day = TODAY - timedelta(days=ago)
    known = way_in.known_on(arrays_of(made), day)
    begun = [case for case in made if case[0] <= -ago]
    assert sorted(known.began.tolist()) == sorted(case[0] + NOW for case in begun)
    assert all(known.closed == days.OPEN)
    joined = way_in.joined_on(known, 3).tolist()
    plain = [joined_in_plain(case, -ago) for case in begun]
    assert joined == [days.OPEN if at is None else at + NOW for at in plain]


@given(made=_cases)
def test_cohorts_count_only_what_has_passed_for_all_of_them(made):
    known = way_in.known_on(arrays_of(made), TODAY)
    found = way_in.cohorts(known.began, way_in.joined_on(known, 3), date(2025, 6, 1), TODAY)
    assert [*[cohort.month for cohort in found][:2], found[-1].month] == ["2025-06", "2025-07", "2026-11"]
    for cohort in found:
        theirs = [case for case in made if f"{TODAY + timedelta(days=case[0]):%Y-%m}" == cohort.month]
        assert cohort.began == len(theirs)
        first = date.fromisoformat(f"{cohort.month}-01")
        last = min((first + timedelta(days=32)).replace(day=1) - timedelta(days=1), TODAY)
        for horizon, part in zip(HORIZONS, cohort.joined, strict=True):
            assert (part is not None) == (last + timedelta(days=horizon) <= TODAY)
            if part is not None:
                took = [joined_in_plain(case) - case[0] for case in theirs if joined_in_plain(case) is not None]
                assert (part.count, part.of) == (sum(1 for long in took if long <= horizon), len(theirs))


@given(made=_cases, talked=st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(1, 9)))
def test_what_each_carries(made, talked):
    known = way_in.known_on(arrays_of(made), TODAY)
    names = {1: "Ada", 2: "Ben", 3: "Cleo"}
    found = way_in.loads(known, way_in.joined_on(known, 3), talked, names, TODAY)
    for load in found:
        owner = next((pk for pk, name in names.items() if name == load.name), NEVER)
        theirs = [case for case in made if case[1] == owner]
        joined = [joined_in_plain(case) for case in theirs]
        assert (load.open, load.due, load.late, load.talked_30_days, load.joined_12_months) == (
            len(theirs),
            sum(1 for case in theirs if case[2] <= 0),
            sum(1 for case in theirs if case[2] < 0),
            talked.get(owner, 0),
            sum(1 for at in joined if at is not None and at > -365),
        )
    assert {load.name for load in found} == {names.get(case[1], "") for case in made} | {names[pk] for pk in talked}
    assert [load.name for load in found if load.name == ""] == [load.name for load in found][-1:] * (
        any(case[1] == NEVER for case in made)
    )


# An inquiry: hours ago, answered after how many hours (None: not), taken up.
_asked = st.lists(st.tuples(st.integers(0, 500), st.one_of(st.none(), st.integers(0, 500)), st.booleans()), max_size=20)


@given(asked=_asked)
def test_who_waits_counts_as_taking_longer(asked):
    now = NOW * 86_400
    received = np.array([now - ago * 3600 for ago, *_ in asked], dtype=np.int64)
    plain = [(ago, after if after is not None and after <= ago else None, up) for ago, after, up in asked]
    answered = np.array(
        [NEVER if after is None else now - (ago - after) * 3600 for ago, after, _ in plain], dtype=np.int64
    )
    taken = np.array([int(up) for *_, up in plain], dtype=np.int64)
    found = way_in.answers(received, answered, taken, now)
    took = [inf if after is None else after for _, after, _ in plain]
    middle = median(took) if took else inf
    assert found.received == len(asked)
    assert found.median_hours == (None if middle == inf else round(middle, 1))
    waits = [ago for ago, after, up in plain if after is None and not up]
    assert (found.waiting, found.longest_days) == (len(waits), max(waits, default=0) // 24)
    for limit, part in zip(WITHIN_HOURS, found.within, strict=True):
        known = [long for (ago, *_), long in zip(plain, took, strict=True) if ago >= limit or long <= limit]
        assert (part.count, part.of) == (sum(1 for long in known if long <= limit), len(known))


def test_groups_are_the_largest_first():
    found = way_in.groups(["stall", "web", "web", "friend"], np.array([True, False, True, False]))
    assert [(group.name, group.began, group.joined.count) for group in found] == [
        ("web", 2, 1),
        ("friend", 1, 0),
        ("stall", 1, 1),
    ]

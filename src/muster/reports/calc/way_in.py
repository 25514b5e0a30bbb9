"""The way from a first message to a member, in figures: how many come how far, how fast, and who carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from muster.reports.calc import days
from muster.reports.calc.shares import Share, share

NEVER = -1
# A cohort is looked at so many days after each of it began.
HORIZONS = (30, 90, 180, 365)
WITHIN_HOURS = (24, 72, 168)
HOUR = 3_600
_INTS = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Step:
    """
    A stage of the funnel.

    :ivar reached: how many came here or further
    :ivar of_all: of those who began; `of_before`: of those who came to the stage before; of nobody at the first
    """

    name: str
    reached: int
    of_all: Share
    of_before: Share


@dataclass(frozen=True, slots=True)
class Group:
    """How many of one source, unit or month began, and how many of those joined."""

    name: str
    began: int
    joined: Share


@dataclass(frozen=True, slots=True)
class Cohort:
    """
    Those who began in one month.

    :ivar joined: for each of `HORIZONS` those who joined within so many days, None while that is still to come for some
    """

    month: str
    began: int
    joined: tuple[Share | None, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """
    How soon first messages are answered.

    :ivar within: for each of `WITHIN_HOURS` those answered within so many hours, of those for whom that has passed or who were
    :ivar median_hours: within which half were answered, None where fewer than half are
    :ivar waiting: how many nobody answered or took up
    :ivar longest_days: whole days the longest of those waits
    """

    received: int
    within: tuple[Share, ...]
    median_hours: float | None
    waiting: int
    longest_days: int


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody carries; `name` '' of nobody."""

    name: str
    open: int
    due: int
    late: int
    talked_30_days: int
    joined_12_months: int


@dataclass(frozen=True, slots=True)
class Cases:
    """
    Cases as arrays of shape (cases,), and what happened in them as arrays of shape (changes,).

    :ivar person, owner: ids, owner `NEVER` where it is nobody's
    :ivar began, closed, next_on: days, `closed` `days.OPEN` while it is followed up
    :ivar case_of: index of the case of each change; `stage`: index of the stage; `changed`: its day
    """

    person: _INTS
    began: _INTS
    closed: _INTS
    owner: _INTS
    next_on: _INTS
    case_of: _INTS
    stage: _INTS
    changed: _INTS


def known_on(cases: Cases, on: date) -> Cases:
    """Return the cases that had begun by the end of a day with what had happened in them by then."""
    last = days.number(on)
    kept = cases.began <= last
    place = np.cumsum(kept) - 1
    happened = (cases.changed <= last) & kept[cases.case_of]
    return Cases(
        person=cases.person[kept],
        began=cases.began[kept],
        closed=np.where(cases.closed[kept] > last, days.OPEN, cases.closed[kept]),
        owner=cases.owner[kept],
        next_on=cases.next_on[kept],
        case_of=place[cases.case_of[happened]],
        stage=cases.stage[happened],
        changed=cases.changed[happened],
    )


def furthest(cases: Cases) -> _INTS:
    """Return the furthest stage of each case as its index, shape (cases,); 0 where no change is known."""
    reached = np.zeros(len(cases.began), dtype=np.int64)
    np.maximum.at(reached, cases.case_of, cases.stage)
    return reached


def joined_on(cases: Cases, last_stage: int) -> _INTS:
    """Return the first day on which each case came to the last stage, shape (cases,); `days.OPEN` where it did not."""
    joined = np.full(len(cases.began), days.OPEN, dtype=np.int64)
    arrived = cases.stage == last_stage
    np.minimum.at(joined, cases.case_of[arrived], cases.changed[arrived])
    return joined


def funnel(cases: Cases, among: NDArray[np.bool_], names: Sequence[str]) -> list[Step]:
    """
    Return the stages with how many came how far.

    :param among: the cases that count, shape (cases,)
    :param names: of the stages in their order; the index of a stage is its place here
    """
    reached = furthest(cases)[among]
    counts = [int((reached >= stage).sum()) for stage in range(len(names))]
    nothing = share(0, 0)
    first = [Step(names[0], counts[0], nothing, nothing)]
    return first + [
        Step(name, count, share(count, counts[0]), share(count, before))
        for name, count, before in zip(names[1:], counts[1:], counts, strict=False)
    ]


def groups(labels: Sequence[str], joined: NDArray[np.bool_]) -> list[Group]:
    """
    Return how many of each label began and joined, the largest first, then by name.

    :param labels: one for each case; `joined`: whether it led to a member
    """
    counts: dict[str, list[int]] = {}
    for label, has_joined in zip(labels, joined.tolist(), strict=True):
        found = counts.setdefault(label, [0, 0])
        found[0] += 1
        found[1] += has_joined
    made = [Group(name, began, share(members, began)) for name, (began, members) in counts.items()]
    return sorted(made, key=lambda group: (-group.began, group.name))


def cohorts(began: _INTS, joined: _INTS, first: date, on: date) -> list[Cohort]:
    """
    Return each month from that of `first` on with how many of it joined within each of `HORIZONS`.

    :param began, joined: days of each case, `days.OPEN` where nobody joined
    :param on: the day up to which is known what happened
    """
    made = []
    for month, begin, end in days.months(first, on):
        theirs = (began >= begin) & (began <= end)
        took = joined[theirs] - began[theirs]
        size = int(theirs.sum())
        within = tuple(
            share(int((took <= horizon).sum()), size) if end + horizon <= days.number(on) else None
            for horizon in HORIZONS
        )
        made.append(Cohort(month, size, within))
    return made


def answers(received: _INTS, answered: _INTS, taken_up: _INTS, now: int) -> Answers:
    """
    Return how soon messages are answered; one that is not yet counts as taking longer, never as left out.

    :param received, answered: seconds since 1970, `answered` `NEVER` where nobody did
    :param taken_up: 1 where somebody answers for it
    :param now: the moment up to which is known what happened, in the same seconds
    """
    hours = np.where(answered == NEVER, np.inf, (answered - received) / HOUR)
    waited = (now - received) / HOUR
    within = []
    for limit in WITHIN_HOURS:
        known = (waited >= limit) | (hours <= limit)
        within.append(share(int((hours[known] <= limit).sum()), int(known.sum())))
    waiting = (answered == NEVER) & (taken_up == 0)
    middle = float(np.median(hours)) if len(hours) else np.inf
    longest = int(waited[waiting].max() // 24) if waiting.any() else 0
    median = round(middle, 1) if np.isfinite(middle) else None
    return Answers(len(received), tuple(within), median, int(waiting.sum()), longest)


def loads(
    cases: Cases,
    joined: _INTS,
    talked: Mapping[int, int],
    names: Mapping[int, str],
    on: date,
) -> list[Load]:
    """
    Return what each owner carries, the most first, then by name; nobody last.

    :param joined: as `joined_on`
    :param talked: account → conversations in the last 30 days
    :param names: account → name
    """
    today = days.number(on)
    recently = joined > today - 365
    made = []
    for owner in [*sorted({*cases.owner.tolist(), *talked} - {NEVER}), NEVER]:
        theirs = cases.owner == owner
        is_open = theirs & (cases.closed == days.OPEN)
        load = Load(
            names.get(owner, ""),
            int(is_open.sum()),
            int((is_open & (cases.next_on <= today)).sum()),
            int((is_open & (cases.next_on < today)).sum()),
            talked.get(owner, 0),
            int((theirs & recently & (joined <= today)).sum()),
        )
        if any((load.open, load.talked_30_days, load.joined_12_months)):
            made.append((owner == NEVER, load))
    return [load for _, load in sorted(made, key=lambda pair: (pair[0], -pair[1].open, pair[1].name))]

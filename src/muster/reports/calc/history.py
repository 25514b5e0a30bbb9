"""From spells to days: every spell adds one on its first day and takes one away on its end day; the rest is a running sum."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from muster.reports.calc import days
from muster.reports.calc.records import Bools, Ints, Placements, Spells


@dataclass(frozen=True, slots=True)
class Stays:
    """
    Member spells as far as they were spent in some scope, shape (stays,).

    :ivar unit: index of the unit of the primary placement; empty where placements play no part (the whole organisation)
    :ivar joins, leaves: the stay begins with joining, ends with leaving (and not with a move, or a spell that touches)
    """

    person: Ints
    begin: Ints
    end: Ints
    unit: Ints
    joins: Bools
    leaves: Bools

    def only(self, chosen: Bools | Ints | slice) -> "Stays":
        """Return the chosen stays."""
        unit = self.unit[chosen] if len(self.unit) else self.unit
        return Stays(
            self.person[chosen], self.begin[chosen], self.end[chosen], unit, self.joins[chosen], self.leaves[chosen]
        )


@dataclass(frozen=True, slots=True)
class History:
    """
    Day by day from `first` to `until`, arrays of shape (days,); empty where nobody was ever there.

    :ivar count: how many there were on each day
    :ivar joined, left: how many spells began and ended on each day
    """

    first: int
    until: int
    count: Ints
    joined: Ints
    left: Ints

    def on(self, day: int) -> int:
        """Return how many there were on that day, 0 before the first."""
        return int(self.count[day - self.first]) if day >= self.first and len(self.count) else 0

    def sums(self, daily: Ints, begin: int, end: int) -> int:
        """Return the sum of a daily array over the days from `begin` to `end`, both counted."""
        return int(daily[max(begin - self.first, 0) : max(end + 1 - self.first, 0)].sum())

    def window(self, daily: Ints, begin: int) -> Ints:
        """Return a daily array from `begin` to `until`, 0 before the first day."""
        if not len(daily):
            return np.zeros(max(self.until + 1 - begin, 0), dtype=np.int64)
        padded = np.zeros(max(self.first - begin, 0), dtype=np.int64)
        return np.concatenate([padded, daily[max(begin - self.first, 0) :]])


def empty(until: int) -> History:
    """Return the history of nobody."""
    none = np.empty(0, dtype=np.int64)
    return History(until + 1, until, none, none, none)


def history(stays: Stays, until: int) -> History:
    """Count stays day by day from the first that began to `until`."""
    if not len(stays.begin) or int(stays.begin.min()) > until:
        return empty(until)
    first = int(stays.begin.min())
    length = until + 1 - first

    def daily(on: Ints) -> Ints:
        return np.bincount(np.minimum(on, until + 1) - first, minlength=length + 1)[:length]

    began, ended = daily(stays.begin), daily(stays.end)
    joined = began - daily(stays.begin[~stays.joins])
    left = ended - daily(stays.end[~stays.leaves])
    return History(first, until, np.cumsum(began - ended), joined, left)


def touching(spells: Spells, people: int) -> tuple[Bools, Bools]:
    """
    Find the spells that begin on the day another of the same person ends, and those that end so.

    :param people: number of people, more than any in `spells.person`
    :returns: (begins again, ends to begin again), each of shape (spells,)
    """
    begins_again, ends_again = (np.zeros(len(spells.person), dtype=np.bool_) for _ in range(2))
    # Only the few with several spells are sorted.
    several = np.flatnonzero((np.bincount(spells.person, minlength=people) > 1)[spells.person])
    order = several[np.lexsort((spells.begin[several], spells.person[several]))]
    person, begin, end = spells.person[order], spells.begin[order], spells.end[order]
    meets = (person[1:] == person[:-1]) & (begin[1:] == end[:-1])
    begins_again[order[1:][meets]] = True
    ends_again[order[:-1][meets]] = True
    return begins_again, ends_again


def everyone(members: Spells, people: int) -> Stays:
    """Return the stays of the whole organisation: the member spells themselves, wherever they were spent."""
    begins_again, ends_again = touching(members, people)
    nowhere = np.empty(0, dtype=np.int64)
    return Stays(members.person, members.begin, members.end, nowhere, ~begins_again, ~ends_again)


def placed(whole: Stays, placements: Placements, inside: Bools, people: int) -> Stays:
    """
    Cut member spells to the days on which the primary placement lay inside.

    Somebody who moves in counts from the move; only who joins or leaves while there has joined or left.

    :param inside: shape (units + 1,)
    """
    chosen = np.flatnonzero(placements.primary & inside[placements.unit])
    there = Spells(placements.person[chosen], placements.begin[chosen], placements.end[chosen])
    stay, placement, begin, end = overlaps(whole, there, people)
    return Stays(
        whole.person[stay],
        begin,
        end,
        placements.unit[chosen[placement]],
        whole.joins[stay] & (begin == whole.begin[stay]),
        whole.leaves[stay] & (end == whole.end[stay]),
    )


def while_also(stays: Stays, others: Spells, people: int) -> Stays:
    """Cut stays to the days on which a spell of another sort held too; `joins` and `leaves` mean nothing then."""
    stay, _, begin, end = overlaps(stays, others, people)
    cut = stays.only(stay)
    return Stays(cut.person, begin, end, cut.unit, cut.joins, cut.leaves)


def overlaps(first: Stays | Spells, second: Spells, people: int) -> tuple[Ints, Ints, Ints, Ints]:
    """
    Find every pair of spells of one person that share a day.

    :returns: indices into `first` and into `second`, first shared day, first day no longer shared; one entry for each pair
    """
    order = np.argsort(second.person, kind="stable")
    counts = np.bincount(second.person, minlength=people)
    starts = np.cumsum(counts) - counts
    repeats = counts[first.person]
    left = np.repeat(np.arange(len(first.person)), repeats)
    # Running number within each spell of `first`, added to where its person's spells start in `second`.
    within = np.arange(len(left)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = order[starts[first.person[left]] + within]
    begin = np.maximum(first.begin[left], second.begin[right])
    end = np.minimum(first.end[left], second.end[right])
    shared = begin < end
    return left[shared], right[shared], begin[shared], end[shared]


def by_month(seen: History) -> dict[str, int]:
    """Return the count on the last day of each month from the first day anybody was there; of the last month, on the last day."""
    return {name: seen.on(end) for name, _, end in _months(seen)}


def sums_by_month(seen: History, daily: Ints) -> dict[str, int]:
    """Return the sum of a daily array for each month in which it is not 0."""
    sums = {name: seen.sums(daily, begin, end) for name, begin, end in _months(seen)}
    return {name: total for name, total in sums.items() if total}


def _months(seen: History) -> list[tuple[str, int, int]]:
    return list(days.months(days.day(seen.first), days.day(seen.until))) if len(seen.count) else []


def milestones(seen: History, step: int) -> dict[int, date]:
    """Return the first day on which the count reached each multiple of `step`."""
    if not len(seen.count):
        return {}
    highest = np.maximum.accumulate(seen.count)
    multiples = np.arange(step, int(highest[-1]) + 1, step)
    reached = np.searchsorted(highest, multiples)
    return {int(multiple): days.day(seen.first + int(at)) for multiple, at in zip(multiples, reached, strict=True)}

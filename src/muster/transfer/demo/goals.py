"""Goals of a demo organisation: of quantity and of quality, some reached, some ahead, some behind."""

from datetime import date
from typing import NamedTuple

import numpy as np

from muster.transfer.demo.history import Spells
from muster.transfer.demo.layout import Layout
from muster.transfer.demo.roll import Roll
from muster.transfer.demo.timeline import Ints, Timeline, day_number


class Goal(NamedTuple):
    """A row of `goals.csv`; days as numbers."""

    unit: int
    measure: str
    start_on: int
    due_on: int
    start_value: int
    target: int


class _Measures:
    """The true value of each measure of a unit on a day."""

    def __init__(self, layout: Layout, roll: Roll, inquiry_days: Ints) -> None:
        self.layout, self.roll, self.inquiry_days = layout, roll, inquiry_days
        self.first_trained = np.full(len(roll.city), 10**7, dtype=np.int64)
        np.minimum.at(self.first_trained, roll.trained.person, roll.trained.start)

    def value(self, unit: int, measure: str, start_on: int, day: int) -> int:
        """Return a stock on `day`, or what has come in from `start_on` up to and with `day`."""
        below = self._below(unit)
        if measure in ("branches", "groups"):
            kind = {"branches": "branch", "groups": "group"}[measure]
            units = [self.layout.units[index] for index in below]
            return sum(item.kind == kind and item.opened <= day < item.closed for item in units)
        if measure == "inquiries":
            return int(((self.inquiry_days >= start_on) & (self.inquiry_days <= day)).sum())
        spells = self._spells(below, unit == 0)
        if measure == "recruits":
            joined = np.isin(spells.person * 10**6 + spells.start, self._joinings())
            return int((joined & (spells.start > start_on) & (spells.start <= day)).sum())
        holds = (spells.start <= day) & (day < spells.end)
        if measure == "organisers":
            holds &= self.first_trained[spells.person] <= day
        return int(holds.sum())

    def _joinings(self) -> Ints:
        return self.roll.members.person * 10**6 + self.roll.members.start

    def _spells(self, below: list[int], is_root: bool) -> Spells:
        if is_root:
            return self.roll.members
        held = self.roll.member_placements
        rows = np.isin(held.what, below)
        return Spells(held.person[rows], held.what[rows], held.start[rows], held.end[rows])

    def _below(self, unit: int) -> list[int]:
        found = [unit]
        for above in found:
            found += [index for index, item in enumerate(self.layout.units) if item.parent == above]
        return found


def make_goals(
    layout: Layout, roll: Roll, inquiry_days: Ints, timeline: Timeline, rng: np.random.Generator
) -> list[Goal]:
    """Set goals for the organisation, its regions and some branches; the start values are true."""
    measures = _Measures(layout, roll, inquiry_days)
    goals = []
    for unit, measure, (start_on, due_on), factor in _wishes(layout, timeline, rng):
        is_flow = measure in ("recruits", "inquiries")
        start_value = 0 if is_flow else measures.value(unit, measure, start_on, start_on)
        now = measures.value(unit, measure, start_on, min(due_on, timeline.until))
        growth = max(2.0, float(now - start_value))
        goals.append(Goal(unit, measure, start_on, due_on, start_value, start_value + max(1, round(growth * factor))))
    return sorted(goals)


def _wishes(
    layout: Layout, timeline: Timeline, rng: np.random.Generator
) -> list[tuple[int, str, tuple[int, int], float]]:
    """
    Say who wants what by when: unit, measure, first and due day, and the growth wanted as a multiple of the growth there was.

    A multiple below 1 is reached, one far above 1 is behind.
    """
    year = date.fromordinal(timeline.until + date(1970, 1, 1).toordinal()).year
    new_year = {offset: day_number(date(year + offset, 1, 1)) for offset in (-3, -1, 0, 1)}
    two_years, past = (new_year[-1], new_year[1]), (new_year[-3], new_year[-1])
    this_year = (min(new_year[0], timeline.until - 60), new_year[1])
    wishes = [
        (0, "members", two_years, 1.15), (0, "branches", two_years, 1.3), (0, "groups", this_year, 0.8),
        (0, "organisers", two_years, 3.0), (0, "recruits", this_year, 0.95), (0, "inquiries", this_year, 1.2),
        (0, "members", past, 1.0), (0, "organisers", past, 1.6),
    ]  # fmt: skip
    for index, unit in enumerate(layout.units):
        factor = float(rng.choice([0.7, 0.95, 1.3, 2.2]))
        if unit.kind == "region":
            wishes += [(index, "members", two_years, factor), (index, "organisers", two_years, 2.2 - factor / 2)]
        is_settled = unit.kind == "branch" and unit.opened < this_year[0] and unit.closed > timeline.until
        if is_settled and rng.random() < min(0.5, 40 / len(layout.units)):
            measure = ("members", "recruits", "organisers")[int(rng.integers(3))]
            wishes.append((index, measure, this_year, factor))
    return wishes

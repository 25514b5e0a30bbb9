"""How far along goals are: a straight line from the value at the start to the target is the measure."""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np

from muster.reports.calc import days
from muster.reports.calc.history import History, Stays, history, placed, while_also
from muster.reports.calc.records import NOWHERE, Bools, Goal, Ints, Records
from muster.reports.calc.sheet import GoalProgress
from muster.reports.calc.tree import Preorder

Measure = Callable[["Yard", int, int], Ints]
# How far from the line still counts as on it: half a member.
TOLERANCE = 0.5


class Yard:
    """
    What goals are measured on, made ready once for all of them.

    :param whole: member spells of everyone, for goals of the whole organisation
    :param home: shape (people + 1,), unit of the primary placement on the day of the sheet
    """

    def __init__(self, records: Records, whole: Stays, home: Ints, on: int) -> None:
        self.records, self.whole, self.on = records, whole, on
        self.asker_unit = home[records.inquiries.person]

    @cached_property
    def _order(self) -> Preorder:
        return Preorder.of(self.records.units)

    @cached_property
    def _by_unit(self) -> tuple[Stays, Ints]:
        everywhere = np.append(np.ones(len(self.records.units.id), dtype=np.bool_), False)
        stays = placed(self.whole, self.records.placements, everywhere, self.records.people)
        positions = self._order.position[stays.unit]
        order = np.argsort(positions, kind="stable")
        return stays.only(order), positions[order]

    @cached_property
    def _trained_by_unit(self) -> tuple[Stays, Ints]:
        stays, _ = self._by_unit
        trained = while_also(stays, self.records.organisers, self.records.people)
        return trained, self._order.position[trained.unit]

    @cached_property
    def _trained(self) -> Stays:
        return while_also(self.whole, self.records.organisers, self.records.people)

    def members(self, unit: int) -> History:
        """Return the history of the members of a unit and all below it; of the root, of everyone."""
        return history(self.whole if self._is_root(unit) else self._below(unit, *self._by_unit), self.on)

    def organisers(self, unit: int) -> History:
        """Return the same of its trained organisers."""
        return history(self._trained if self._is_root(unit) else self._below(unit, *self._trained_by_unit), self.on)

    def inquiries(self, unit: int) -> Ints:
        """Return the days of the inquiries of a unit and all below it; of the root, of all."""
        everything = np.ones(len(self.asker_unit), dtype=np.bool_)
        asked = everything if self._is_root(unit) else self.inside(unit)[self.asker_unit]
        return self.records.inquiries.day[self.records.inquiries.once(asked)]

    def inside(self, unit: int) -> Bools:
        """Say of each unit, and last of NOWHERE, whether it is that unit or below it."""
        return self._order.inside(unit)

    def _is_root(self, unit: int) -> bool:
        return bool(self.records.units.parent[unit] == NOWHERE)

    def _below(self, unit: int, stays: Stays, positions: Ints) -> Stays:
        return stays.only(slice(*np.searchsorted(positions, self._order.span(unit))))


def progress(yard: Yard, goal: Goal) -> GoalProgress:
    """Return how far a goal is on the day of the yard."""
    start = days.number(goal.start_on)
    values = _MEASURES[goal.measure](yard, goal.unit, start)
    sign = 1 if goal.target >= goal.start_value else -1
    reached = np.flatnonzero(values[1:] * sign >= goal.target * sign)
    reached_on = days.day(start + int(reached[0])) if len(reached) else None
    now = int(values[-1])
    return GoalProgress(
        unit=yard.records.units.id[goal.unit],
        unit_name=yard.records.units.name[goal.unit],
        measure=goal.measure,
        start_on=goal.start_on,
        due_on=goal.due_on,
        start_value=goal.start_value,
        now=now,
        target=goal.target,
        reached_on=reached_on,
        state="reached" if reached_on else _state(goal, now, yard.on),
        key=goal.key,
    )


def _state(goal: Goal, now: int, on: int) -> str:
    start, due = days.number(goal.start_on), days.number(goal.due_on)
    if on < start:
        return "not begun"
    if on > due:
        return "missed"
    expected = goal.start_value + (goal.target - goal.start_value) * (on - start) / (due - start)
    ahead = (now - expected) * (1 if goal.target >= goal.start_value else -1)
    return "on line" if abs(ahead) <= TOLERANCE else "ahead" if ahead > 0 else "behind"


# Each measure: values from the day before the start to the day of the sheet (of a start to come: on that day), shape (days,).


def _count(seen: History, start: int) -> Ints:
    return seen.window(seen.count, min(start - 1, seen.until))


def _recruits(yard: Yard, unit: int, start: int) -> Ints:
    seen = yard.members(unit)
    joined = seen.window(seen.joined, min(start - 1, yard.on))
    joined[0] = 0
    return np.cumsum(joined)


def _inquiries(yard: Yard, unit: int, start: int) -> Ints:
    received = yard.inquiries(unit)
    since = received[(received >= start) & (received <= yard.on)] - (start - 1)
    return np.cumsum(np.bincount(since, minlength=max(yard.on - start + 2, 1)))


def _open(kind: str) -> Measure:
    def values(yard: Yard, unit: int, start: int) -> Ints:
        counted, *spells = yard.records.units.spells_of(kind)
        inside = yard.inside(unit)[counted]
        opened, closed = (np.sort(on[inside]) for on in spells)
        on = np.arange(min(start - 1, yard.on), yard.on + 1)
        return np.searchsorted(opened, on, side="right") - np.searchsorted(closed, on, side="right")

    return values


_MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "members": lambda yard, unit, start: _count(yard.members(unit), start),
        "branches": _open("branch"),
        "groups": _open("group"),
        "organisers": lambda yard, unit, start: _count(yard.organisers(unit), start),
        "recruits": _recruits,
        "inquiries": _inquiries,
    }
)
MEASURES = frozenset(_MEASURES)

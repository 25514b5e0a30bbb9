"""
What the balance sheet is reckoned from: arrays of everything in the reader's scope.

People and units are numbered from 0; the loader knows who they are. Days are numbers (`days.number`), spells half-open.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.core.places import BUNDLED, Atlas

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOWHERE = -1
"""Stands for no unit, no city, no person; the last entry of a lookup table answers for it."""


@dataclass(frozen=True, slots=True)
class Spells:
    """Arrays of shape (spells,), any order; one person's never overlap, `end` is the first day after (OPEN: goes on)."""

    person: Ints
    begin: Ints
    end: Ints

    def on(self, day: int) -> Bools:
        """Say of each spell whether it holds on that day."""
        return (self.begin <= day) & (day < self.end)


@dataclass(frozen=True, slots=True)
class Placements(Spells):
    """Of one person several may hold at a time, in different units, and at most one of them primary."""

    unit: Ints
    primary: Bools


@dataclass(frozen=True, slots=True, order=True)
class CityName:
    city: str
    region: str
    country: str


@dataclass(frozen=True, slots=True)
class Units:
    """
    The whole tree, shape (units,).

    :ivar id: what the sending system calls the unit, else its own id; each once
    :ivar parent: index of the unit above, NOWHERE for the root
    :ivar opened, closed: first day open and first day no longer open; ALWAYS and OPEN where unknown
    :ivar city: index into the cities of `Records`, or NOWHERE
    :ivar latitude, longitude: degrees, NaN where unknown
    :ivar former: (index, kind, first day it was that no longer) of what units were before; each unit's in the order of days
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    parent: Ints
    opened: Ints
    closed: Ints
    city: Ints
    latitude: Floats
    longitude: Floats
    former: tuple[tuple[int, str, int], ...] = ()

    def spells_of(self, code: str) -> tuple[Ints, Ints, Ints]:
        """Return (unit, first day, first day after) of every time a unit was open and of that kind; one unit's never overlap."""
        begins = self.opened.copy()
        found = []
        for unit, kind, until in self.former:
            if kind == code:
                found.append((unit, begins[unit], min(until, self.closed[unit])))
            begins[unit] = max(begins[unit], until)
        found += [(unit, begins[unit], self.closed[unit]) for unit, kind in enumerate(self.kind) if kind == code]
        whole = np.array([spell for spell in found if spell[1] < spell[2]], dtype=np.int64).reshape(-1, 3)
        return whole[:, 0], whole[:, 1], whole[:, 2]

    def open_of_kind(self, code: str, day: int) -> Bools:
        """Say of each unit whether it is open and of that kind on a day."""
        unit, begin, end = self.spells_of(code)
        found = np.zeros(len(self.kind), dtype=np.bool_)
        found[unit[(begin <= day) & (day < end)]] = True
        return found


@dataclass(frozen=True, slots=True)
class Inquiries:
    """
    Shape (inquiries,); person is NOWHERE where nobody on the register asked.

    :ivar part_of: the same number for those that are one message to the organisation, NOWHERE for one alone
    """

    day: Ints
    person: Ints
    part_of: Ints

    def once(self, among: Bools) -> Bools:
        """Return which of these count: of those that are one message the first."""
        several = np.flatnonzero(among & (self.part_of != NOWHERE))
        several = several[np.argsort(self.day[several], kind="stable")]
        _, first = np.unique(self.part_of[several], return_index=True)
        counted = among.copy()
        counted[several] = False
        counted[several[first]] = True
        return counted


@dataclass(frozen=True, slots=True)
class Goal:
    """From `start_value` on `start_on` to `target` on `due_on`; measures stand in `goals.MEASURES`, `key` names its list."""

    unit: int
    measure: str
    start_on: date
    due_on: date
    start_value: float
    target: float
    key: int = 0


@dataclass(frozen=True, slots=True)
class Records:
    """
    :ivar people: how many people are numbered
    :ivar members: spells of the standing `member`
    :ivar organisers: spells of the qualification `organiser`
    :ivar person_city: shape (people,), index into `cities` or NOWHERE
    :ivar cities: every city named by a person or unit, each once
    """

    people: int
    members: Spells
    placements: Placements
    organisers: Spells
    person_city: Ints
    cities: tuple[CityName, ...]
    units: Units
    inquiries: Inquiries
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """
    :ivar step: members between two milestones, >= 1
    :ivar radius_km: what counts as near a city, > 0
    :ivar branch_sizes: members a branch needs at least, and works well with
    :ivar atlas: where cities lie and how many people live there
    """

    step: int = 100
    radius_km: int = 50
    branch_sizes: tuple[int, int] = (5, 7)
    atlas: Atlas = BUNDLED

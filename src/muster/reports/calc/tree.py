"""Which units lie below which."""

from dataclasses import dataclass

import numpy as np

from muster.reports.calc.records import NOWHERE, Bools, Ints, Units


@dataclass(frozen=True, slots=True)
class Preorder:
    """
    Units numbered so that each stands right before all that lie below it.

    :ivar position: shape (units,)
    :ivar size: shape (units,), how many lie below a unit, itself counted
    """

    position: Ints
    size: Ints

    @classmethod
    def of(cls, units: Units) -> "Preorder":
        """Number a tree; roots and children come in the order of their indices."""
        children: dict[int, list[int]] = {}
        for unit, parent in enumerate(units.parent.tolist()):
            children.setdefault(parent, []).append(unit)
        position = np.zeros(len(units.parent), dtype=np.int64)
        size = np.ones(len(units.parent), dtype=np.int64)
        walk: list[int] = []
        todo = children.get(NOWHERE, [])[::-1]
        while todo:
            unit = todo.pop()
            position[unit] = len(walk)
            walk.append(unit)
            todo += children.get(unit, [])[::-1]
        for unit in reversed(walk):
            if units.parent[unit] != NOWHERE:
                size[units.parent[unit]] += size[unit]
        return cls(position, size)

    def span(self, unit: int) -> tuple[int, int]:
        """Return the first position of the unit and those below it, and the first after them."""
        first = int(self.position[unit])
        return first, first + int(self.size[unit])

    def inside(self, unit: int) -> Bools:
        """Say of each unit whether it is that unit or below it, and last of NOWHERE that it is not; shape (units + 1,)."""
        begin, end = self.span(unit)
        return np.append((self.position >= begin) & (self.position < end), False)


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Whom the figures are about.

    :ivar unit: index of the unit, NOWHERE where there are no units at all
    :ivar whole: everyone counts, placed or not (the whole organisation); else those placed inside
    :ivar inside: shape (units + 1,), the unit and all below it; the last entry, for NOWHERE, is false
    """

    unit: int
    whole: bool
    inside: Bools

    @classmethod
    def of(cls, units: Units, unit: int) -> "Scope":
        """Return the scope of a unit; that of the root, or of NOWHERE, is the whole organisation."""
        if unit == NOWHERE:
            return cls(unit, True, np.append(np.ones(len(units.id), dtype=np.bool_), False))
        return cls(unit, bool(units.parent[unit] == NOWHERE), Preorder.of(units).inside(unit))

"""Half-open spells of days: `from` is the first day, `to` the first day it no longer holds; no `to` means it goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Spell:
    """
    Days from `from_on` up to, and not including, `to_on`.

    :raises ValueError: it would end before or on the day it begins
    """

    from_on: date
    to_on: date | None = None

    def __post_init__(self) -> None:
        if self.to_on is not None and self.to_on <= self.from_on:
            raise ValueError(f"a spell from {self.from_on} cannot end on {self.to_on}")

    def holds_on(self, day: date) -> bool:
        """Say whether the spell holds on that day."""
        return self.from_on <= day and (self.to_on is None or day < self.to_on)

    def overlaps(self, other: "Spell") -> bool:
        """Say whether some day lies in both."""
        return (self.to_on is None or other.from_on < self.to_on) and (
            other.to_on is None or self.from_on < other.to_on
        )


def first_overlap(spells: Iterable[Spell]) -> tuple[Spell, Spell] | None:
    """Return the first two spells, in order of beginning, that share a day, or None."""
    ordered = sorted(spells, key=lambda spell: spell.from_on)
    latest: Spell | None = None
    for spell in ordered:
        if latest is not None and latest.overlaps(spell):
            return latest, spell
        if latest is None or latest.to_on is not None:
            latest = spell
    return None


def union(flagged: Iterable[tuple[Spell, bool]]) -> list[tuple[Spell, bool]]:
    """
    Return spells that hold on the same days as any of the given ones, none sharing a day, in order.

    A day is flagged where any spell that holds on it is; neighbours with the same flag become one.

    >>> union([(Spell(date(2026, 1, 1)), False), (Spell(date(2026, 3, 1), date(2026, 4, 1)), True)])[1]
    (Spell(from_on=datetime.date(2026, 3, 1), to_on=datetime.date(2026, 4, 1)), True)
    """
    given = list(flagged)
    edges = sorted({day for spell, _ in given for day in (spell.from_on, spell.to_on or date.max)})
    found: list[tuple[Spell, bool]] = []
    for start, end in pairwise(edges):
        flags = [flag for spell, flag in given if spell.holds_on(start)]
        if not flags:
            continue
        to_on = None if end == date.max else end
        if found and found[-1][0].to_on == start and found[-1][1] == any(flags):
            start = found.pop()[0].from_on
        found.append((Spell(start, to_on), any(flags)))
    return found

"""The spells of two records of one person, put together so that nothing overlaps and nothing known is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from muster.people.calc.spells import OFFICE, PLACEMENT, SpellRow


def subtract(row: SpellRow, covers: Iterable[SpellRow]) -> list[SpellRow]:
    """Return the parts of a spell that none of the others covers, earliest first; the first part keeps the id."""
    parts: list[tuple[date, date | None]] = [(row.from_on, row.to_on)]
    for cover in covers:
        parts = [piece for part in parts for piece in _without(part, (cover.from_on, cover.to_on))]
    made = [replace(row, from_on=from_on, to_on=to_on) for from_on, to_on in sorted(parts, key=lambda part: part[0])]
    return [piece if place == 0 else replace(piece, id=None) for place, piece in enumerate(made)]


def unite(kept: Sequence[SpellRow], dropped: Sequence[SpellRow]) -> list[SpellRow]:
    """
    Return the spells of the united person: every day a thing held for either, it holds; none twice.

    Rows of the kept record stay as they are wherever possible; of the other's rows the uncovered parts are added, new
    (without an id), but for the first part of an office: it keeps its id, because rights hang on it. Where both had a
    home unit, the kept one's counts and the other becomes a further placement.
    """
    new = [row if row.kind == OFFICE else replace(row, id=None) for row in dropped]
    plain = [row for row in kept if row.kind != PLACEMENT]
    united = list(plain)
    for row in sorted((row for row in new if row.kind != PLACEMENT), key=lambda row: row.from_on):
        united += subtract(row, [other for other in plain if other.same == row.same])
    return united + _unite_placements(
        [row for row in kept if row.kind == PLACEMENT], [row for row in new if row.kind == PLACEMENT]
    )


def _unite_placements(kept: list[SpellRow], dropped: list[SpellRow]) -> list[SpellRow]:
    homes = [row for row in kept if row.is_primary]
    new_homes = [part for row in dropped if row.is_primary for part in subtract(row, homes)]
    homes += new_homes
    placed = homes + [part for row in kept if not row.is_primary for part in subtract(row, _there(homes, row))]
    further: list[SpellRow] = []
    for row in dropped:
        further += subtract(replace(row, is_primary=False), _there(placed, row))
    return placed + further


def _there(rows: Iterable[SpellRow], row: SpellRow) -> list[SpellRow]:
    return [other for other in rows if other.unit_id == row.unit_id]


def _without(part: tuple[date, date | None], cover: tuple[date, date | None]) -> list[tuple[date, date | None]]:
    """Cut one half-open span out of another."""
    (start, end), (cover_start, cover_end) = part, cover
    if (end is not None and cover_start >= end) or (cover_end is not None and cover_end <= start):
        return [part]
    pieces: list[tuple[date, date | None]] = []
    if start < cover_start:
        pieces.append((start, cover_start))
    if cover_end is not None and (end is None or cover_end < end):
        pieces.append((cover_end, end))
    return pieces

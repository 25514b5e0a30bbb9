"""What may happen to the dated spells of one person, on plain rows: begin, end, move, correct, unite."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from muster.core.dates import day_words
from muster.core.errors import DomainError

STANDING, PLACEMENT, QUALIFICATION, OFFICE = KINDS = ("standing", "placement", "qualification", "office")
# Of several standings at once the first of these counts.
STANDINGS = ("member", "applicant", "contact")


class SpellsOverlap(DomainError):
    """Two spells of the same thing would share a day."""


class AlreadyHolds(DomainError):
    """What should begin holds already on that day."""


class DoesNotHold(DomainError):
    """What should end does not hold on that day."""


class EndsTooEarly(DomainError):
    """A spell would end on or before the day it begins."""


@dataclass(frozen=True, slots=True)
class SpellRow:
    """
    One row of one of the four spell tables.

    :ivar kind: one of `KINDS`
    :ivar what: the standing, qualification or role; '' for a placement
    :ivar unit_id: only of placements and offices
    :ivar id: primary key, None where it is yet to be stored
    """

    kind: str
    from_on: date
    to_on: date | None = None
    what: str = ""
    unit_id: int | None = None
    is_primary: bool = False
    reason: str = ""
    id: int | None = None

    def holds_on(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day < self.to_on)

    def overlaps(self, other: "SpellRow") -> bool:
        return (self.to_on is None or other.from_on < self.to_on) and (
            other.to_on is None or self.from_on < other.to_on
        )

    @property
    def same(self) -> tuple[str, str, int | None]:
        """What two spells must have in common for an overlap to be meaningless."""
        return (self.kind, self.what, self.unit_id)

    def as_json(self) -> dict[str, Any]:
        """Return the row as the trace holds it: without the reason, which somebody typed."""
        stored = asdict(self)
        del stored["reason"]
        return stored | {"from_on": self.from_on.isoformat(), "to_on": self.to_on and self.to_on.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "SpellRow":
        to_on = stored["to_on"]
        days = {"from_on": date.fromisoformat(stored["from_on"]), "to_on": to_on and date.fromisoformat(to_on)}
        return cls(**(stored | days))


def clash(rows: Iterable[SpellRow]) -> tuple[SpellRow, SpellRow] | None:
    """Return the first two rows that may not share a day and do: the same thing twice, or two primary placements."""
    ordered = sorted(rows, key=lambda row: (row.from_on, row.id or 0))
    for place, later in enumerate(ordered):
        for earlier in ordered[:place]:
            alike = earlier.same == later.same or (earlier.is_primary and later.is_primary)
            if alike and earlier.overlaps(later):
                return earlier, later
    return None


def ended(row: SpellRow, on: date, *, reason: str = "") -> SpellRow:
    """
    Return the row with `on` as the first day it no longer holds; a reason is added to the one it has.

    :raises EndsTooEarly: it begins that day or later
    """
    if row.from_on >= on:
        raise EndsTooEarly(
            f"This began on {day_words(row.from_on)}. It can only end after that day; if it was entered by mistake, "
            "take the entry out instead.",
            field="on",
        )
    both = "; ".join(part for part in (row.reason, reason) if part)
    return replace(row, to_on=on, reason=both[:200])


def with_standing(
    rows: Sequence[SpellRow], standing: str, from_on: date, *, to_on: date | None, reason: str
) -> list[SpellRow]:
    """
    Begin a standing; other open standings that hold that day end on it, and one that began that day gives way.

    A spell with an end is history being filled in: the others stay as they are.

    :raises AlreadyHolds: the person has that standing on that day
    """
    held = next((row for row in rows if row.what == standing and row.holds_on(from_on)), None)
    if held is not None:
        raise AlreadyHolds(f"Already {standing} since {day_words(held.from_on)}.", field="from_on")
    kept: list[SpellRow] = []
    for row in rows:
        if to_on is None and row.to_on is None and row.from_on <= from_on:
            if row.from_on < from_on:
                kept.append(ended(row, from_on))
        else:
            kept.append(row)
    return [*kept, SpellRow(STANDING, from_on, to_on, what=standing, reason=reason)]


def moved(rows: Sequence[SpellRow], unit_id: int, on: date) -> list[SpellRow]:
    """
    End the primary placement that holds on a day and begin one in another unit, which takes the place of a
    non-primary one there.

    :raises AlreadyHolds: that unit is the home unit on that day
    :raises SpellsOverlap: another home unit is noted for a later day
    """
    kept: list[SpellRow] = []
    for row in rows:
        if row.is_primary and row.unit_id == unit_id and row.holds_on(on):
            raise AlreadyHolds(f"This has been the home unit since {day_words(row.from_on)}.", field="unit")
        if row.is_primary and row.from_on > on:
            raise SpellsOverlap(
                f"Another move is noted for {day_words(row.from_on)}. Correct that one first.", field="on"
            )
        gives_way = (row.is_primary or row.unit_id == unit_id) and row.holds_on(on)
        if not gives_way:
            kept.append(row)
        elif row.from_on < on:
            kept.append(ended(row, on))
    return [*kept, SpellRow(PLACEMENT, on, unit_id=unit_id, is_primary=True)]


def left(rows: Sequence[SpellRow], on: date, *, reason: str, stays: bool) -> list[SpellRow]:
    """
    End every standing, placement and office that goes on.

    :param reason: of the standings
    :param stays: they are a contact from then on, where they are placed: placements go on
    :raises EndsTooEarly: one of them begins that day or later
    """
    kept: list[SpellRow] = []
    for row in rows:
        is_over = row.to_on is not None and row.to_on <= on
        if is_over or (stays and row.kind == PLACEMENT):
            kept.append(row)
        else:
            kept.append(ended(row, on, reason=reason if row.kind == STANDING else ""))
    return [*kept, SpellRow(STANDING, on, what="contact")] if stays else kept


def begun(rows: Sequence[SpellRow], new: SpellRow) -> list[SpellRow]:
    """
    Add a spell.

    :raises AlreadyHolds: the same holds on its first day
    """
    held = next((row for row in rows if row.same == new.same and row.holds_on(new.from_on)), None)
    if held is not None:
        raise AlreadyHolds(f"This is noted already, since {day_words(held.from_on)}.", field="from_on")
    return [*rows, new]


def replaced(rows: Sequence[SpellRow], row_id: int, new: SpellRow | None) -> list[SpellRow]:
    """
    Put a row in the place of the one with that id, or take that one out.

    :raises DoesNotHold: there is none with that id
    """
    if all(row.id != row_id for row in rows):
        raise DoesNotHold("This entry is not there any more.")
    kept = [row for row in rows if row.id != row_id]
    return kept if new is None else [*kept, replace(new, id=row_id)]


def check(rows: Iterable[SpellRow]) -> None:
    """
    Do nothing if the rows of one person may stand beside each other.

    :raises EndsTooEarly: one ends on or before the day it begins
    :raises SpellsOverlap: two that may not share a day do
    """
    rows = list(rows)
    for row in rows:
        if row.to_on is not None and row.to_on <= row.from_on:
            raise EndsTooEarly(
                f"It begins on {day_words(row.from_on)}, so it cannot end on {day_words(row.to_on)}.", field="to_on"
            )
    found = clash(rows)
    if found is not None:
        earlier, later = found
        thing = "Two home units" if earlier.same != later.same else "Two entries for the same thing"
        raise SpellsOverlap(
            f"{thing} would hold at once: {_span(earlier)} and {_span(later)}. Correct the dates first.",
            field="from_on",
        )


def current_standing(rows: Iterable[SpellRow], on: date) -> str:
    """Return the highest standing held on a day, '' for none."""
    held = {row.what for row in rows if row.kind == STANDING and row.holds_on(on)}
    return next((standing for standing in STANDINGS if standing in held), "")


def _span(row: SpellRow) -> str:
    until = f"until {day_words(row.to_on)}" if row.to_on else "with no end"
    return f"from {day_words(row.from_on)} {until}"

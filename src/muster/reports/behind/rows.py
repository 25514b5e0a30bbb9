"""What a list behind a figure is made of, and how it is read a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import QuerySet

from muster.access.keyset import beyond
from muster.people.calc.listing import Place

Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line.

    :ivar ref: own id, for files; '' where it has none
    :ivar cells: what stands under the heads after the first
    :ivar person_id, unit_id, figure: what the line leads to; at most one of them
    """

    ref: str
    label: str
    cells: tuple[Cell, ...]
    person_id: int | None = None
    unit_id: int | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`previous` and `next` are where to go on from, None at either end."""

    rows: list[Row]
    previous: int | None
    next: int | None


class Rows(Protocol):
    """All lines of a list, in its order."""

    def count(self) -> int: ...
    def page(self, place: Place, size: int) -> Page: ...
    def every(self) -> Iterator[Row]: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """
    Lines made of rows of the database.

    :ivar columns: what they are sorted by, all one way; the last is the primary key
    """

    rows: QuerySet[Any]
    columns: tuple[str, ...]
    make: Callable[[Any], Row]
    descending: bool = False

    def count(self) -> int:
        return self.rows.order_by().count()

    def page(self, place: Place, size: int) -> Page:
        boundary = self._boundary(place.row_id)
        back = place.back and boundary is not None
        down = back != self.descending
        rows = self.rows if boundary is None else self.rows.filter(beyond(boundary, "lt" if down else "gt"))
        found = list(rows.order_by(*(f"-{column}" if down else column for column in self.columns))[: size + 1])
        more = len(found) > size
        found = found[:size][::-1] if back else found[:size]
        before, after = (more, True) if back else (boundary is not None, more)
        return Page(
            [self.make(row) for row in found],
            found[0].pk if before and found else None,
            found[-1].pk if after and found else None,
        )

    def every(self) -> Iterator[Row]:
        order = [f"-{column}" if self.descending else column for column in self.columns]
        return (self.make(row) for row in self.rows.order_by(*order).iterator(2000))

    def _boundary(self, pk: int | None) -> dict[str, Any] | None:
        return None if pk is None else self.rows.filter(pk=pk).order_by("pk").values(*self.columns).first()


@dataclass(frozen=True, slots=True)
class Ready:
    """Lines that are there already, a few thousand at most; a place is the number of a line, the first is 1."""

    rows: Sequence[Row]

    def count(self) -> int:
        return len(self.rows)

    def page(self, place: Place, size: int) -> Page:
        at = min(place.row_id or 0, len(self.rows))
        begin, end = (max(at - 1 - size, 0), max(at - 1, 0)) if place.back else (at, at + size)
        return Page(list(self.rows[begin:end]), begin + 1 if begin else None, end if end < len(self.rows) else None)

    def every(self) -> Iterator[Row]:
        return iter(self.rows)

"""Whom and when a list is about, and the days that a key names."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

from django.db.models import QuerySet

from muster.access import queries as access
from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.reports.behind.rows import Rows
from muster.reports.calc.days import year_before
from muster.units import queries as units
from muster.units.queries import Tree

_PERIOD = re.compile(r"(1[0-9]{3}|2[01][0-9]{2})(?:-(0[1-9]|1[0-2]))?")


class NoSuchFigure(DomainError):
    """There is no list of that name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A list before it is read: its title, the heads of its columns, its rows."""

    title: str
    heads: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Who asks about which unit on which day.

    :ivar inside: the unit and all below it, None for the whole organisation, placed or not
    """

    actor: Actor
    unit_id: int | None
    on: date
    tree: Tree

    @property
    def inside(self) -> frozenset[int] | None:
        is_whole = self.unit_id is None or self.unit_id == self.tree.root_id
        return None if is_whole else self.tree.below([self.unit_id or 0])

    def about(self, unit_id: int) -> Asked:
        """Return the same question about another unit, which must lie in this one."""
        inside = self.inside
        if inside is not None and unit_id not in inside:
            raise NoSuchFigure("There is no such unit here.")
        return replace(self, unit_id=unit_id)

    def open_units(self, kind: str, *, within: bool = True) -> QuerySet[Any]:
        """Return the open units of a kind by name: those in the unit that the actor may see, or all there are."""
        found = access.units(self.actor) if within else units.units()
        found = units.of_kind_on(units.open_on(found, self.on), kind, self.on)
        inside = self.inside
        return found if inside is None or not within else found.filter(pk__in=inside)

    def ids(self, kind: str) -> frozenset[int]:
        """Return the ids of every open unit of a kind, wherever it lies: members may be placed elsewhere too."""
        return frozenset(self.open_units(kind, within=False).order_by().values_list("pk", flat=True))

    def last_day(self, text: str) -> date:
        """Return the last day of a month or year up to the day asked about; that day itself where none is named."""
        return self.period(text, self.on)[1] if text else self.on

    def period(self, text: str, first: date | None = None) -> tuple[date, date]:
        """Return the days of a month or year, up to the day; from `first`, or twelve months, to it where none is named."""
        if not text:
            return first or year_before(self.on) + timedelta(days=1), self.on
        match = _PERIOD.fullmatch(text)
        if not match:
            raise NoSuchFigure("There is no such list.")
        year, month = int(match[1]), int(match[2] or 12)
        begin = date(year, int(match[2] or 1), 1)
        return begin, min(self.on, date(year, month, monthrange(year, month)[1]))


def city_key(figure: str, city: Sequence[str]) -> str:
    """Return the key of a figure of a city, given as name, region, country."""
    parts = (part.replace("%", "%25").replace("|", "%7C") for part in city)
    return f"{figure}:{'|'.join(parts)}"


def city_of(detail: str) -> tuple[str, str, str]:
    """Return name, region and country from what stands behind the colon; :raises NoSuchFigure: it is none."""
    parts = [unquote(part) for part in detail.split("|")]
    if len(parts) != 3 or not parts[0]:
        raise NoSuchFigure("There is no such list.")
    return parts[0], parts[1], parts[2]


def no_more(detail: str) -> None:
    """Do nothing where nothing stands behind the name of a figure; :raises NoSuchFigure: something does."""
    if detail:
        raise NoSuchFigure("There is no such list.")


def said(day: date) -> str:
    """Return for example `3 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def said_period(text: str, first: date, last: date) -> str:
    """Return `in May 2023` or `in 2023` for a month or year that was named, else from when to when."""
    if not text:
        return f"from {said(first)} to {said(last)}"
    return f"in {first:%B %Y}" if "-" in text else f"in {first.year}"

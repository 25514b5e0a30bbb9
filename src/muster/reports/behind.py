"""
The list behind each number of a balance sheet.

A figure is named by a key, some with more behind a colon:

    members  in_branches  in_groups  at_large  organisers  unit:ID  city:Portland|OR|US
    joined  left                of the twelve months to the day; joined:2023-05, joined:2023 of a month or year
    branches  groups            lists of units
    inquiries                   of the 90 days to the day; inquiries:2023-05

Figures come from everybody in the unit, lists only show whom the actor may see: those who have moved away may be missing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts import queries as contacts
from muster.core.errors import DomainError
from muster.people.queries import figures as people
from muster.units import queries as units

if TYPE_CHECKING:
    from muster.units.queries import Tree

_PERIOD = re.compile(r"([1-9][0-9]{3})(?:-(0[1-9]|1[0-2]))?")


class NoSuchFigure(DomainError):
    """There is no list of that name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `person_id` and `unit_id` say what it leads to, None where to nothing."""

    label: str
    detail: str
    person_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """`total` counts all rows the actor may see, of which `rows` are some."""

    title: str
    total: int
    rows: list[Row]


def people_behind(
    actor: Actor, unit_id: int | None, on: date, figure: str, *, start: int = 0, limit: int = 100
) -> Behind:
    """
    List what a number of the balance sheet counts; four queries at most.

    :param unit_id: None for the whole organisation
    :param figure: a key of this module's list
    :param start: rows to leave out at the beginning
    :raises NotAllowed: the actor may not see reports of that unit
    :raises NoSuchFigure: there is no such list
    """
    actor.require("reports.view", unit_id=unit_id)
    tree = actor.tree or units.load_tree()
    inside = None if unit_id is None or unit_id == tree.root_id else tree.below([unit_id])
    title, rows, make = _list(_Asked(actor, inside, on, tree), *figure.partition(":")[::2])
    return Behind(title, rows.count(), [make(row) for row in rows[start : start + limit]])


@dataclass(frozen=True, slots=True)
class _Asked:
    actor: Actor
    inside: frozenset[int] | None
    on: date
    tree: Tree

    def open_units(self, kind: str) -> QuerySet[Any]:
        is_open = Q(opened_on=None) | Q(opened_on__lte=self.on), Q(closed_on=None) | Q(closed_on__gt=self.on)
        return units.units().filter(*is_open, kind__code=kind)

    def ids(self, kind: str) -> frozenset[int]:
        return frozenset(self.open_units(kind).order_by().values_list("pk", flat=True))


def _list(asked: _Asked, name: str, detail: str) -> tuple[str, QuerySet[Any], Any]:
    scope = (asked.actor, asked.inside, asked.on)
    if name in ("branches", "groups") and not detail:
        found = asked.open_units("branch" if name == "branches" else "group")
        visible = access.units(asked.actor).values("pk")
        found = found.filter(pk__in=visible)
        if asked.inside is not None:
            found = found.filter(pk__in=asked.inside)
        return {"branches": "Open branches", "groups": "Groups in formation"}[name], found, _unit_row
    if name in ("joined", "left"):
        first, last = _period(detail, asked.on, timedelta(days=0))
        changed = people.joined if name == "joined" else people.left
        return f"Who {name}, {_span(first, last)}", changed(asked.actor, asked.inside, first, last), _person_row
    if name == "inquiries":
        first, last = _period(detail, asked.on, timedelta(days=89))
        received = contacts.inquiries_between(asked.actor, asked.inside, first, last, asked.on)
        return f"Inquiries, {_span(first, last)}", received, _inquiry_row
    if name == "unit" and detail:
        return _of_unit(asked, detail)
    if name == "city" and detail.count("|") == 2:
        return _of_city(asked, detail)
    if detail:
        raise NoSuchFigure("There is no such list.")
    if name == "members":
        return "Members", people.members(*scope), _person_row
    if name == "organisers":
        return "Trained organisers", people.qualified(*scope, qualification="organiser"), _person_row
    if name == "in_branches":
        return "Members in branches", people.members(*scope).placed_in(asked.ids("branch"), asked.on), _person_row
    if name == "in_groups":
        groups = people.members_not_placed_in(*scope, others=asked.ids("branch"), inside=asked.ids("group"))
        return "Members in groups", groups, _person_row
    if name == "at_large":
        alone = people.members_not_placed_in(*scope, others=asked.ids("branch") | asked.ids("group"))
        return "Members at large", alone, _person_row
    raise NoSuchFigure("There is no such list.")


def _of_unit(asked: _Asked, identifier: str) -> tuple[str, QuerySet[Any], Any]:
    """Members whose primary placement is in that unit, those below it not counted: a size as the sheet gives it."""
    unit = units.find_by_identifier(identifier)
    if unit is None or (asked.inside is not None and unit.pk not in asked.inside):
        raise NoSuchFigure("There is no such unit here.")
    return f"Members of {unit.name}", people.members(asked.actor, frozenset([unit.pk]), asked.on), _person_row


def _of_city(asked: _Asked, detail: str) -> tuple[str, QuerySet[Any], Any]:
    name, region, country = detail.split("|")
    there = units.units().filter(city=name, region=region, country=country).order_by().values_list("pk", flat=True)
    found = people.members_of_city(
        asked.actor, asked.inside, asked.on, city=(name, region, country), units_there=frozenset(there)
    )
    return f"Members in {', '.join(filter(None, (name, region)))}", found, _person_row


def _period(text: str, on: date, back: timedelta) -> tuple[date, date]:
    """Return the days of a month or year, up to `on`; of the twelve months, or `back`, to that day where none is named."""
    from muster.reports.calc.days import year_before

    if not text:
        return (on - back if back else year_before(on) + timedelta(days=1)), on
    match = _PERIOD.fullmatch(text)
    if not match:
        raise NoSuchFigure("There is no such list.")
    year, month = int(match[1]), int(match[2] or 12)
    first = date(year, int(match[2] or 1), 1)
    return first, min(on, date(year, month, monthrange(year, month)[1]))


def _span(first: date, last: date) -> str:
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def _person_row(person: Any) -> Row:
    return Row(str(person), ", ".join(filter(None, (person.city, person.region))), person_id=person.pk)


def _unit_row(unit: Any) -> Row:
    return Row(unit.name, ", ".join(filter(None, (unit.city, unit.region))), unit_id=unit.pk)


def _inquiry_row(inquiry: Any) -> Row:
    detail = f"{inquiry.day.day} {inquiry.day:%b %Y}" + (f", {inquiry.channel}" if inquiry.channel else "")
    return Row(inquiry.name or "Somebody without a name", detail, person_id=inquiry.person_id)

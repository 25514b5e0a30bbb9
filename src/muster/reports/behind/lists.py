"""
The list behind each number of a balance sheet.

A figure is named by a key, some with more behind a colon:

    members  in_branches  in_groups  at_large  outside_branches  without_unit  organisers
    unit:ID  city:Portland|OR|US
    members:2023-05             on the last day of that month; organisers:2023 of that year
    joined  left                of the twelve months to the day; joined:2023-05, joined:2023 of a month or year
    branches  groups  size:5-7  branches_without_organiser  branches_in:Portland|OR|US      lists of units
    cities  strongholds  several_branches  without_branch                                   lists of cities
    inquiries                   of the 90 days to the day; inquiries:2023-05
    goal:ID                     what that goal counts

Figures come from everybody in the unit, lists only show whom the actor may see: those who have moved away may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from muster.access.actor import Actor
from muster.people.calc.listing import Place
from muster.planning import queries as planning
from muster.reports.balance_sheet import check_day
from muster.reports.behind import members, places
from muster.reports.behind.asked import Asked, Found, NoSuchFigure, city_key
from muster.reports.behind.rows import Cell, Row
from muster.units import queries as units

__all__ = ["Behind", "NoSuchFigure", "Row", "city_key", "every_row", "list_behind", "may_open"]

SIZE = 100
# Without this too, there is nothing on these lists.
_NEEDS = {"inquiries": "contacts.view", "goal": "planning.view"}
_OF_THE_PAST = {"joined", "left", "goal"}


@dataclass(frozen=True, slots=True)
class Behind:
    """
    One page of a list.

    :ivar heads: of the column of labels and of each cell
    :ivar total: all rows the actor may see, of which `rows` are some
    :ivar previous, next: where to go on from, None at either end
    :ivar may_lack: the figure may count people whom the actor may not see now: they have moved away since
    """

    title: str
    heads: tuple[str, ...]
    total: int
    rows: list[Row]
    previous: int | None = None
    next: int | None = None
    may_lack: bool = False


def list_behind(
    actor: Actor, unit_id: int | None, on: date, figure: str, place: Place = Place(), *, size: int = SIZE
) -> Behind:
    """
    Return a page of what a number of the balance sheet counts; six queries at most, some fourteen for lists of cities.

    :param unit_id: None for the whole organisation
    :param figure: a key of this module's list
    :raises NotAllowed: the actor may not see reports, or not people, of that unit
    :raises NoSuchDay: no balance sheet is drawn up for that day
    :raises NoSuchFigure: there is no such list
    """
    found = _find(actor, unit_id, on, figure)
    name, _, detail = figure.partition(":")
    past = name in _OF_THE_PAST or on < actor.on or (bool(detail) and name in ("members", "organisers"))
    page = found.rows.page(place, size)
    return Behind(
        found.title,
        found.heads,
        found.rows.count(),
        page.rows,
        page.previous,
        page.next,
        may_lack=past and not actor.has_whole("people.view"),
    )


def every_row(actor: Actor, unit_id: int | None, on: date, figure: str) -> Iterator[tuple[Cell, ...]]:
    """
    Yield the heads, then each row of the list with its own id before it, read as they are taken.

    :raises NotAllowed, NoSuchDay, NoSuchFigure: as `list_behind`, at the call
    """
    found = _find(actor, unit_id, on, figure)
    return _with_heads(found)


def may_open(actor: Actor, unit_id: int | None, figure: str) -> bool:
    """Say whether the actor may open the list behind a figure of that unit; no query."""
    needed = {"reports.view", "people.view", _NEEDS.get(figure.partition(":")[0], "people.view")}
    if unit_id is None:
        return all(actor.has_whole(permission) for permission in needed)
    return all(actor.may(permission, unit_id=unit_id) for permission in needed)


def _find(actor: Actor, unit_id: int | None, on: date, figure: str) -> Found:
    for permission in ("reports.view", "people.view"):
        actor.require(permission, unit_id=unit_id)
    check_day(on)
    name, _, detail = figure.partition(":")
    if name not in _LISTS:
        raise NoSuchFigure("There is no such list.")
    return _LISTS[name](Asked(actor, unit_id, on, actor.tree or units.load_tree()), detail)


def _with_heads(found: Found) -> Iterator[tuple[Cell, ...]]:
    rows = found.rows.every()
    yield ("Id", *found.heads)
    for row in rows:
        yield (row.ref, row.label, *row.cells)


def _goal(asked: Asked, detail: str) -> Found:
    """What a goal counts in its own unit."""
    goal = next((goal for goal in planning.goals(asked.actor) if str(goal.pk) == detail), None)
    if goal is None:
        raise NoSuchFigure("There is no such goal here.")
    there = asked.about(goal.unit_id)
    match goal.measure:
        case "recruits":
            found = members.joined(there, "", goal.start_on)
        case "inquiries":
            found = members.inquiries(there, "", goal.start_on)
        case measure:
            found = _LISTS[measure](there, "")
    return replace(found, title=f"{goal.unit.name}: {found.title}")


_LISTS: Mapping[str, Callable[[Asked, str], Found]] = MappingProxyType(
    {
        "members": members.members,
        "organisers": members.organisers,
        "in_branches": members.in_branches,
        "in_groups": members.in_groups,
        "at_large": members.at_large,
        "outside_branches": members.outside_branches,
        "without_unit": members.without_unit,
        "unit": members.of_unit,
        "city": members.of_city,
        "joined": members.joined,
        "left": members.left,
        "inquiries": members.inquiries,
        "branches": places.branches,
        "groups": places.groups,
        "size": places.branches_of_size,
        "branches_without_organiser": places.branches_without_organiser,
        "branches_in": places.branches_of_city,
        "cities": places.cities,
        "strongholds": places.strongholds,
        "several_branches": places.several,
        "without_branch": places.without_branch,
        "goal": _goal,
    }
)

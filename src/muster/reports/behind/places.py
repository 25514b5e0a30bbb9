"""Lists of units and of cities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from muster.people.queries import in_units
from muster.reports import balance_sheet
from muster.reports.behind.asked import Asked, Found, NoSuchFigure, city_key, city_of, no_more
from muster.reports.behind.rows import Ready, Row
from muster.reports.calc.sizes import SIZE_CLASSES

if TYPE_CHECKING:
    from muster.reports.calc.sheet import City

UNIT_HEADS = ("Name", "Members", "City", "State or region")
CITY_HEADS = ("City", "State or region", "Country", "Members", "Branches")


def branches(asked: Asked, detail: str) -> Found:
    """Open branches with the members whose primary placement is there."""
    no_more(detail)
    return _units(asked, "Open branches", "branch")


def groups(asked: Asked, detail: str) -> Found:
    """Open groups."""
    no_more(detail)
    return _units(asked, "Groups in formation", "group")


def branches_of_size(asked: Asked, detail: str) -> Found:
    """Open branches of a class of sizes."""
    if detail not in SIZE_CLASSES:
        raise NoSuchFigure("There is no such list.")
    least, end = SIZE_CLASSES[detail]
    said = f"{least} to {end - 1}" if end else f"{least} or more"

    def keep(unit: Any, size: int) -> bool:
        return size >= least and (end is None or size < end)

    return _units(asked, f"Branches of {said} members", "branch", keep)


def branches_without_organiser(asked: Asked, detail: str) -> Found:
    """Open branches in which no member is a trained organiser."""
    no_more(detail)
    trained = in_units.members_by_unit(asked.actor, asked.on, unit_ids=asked.inside, qualification="organiser")
    return _units(asked, "Branches without an organiser", "branch", lambda unit, size: unit.pk not in trained)


def branches_of_city(asked: Asked, detail: str) -> Found:
    """Open branches that stand in a city."""
    city = city_of(detail)
    title = f"Branches in {', '.join(filter(None, city[:2]))}"
    return _units(asked, title, "branch", lambda unit, size: (unit.city, unit.region, unit.country) == city)


def cities(asked: Asked, detail: str) -> Found:
    """Cities with members, most members first."""
    no_more(detail)
    return _cities("Cities with members", balance_sheet.sheet_of(asked.actor, asked.unit_id, asked.on).places.cities)


def strongholds(asked: Asked, detail: str) -> Found:
    """The fewest cities that hold half of the members."""
    no_more(detail)
    sheet = balance_sheet.sheet_of(asked.actor, asked.unit_id, asked.on)
    return _cities("Cities that hold half of the members", sheet.places.strongholds.cities)


def several(asked: Asked, detail: str) -> Found:
    """Cities with more than one open branch, most branches first."""
    no_more(detail)
    counted = Counter((unit.city, unit.region, unit.country) for unit in asked.open_units("branch") if unit.city)
    found = sorted((city for city in counted if counted[city] > 1), key=lambda city: (-counted[city], city))
    rows = [Row("", city[0], (*city[1:], counted[city]), figure=city_key("branches_in", city)) for city in found]
    return Found("Cities with several branches", (*CITY_HEADS[:3], "Branches"), Ready(rows))


def without_branch(asked: Asked, detail: str) -> Found:
    """Cities with members and no open branch, with what each lacks for one."""
    no_more(detail)
    sheet = balance_sheet.sheet_of(asked.actor, asked.unit_id, asked.on)
    sizes = sheet.potential.branch_sizes
    rows = [
        _city_row(city, *(max(size - city.members, 0) for size in sizes))
        for city in sheet.places.cities
        if not city.branches
    ]
    heads = (*CITY_HEADS[:4], *(f"Missing for {size}" for size in sizes))
    return Found("Cities with members and no branch", heads, Ready(rows))


def _cities(title: str, found: Iterable[City]) -> Found:
    return Found(title, CITY_HEADS, Ready([_city_row(city, city.branches) for city in found]))


def _city_row(city: City, *more: int) -> Row:
    key = city_key("city", (city.city, city.region, city.country))
    return Row("", city.city, (city.region, city.country, city.members, *more), figure=key)


def _units(asked: Asked, title: str, kind: str, keep: Callable[[Any, int], bool] = lambda unit, size: True) -> Found:
    sizes = in_units.members_by_unit(asked.actor, asked.on, unit_ids=asked.inside)
    rows = [
        Row(unit.ref, unit.name, (sizes.get(unit.pk, 0), unit.city, unit.region), unit_id=unit.pk)
        for unit in asked.open_units(kind)
        if keep(unit, sizes.get(unit.pk, 0))
    ]
    return Found(title, UNIT_HEADS, Ready(rows))

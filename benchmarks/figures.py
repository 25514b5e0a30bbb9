"""The main figures of a balance sheet straight from a folder, in NumPy over arrays that lie ready: what is possible at best."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars

Ints = np.ndarray[Any, np.dtype[np.int64]]
FOREVER = 10**7


@dataclass(frozen=True)
class Spells:
    person: Ints
    start: Ints
    end: Ints
    unit: Ints


@dataclass(frozen=True)
class Arrays:
    """Everything of one folder as numbers; people, units and cities by index, days from 1970-01-01."""

    people: int
    members: Spells
    placements: Spells
    primary: Ints
    trained: Spells
    units: list[str]
    is_branch: Ints
    is_group: Ints
    opened: Ints
    closed: Ints
    cities: list[tuple[str, str]]
    person_city: Ints
    unit_city: Ints
    inquiries: Ints


def load(folder: Path) -> Arrays:
    """Read the folder; not measured."""
    people, units = _read(folder, "people"), _read(folder, "units")
    person_at = {ref: place for place, ref in enumerate(people["person"])}
    unit_at = {ref: place for place, ref in enumerate(units["unit"])}
    standings, placements = _read(folder, "standings"), _read(folder, "placements")
    trained = _read(folder, "qualifications").filter(polars.col("qualification") == "organiser")
    cities = sorted(
        {(c, r) for frame in (people, units) for c, r in zip(frame["city"], frame["region"], strict=True) if c}
    )
    city_at = {city: place for place, city in enumerate(cities)}
    kinds = np.array(units["kind"].to_list())
    return Arrays(
        len(people),
        _spells(standings.filter(polars.col("standing") == "member"), person_at, unit_at),
        _spells(placements, person_at, unit_at),
        np.array([value == "yes" for value in placements["primary"]]).astype(np.int64),
        _spells(trained, person_at, unit_at),
        units["unit"].to_list(),
        (kinds == "branch").astype(np.int64),
        (kinds == "group").astype(np.int64),
        _days(units["opened_on"]),
        _days(units["closed_on"]),
        cities,
        np.array([city_at.get(key, -1) for key in zip(people["city"], people["region"], strict=True)]),
        np.array([city_at.get(key, -1) for key in zip(units["city"], units["region"], strict=True)]),
        _days(_read(folder, "inquiries")["received_at"].str.slice(0, 10)),
    )


def figures(arrays: Arrays, on: date) -> dict[str, Any]:
    """Return the figures in the shape of `muster.balance-sheet/1`, as far as they go."""
    day = (on - date(1970, 1, 1)).days
    members = arrays.members
    is_member = np.zeros(arrays.people, dtype=bool)
    is_member[members.person[_held(members, day)]] = True
    home, in_branch, in_group = _where(arrays, day)
    open_branches = np.flatnonzero(arrays.is_branch.astype(bool) & (arrays.opened <= day) & (day < arrays.closed))
    sizes = np.bincount(home[is_member & (home >= 0)], minlength=len(arrays.units))[open_branches]
    city = np.where(arrays.person_city >= 0, arrays.person_city, np.where(home >= 0, arrays.unit_city[home], -1))
    per_city = np.bincount(city[is_member & (city >= 0)], minlength=len(arrays.cities))
    trained = np.zeros(arrays.people, dtype=bool)
    trained[arrays.trained.person[_held(arrays.trained, day)]] = True
    largest = np.sort(per_city)[::-1]
    total = int(is_member.sum())
    return {
        "members": {"total": total, **_flows(members, day)},
        "places": {
            "cities_with_members": int((per_city > 0).sum()),
            "strongholds": int(np.searchsorted(np.cumsum(largest), total / 2)) + 1,
        },
        "units": {
            "branches_open": len(open_branches),
            "branch_sizes": {arrays.units[i]: n for i, n in zip(open_branches.tolist(), sizes.tolist(), strict=True)},
            "members_in_branches": int((is_member & in_branch).sum()),
            "members_in_groups": int((is_member & in_group & ~in_branch).sum()),
        },
        "inquiries": {"by_month": _by_month(arrays.inquiries[arrays.inquiries <= day])},
        "organisers": {"total": int((trained & is_member).sum())},
    }


def same(product: dict[str, Any], limit: dict[str, Any]) -> bool:
    """Say whether every figure of `limit` stands in the product's balance sheet with the same value."""
    mine = limit | {"places": limit["places"] | {"strongholds": None}}
    cities = product["places"]["strongholds"]["cities"]
    return len(cities) == limit["places"]["strongholds"] and all(
        value is None or value == product[part][name] for part, values in mine.items() for name, value in values.items()
    )


def _where(arrays: Arrays, day: int) -> tuple[Ints, Ints, Ints]:
    """Return the primary unit of each person, -1 for none, and whether somebody is in an open branch, in an open group."""
    held = _held(arrays.placements, day)
    person, unit = arrays.placements.person[held], arrays.placements.unit[held]
    primary = arrays.primary[held].astype(bool)
    home = np.full(arrays.people, -1, dtype=np.int64)
    home[person[primary]] = unit[primary]
    found = []
    for kind in (arrays.is_branch, arrays.is_group):
        is_open = kind.astype(bool) & (arrays.opened <= day) & (day < arrays.closed)
        inside = np.zeros(arrays.people, dtype=bool)
        inside[person[is_open[unit]]] = True
        found.append(inside)
    return home, found[0], found[1]


def _flows(members: Spells, day: int) -> dict[str, dict[str, int]]:
    start, end = members.start[members.start <= day], members.end[members.end <= day]
    first = int(start.min())
    daily = np.cumsum(
        np.bincount(start - first, minlength=day - first + 1) - np.bincount(end - first, minlength=day - first + 1)
    )
    highest = np.maximum.accumulate(daily)
    steps = np.arange(100, int(highest[-1]) + 1, 100)
    reached = np.searchsorted(highest, steps) + first
    months = np.arange(_month(np.array([first]))[0], _month(np.array([day]))[0] + 1)
    last_days = np.minimum((months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1, day)
    return {
        "by_month": dict(zip(_names(months), daily[last_days - first].tolist(), strict=True)),
        "joined_by_month": _by_month(start),
        "left_by_month": _by_month(end),
        "milestones": {
            str(step): str(np.datetime64(place, "D"))
            for step, place in zip(steps.tolist(), reached.tolist(), strict=True)
        },
    }


def _by_month(days: Ints) -> dict[str, int]:
    months, counts = np.unique(_month(days), return_counts=True)
    return dict(zip(_names(months), counts.tolist(), strict=True))


def _month(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _names(months: Ints) -> list[str]:
    return [str(name) for name in np.datetime_as_string(months.astype("datetime64[M]")).tolist()]


def _held(spells: Spells, day: int) -> Ints:
    return (spells.start <= day) & (day < spells.end)


def _read(folder: Path, name: str) -> polars.DataFrame:
    return polars.read_csv(folder / f"{name}.csv", infer_schema=False).fill_null("")


def _spells(frame: polars.DataFrame, person_at: dict[str, int], unit_at: dict[str, int]) -> Spells:
    people = np.array([person_at[ref] for ref in frame["person"]], dtype=np.int64)
    units = [unit_at[ref] for ref in frame["unit"]] if "unit" in frame.columns else [-1] * len(frame)
    return Spells(people, _days(frame["from"]), _days(frame["to"]), np.array(units, dtype=np.int64))


def _days(column: polars.Series) -> Ints:
    days = column.str.to_date("%Y-%m-%d", strict=False).cast(polars.Int64)
    return days.fill_null(FOREVER).to_numpy()

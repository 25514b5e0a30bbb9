"""Members by city: strongholds, coverage, and what it would take to have a branch in each."""

from dataclasses import dataclass

import numpy as np

from muster.core.places import Atlas, Point
from muster.reports.calc.records import NOWHERE, Bools, Ints, Options, Records
from muster.reports.calc.sheet import City, Coverage, Places, Potential, Strongholds
from muster.reports.calc.snapshot import Snapshot
from muster.reports.calc.tree import Scope


@dataclass(frozen=True, slots=True)
class Counts:
    """Shape (cities,): members who live there and open branches that stand there."""

    members: Ints
    branches: Ints


def count(records: Records, now: Snapshot) -> Counts:
    """Count members and open branches by city."""
    length = len(records.cities)
    stands = records.units.city[now.branches]
    return Counts(
        members=np.bincount(now.city[now.city != NOWHERE], minlength=length),
        branches=np.bincount(stands[stands != NOWHERE], minlength=length),
    )


def places_of(records: Records, scope: Scope, now: Snapshot, counts: Counts, options: Options) -> Places:
    """Return the cities with members, the strongholds among them and the reach."""
    points = _Points(records, scope, options.atlas)
    found = [
        City(
            name.city,
            name.region,
            name.country,
            int(counts.members[index]),
            int(counts.branches[index]),
            points.of(index),
        )
        for index, name in ((int(index), records.cities[index]) for index in np.flatnonzero(counts.members))
    ]
    found.sort(key=lambda city: (-city.members, city.city, city.region, city.country))
    total = len(now.person)
    return Places(
        cities_with_members=len(found),
        cities=tuple(found),
        strongholds=_strongholds(found, total),
        coverage=_coverage(found, [points.of(int(index)) for index in np.flatnonzero(counts.branches)], options),
        elsewhere=total - sum(city.members for city in found),
    )


def potential(counts: Counts, options: Options) -> Potential:
    """Return how many cities with members lack an open branch, and how many recruits would give each one."""
    alone = counts.members[(counts.members > 0) & (counts.branches == 0)]
    small, working = (int(np.maximum(size - alone, 0).sum()) for size in options.branch_sizes)
    return Potential(len(alone), options.branch_sizes, (small, working))


def _strongholds(cities: list[City], total: int) -> Strongholds:
    """Take the largest cities until they hold half of all members; all cities where even they do not."""
    held, chosen = 0, []
    for city in cities:
        if held * 2 >= total:
            break
        chosen.append(city)
        held += city.members
    return Strongholds(tuple(chosen), held, round(held / total, 4) if total else 0.0)


def _coverage(cities: list[City], branch_points: list[Point | None], options: Options) -> Coverage:
    by_country: dict[str, int] = {}
    for city in cities:
        if city.country:
            by_country[city.country] = by_country.get(city.country, 0) + city.members
    country = min(by_country, key=lambda code: (-by_country[code], code), default="")

    def share(points: list[Point | None]) -> float:
        known = [point for point in points if point is not None]
        return round(options.atlas.population_near(known, options.radius_km, country), 4)

    return Coverage(country, options.radius_km, share([city.point for city in cities]), share(branch_points))


class _Points:
    """Where cities lie: by the gazetteer, else by a unit of the scope there whose coordinates are known."""

    def __init__(self, records: Records, scope: Scope, atlas: Atlas) -> None:
        units = records.units
        self._atlas = atlas
        known: Bools = scope.inside[:-1] & ~np.isnan(units.latitude) & ~np.isnan(units.longitude)
        self._cities = records.cities
        self._of_units: dict[int, Point] = {}
        for unit in np.flatnonzero(known & (units.city != NOWHERE)):
            self._of_units.setdefault(
                int(units.city[unit]), (float(units.latitude[unit]), float(units.longitude[unit]))
            )

    def of(self, index: int) -> Point | None:
        name = self._cities[index]
        place = self._atlas.locate(name.city, name.region, name.country)
        return (place.latitude, place.longitude) if place else self._of_units.get(index)

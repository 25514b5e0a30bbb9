"""The places of a file, gathered row by row in little memory, and settled country by country."""

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.core.places import names
from muster.core.places.codes import LONGEST_CODE
from muster.core.places.packed import lines, pack, pairs

UNKNOWN = -1
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Settled:
    """
    One country, ready to be stored.

    :ivar content: for `packed.Packed`
    :ivar people: inhabitants of all its cities, each counted once
    """

    content: bytes
    postcodes: int
    cities: int
    people: int
    has_counties: bool


@dataclass(frozen=True, slots=True)
class City:
    """
    One city with its inhabitants.

    :ivar region: as the file writes it, a code perhaps
    :ivar others: keys of its other names
    :ivar is_section: another place counts its people
    """

    name: str
    region: str
    others: tuple[str, ...]
    latitude: float
    longitude: float
    people: int
    is_section: bool = False


class _Numbers(dict[tuple[str, str], int]):
    """Numbers names as they come."""

    def __missing__(self, name: tuple[str, str]) -> int:
        number = self[name] = len(self)
        return number


@dataclass(slots=True)
class Gathered:
    """
    What a file says of one country: a row for each post code and town it lies in.

    A row takes 34 bytes, however long its names are: these are kept once.
    """

    codes: bytearray = field(default_factory=bytearray)
    latitudes: "array[float]" = field(default_factory=lambda: array("f"))
    longitudes: "array[float]" = field(default_factory=lambda: array("f"))
    town_of: "array[int]" = field(default_factory=lambda: array("I"))
    county_of: "array[int]" = field(default_factory=lambda: array("I"))
    people: "array[int]" = field(default_factory=lambda: array("q"))
    towns: _Numbers = field(default_factory=_Numbers)
    counties: _Numbers = field(default_factory=_Numbers)
    # Other ways to write a region → the region.
    written: dict[str, str] = field(default_factory=dict)
    cities: list[City] = field(default_factory=list)
    # Rows that are still to be taken over into the arrays.
    new: list[tuple[bytes, float, float, int, int, int]] = field(default_factory=list)

    def add(
        self, code: bytes, latitude: float, longitude: float, town: tuple[str, str], county: str, people: int
    ) -> None:
        """
        Add a row.

        :param code: as `codes.code_key` makes it, b"" of a city whose post codes are not known
        :param town: region and name
        :param people: inhabitants, `UNKNOWN` where the row does not say
        """
        inside = self.counties[(town[0] if county else "", county)]
        self.new.append((code, latitude, longitude, self.towns[town], inside, people))
        if len(self.new) == _AT_ONCE:
            self._take_new()

    def _take_new(self) -> None:
        if not self.new:
            return
        codes, latitudes, longitudes, towns, counties, people = zip(*self.new, strict=True)
        self.codes += b"".join([code.ljust(LONGEST_CODE, b"\0") for code in codes])
        self.latitudes.extend(latitudes)
        self.longitudes.extend(longitudes)
        self.town_of.extend(towns)
        self.county_of.extend(counties)
        self.people.extend(people)
        self.new.clear()

    def settled(self, *, known_regions: dict[str, str] | None = None) -> Settled:
        """
        Bring one post code's rows together, and one city's: each lies in the middle of its rows.

        A city's inhabitants are what all its rows say, or the sum of them where they say different things; cities of a list of
        their own take their place.

        :param known_regions: code in a list of cities → region, where the post codes do not tell
        """
        self._take_new()
        posts, county_count = self._posts()
        cities = self._listed(known_regions or {}) if self.cities else self._counted()
        counted = sum(city.people for city in cities if not city.is_section)
        content = pack(
            posts
            | {
                "cities": lines([city.name for city in cities]),
                "regions": lines([city.region for city in cities]),
                "others": lines([";".join(city.others) for city in cities]),
                "city_latitude": np.array([city.latitude for city in cities], dtype="f4"),
                "city_longitude": np.array([city.longitude for city in cities], dtype="f4"),
                "people": np.array([city.people for city in cities], dtype="i8"),
                "sections": np.array([place for place, city in enumerate(cities) if city.is_section], dtype="i4"),
                "written": pairs([(region, word) for word, region in sorted(self.written.items())]),
            }
        )
        return Settled(content, len(posts["codes"]), len(cities), counted, county_count > 0)

    def _posts(self) -> tuple[dict[str, NDArray[Any]], int]:
        codes = np.frombuffer(bytes(self.codes), dtype=f"S{LONGEST_CODE}")
        named = np.flatnonzero(codes != b"")
        order = named[np.argsort(codes[named], kind="stable")]
        unique, first, rows = np.unique(codes[order], return_index=True, return_counts=True)
        county = np.frombuffer(self.county_of, dtype="u4")[order].astype("i8")

        def middle(values: "array[float]") -> NDArray[Any]:
            sorted_values = np.frombuffer(values, dtype="f4")[order].astype("f8")
            return (np.add.reduceat(sorted_values, first) / rows).astype("f4") if len(first) else np.empty(0, "f4")

        town = np.frombuffer(self.town_of, dtype="u4")[order]
        most = _most_common(county, np.repeat(np.arange(len(unique)), rows), len(unique))
        counties = list(self.counties)
        known = np.array([bool(name) for _, name in counties] or [False])
        arrays = {
            "codes": unique,
            "latitude": middle(self.latitudes),
            "longitude": middle(self.longitudes),
            "town": town[first] if len(first) else town,
            "towns": pairs(list(self.towns)),
            "county": most.astype("u4"),
            "counties": pairs(counties),
        }
        return arrays, int(known[most].sum()) if len(most) else 0

    def _counted(self) -> list[City]:
        """Return the towns of which the rows say how many live there, by region and name."""
        people, town = np.frombuffer(self.people, dtype="i8"), np.frombuffer(self.town_of, dtype="u4")
        said = people >= 0
        if not said.any():
            return []
        size = len(self.towns)
        rows = np.bincount(town, minlength=size)
        latitude, longitude = (
            np.bincount(town, weights=np.frombuffer(values, dtype="f4"), minlength=size) / np.maximum(rows, 1)
            for values in (self.latitudes, self.longitudes)
        )
        total = np.zeros(size, dtype="i8")
        np.add.at(total, town[said], people[said])
        least, most = np.full(size, np.iinfo("i8").max), np.full(size, UNKNOWN)
        np.minimum.at(least, town[said], people[said])
        np.maximum.at(most, town[said], people[said])
        inhabitants = np.where(least == most, most, total).tolist()
        return [
            City(name, region, (), float(latitude[number]), float(longitude[number]), inhabitants[number])
            for (region, name), number in sorted(self.towns.items())
            if inhabitants[number] > 0
        ]

    def _listed(self, known_regions: dict[str, str]) -> list[City]:
        """Return the listed cities; a code of a region is the one in which most of its cities have their post code."""
        by_name = defaultdict[str, set[str]](set)
        for region, name in self.towns:
            by_name[names.key(name)].add(region)
        votes = defaultdict[str, Counter[str]](Counter)
        for city in self.cities:
            for key in (names.key(city.name), *city.others):
                if len(found := by_name.get(key, set())) == 1:
                    votes[city.region].update(found)
        regions = known_regions | {
            code: min(count, key=lambda region: (-count[region], region)) for code, count in votes.items()
        }
        placed = (
            City(
                city.name,
                regions.get(city.region, ""),
                city.others,
                city.latitude,
                city.longitude,
                city.people,
                city.is_section,
            )
            for city in self.cities
        )
        return sorted(placed, key=lambda city: (city.region, city.name, -city.people))


def _most_common(values: NDArray[Any], groups: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the value that stands most often in each group, the smallest of equally frequent ones; shape (size,)."""
    found = np.zeros(size, dtype="i8")
    if not len(values):
        return found
    width = int(values.max()) + 1
    both, counts = np.unique(groups * width + values, return_counts=True)
    order = np.lexsort((-both, counts))
    # Written one after the other: the last, the most frequent, stays.
    found[both[order] // width] = both[order] % width
    return found

"""One country's places in memory: its cities by every way to write them, and its post codes with town and county."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.core.places import names

Degrees = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Country:
    """
    One country's cities; arrays of shape (places,), degrees as float64, inhabitants as int64.

    :ivar counted: inhabitants, 0 where another place counts them already
    :ivar region_keys: every way to write a region, as `names.letters` makes it → as it stands in `regions`; None: those of
        `regions.REGIONS`
    """

    code: str
    names: list[str]
    regions: list[str]
    latitudes: Degrees
    longitudes: Degrees
    populations: Counts
    counted: Counts
    by_key: dict[str, list[int]]
    by_loose_key: dict[str, list[int]]
    by_other_name: dict[str, list[int]]
    region_keys: Mapping[str, str] | None = None


def index_country(
    code: str,
    place_names: list[str],
    regions: list[str],
    others: Sequence[str],
    points: tuple[Degrees, Degrees],
    populations: Counts,
    counted: Counts,
    region_keys: Mapping[str, str] | None = None,
) -> Country:
    """
    Make a country's cities ready to be looked up by name, the largest first.

    :param others: keys of other names of each city, parted by `;`
    """
    by_key, by_loose_key, by_other_name = (defaultdict[str, list[int]](list) for _ in range(3))
    for position in np.argsort(-populations, kind="stable").tolist():
        place_key = names.key(place_names[position])
        by_key[place_key].append(position)
        by_loose_key[names.loose_key(place_key)].append(position)
        for other in filter(None, others[position].split(";")):
            by_other_name[other].append(position)
    return Country(
        code=code,
        names=place_names,
        regions=regions,
        latitudes=points[0],
        longitudes=points[1],
        populations=populations,
        counted=counted,
        by_key=dict(by_key),
        by_loose_key=dict(by_loose_key),
        by_other_name=dict(by_other_name),
        region_keys=region_keys,
    )


@dataclass(frozen=True, slots=True)
class PostOffice:
    city: str
    region: str
    latitude: float
    longitude: float


class Posts:
    """
    A country's post codes.

    :ivar codes: as `codes.code_key` makes them, ASCII, sorted, each once, shape (codes,)
    :ivar latitudes, longitudes: the middle of each in degrees
    :ivar towns: (region, name of the town); `town`: which of these each code is
    :ivar counties: (region, name of the county), both '' where it is not known; `county`: which of these each code lies in
    :ivar region_keys: as of `Country`; None: regions stand in `towns` by their code
    """

    def __init__(
        self,
        codes: NDArray[Any],
        points: tuple[NDArray[Any], NDArray[Any]],
        towns: tuple[list[tuple[str, str]], NDArray[Any]],
        counties: tuple[list[tuple[str, str]], NDArray[Any]],
        region_keys: Mapping[str, str] | None = None,
    ) -> None:
        self.codes = codes
        self.latitudes, self.longitudes = points
        self.towns, self.town = towns
        self.counties, self.county = counties
        self.region_keys = region_keys

    def position(self, key: str) -> int | None:
        """Return which of the codes this is, None for none of them."""
        position = int(np.searchsorted(self.codes, np.bytes_(key.encode())))
        return position if position < len(self.codes) and self.codes[position] == key.encode() else None

    def office(self, position: int) -> PostOffice:
        """Return the post office of a post code."""
        region, city = self.towns[int(self.town[position])]
        return PostOffice(city, region, float(self.latitudes[position]), float(self.longitudes[position]))

    def county_of(self, position: int) -> tuple[str, str]:
        """Return the region and the county most of a post code lies in, both '' where that is not known."""
        return self.counties[int(self.county[position])]

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        found = defaultdict[str, list[int]](list)
        for number, (_, city) in enumerate(self.towns):
            found[names.key(city)].append(number)
        return dict(found)

    def town_named(self, city_key: str, region: str) -> PostOffice | None:
        """
        Return the post town of that name, in the middle of its post codes: many small places have no other entry.

        :param region: as it stands in `towns`; '' for the only town of that name, if it is the only one
        """
        numbers = [number for number in self._numbers.get(city_key, ()) if region in ("", self.towns[number][0])]
        if not numbers or (len(numbers) > 1 and not region):
            return None
        mine = self.town == numbers[-1]
        if not mine.any():
            return None
        region, city = self.towns[numbers[-1]]
        return PostOffice(city, region, float(self.latitudes[mine].mean()), float(self.longitudes[mine].mean()))

"""
The bundled gazetteer, read once and indexed country by country on first use.

`data/places.npz` (built by `scripts/build_places.py`, sources in `data/manifest.json`) holds, sorted by country and name:
names, region codes, thousandths of a degree (whole degrees and rest), inhabitants, other names of large cities, the
`sections` whose people another place already counts, and the US post codes with the name of their post office and their county.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from muster.core.places import names


@dataclass(frozen=True, slots=True)
class Country:
    """One country's places; arrays of shape (places,), degrees as float64, inhabitants as int64."""

    code: str
    names: list[str]
    regions: list[str]
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]
    populations: NDArray[np.int64]
    counted: NDArray[np.int64]
    by_key: dict[str, list[int]]
    by_loose_key: dict[str, list[int]]
    by_other_name: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class PostOffice:
    city: str
    region: str
    latitude: float
    longitude: float


class Gazetteer:
    """The arrays of the file, decoded where they are first needed."""

    def __init__(self, file: IO[bytes]) -> None:
        with np.load(file, allow_pickle=False) as stored:
            self._arrays: dict[str, NDArray[Any]] = {name: stored[name] for name in stored.files}
        self._country: dict[str, Country] = {}
        codes = self._lines("countries")
        starts = [int(start) for start in self._arrays["country_start"]]
        self._span = {code: (starts[position], starts[position + 1]) for position, code in enumerate(codes)}

    def _lines(self, name: str) -> list[str]:
        return self._arrays[name].tobytes().decode().split("\n")

    def _degrees(self, name: str) -> NDArray[np.float64]:
        degrees: NDArray[np.float64] = self._arrays[name] + self._arrays[f"{name}_rest"] / 1000.0
        return degrees

    @cached_property
    def _text(self) -> dict[str, list[str]]:
        return {name: self._lines(name) for name in ("names", "regions", "alternates")}

    @cached_property
    def _points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._degrees("latitude"), self._degrees("longitude")

    @cached_property
    def _counted(self) -> NDArray[np.int64]:
        counted = self._arrays["population"].astype(np.int64)
        counted[self._arrays["sections"]] = 0
        return counted

    def country(self, code: str) -> Country | None:
        """Return the places of a country by its ISO code, or nothing for a code the gazetteer does not know."""
        if code not in self._country and code in self._span:
            self._country[code] = self._index(code)
        return self._country.get(code)

    def _index(self, code: str) -> Country:
        part = slice(*self._span[code])
        populations = self._arrays["population"][part].astype(np.int64)
        place_names = self._text["names"][part]
        by_key, by_loose_key, by_other_name = (defaultdict[str, list[int]](list) for _ in range(3))
        largest_first = np.argsort(-populations, kind="stable")
        for position in largest_first.tolist():
            place_key = names.key(place_names[position])
            by_key[place_key].append(position)
            by_loose_key[names.loose_key(place_key)].append(position)
            for other in filter(None, self._text["alternates"][part.start + position].split(";")):
                by_other_name[other].append(position)
        latitudes, longitudes = self._points
        return Country(
            code=code,
            names=place_names,
            regions=self._text["regions"][part],
            latitudes=latitudes[part],
            longitudes=longitudes[part],
            populations=populations,
            counted=self._counted[part],
            by_key=dict(by_key),
            by_loose_key=dict(by_loose_key),
            by_other_name=dict(by_other_name),
        )

    @cached_property
    def _post_offices(self) -> list[tuple[str, str]]:
        pairs = (line.split(";", 1) for line in self._lines("post_cities"))
        return [(state, city) for state, city in pairs]

    def post_office(self, post_code: int) -> PostOffice | None:
        """Return the post office of a US post code."""
        codes = self._arrays["post"]
        position = int(np.searchsorted(codes, post_code))
        if position == len(codes) or codes[position] != post_code:
            return None
        region, city = self._post_offices[int(self._arrays["post_city"][position])]
        latitudes, longitudes = self._post_points
        return PostOffice(city, region, float(latitudes[position]), float(longitudes[position]))

    @cached_property
    def _counties(self) -> list[tuple[str, str]]:
        pairs = (line.split(";", 1) for line in self._lines("post_counties"))
        return [(state, name) for state, name in pairs]

    def county(self, post_code: int) -> tuple[str, str]:
        """Return the state and the county most of a US post code lies in, both '' where that is not known."""
        codes = self._arrays["post"]
        position = int(np.searchsorted(codes, post_code))
        if position == len(codes) or codes[position] != post_code:
            return "", ""
        return self._counties[int(self._arrays["post_county"][position])]

    @cached_property
    def _post_points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._degrees("post_latitude"), self._degrees("post_longitude")

    @cached_property
    def _post_towns(self) -> dict[tuple[str, str], int]:
        return {(state, names.key(city)): number for number, (state, city) in enumerate(self._post_offices)}

    def post_town(self, city_key: str, region: str) -> PostOffice | None:
        """Return the US post town of that name, in the middle of its post codes: many small places have no other entry."""
        number = self._post_towns.get((region, city_key))
        if number is None:
            return None
        mine = self._arrays["post_city"] == number
        latitudes, longitudes = self._post_points
        city = self._post_offices[number][1]
        return PostOffice(city, region, float(latitudes[mine].mean()), float(longitudes[mine].mean()))


@cache
def bundled() -> Gazetteer:
    """Return the gazetteer, read from the package once per process (about 0.1 s)."""
    path = resources.files("muster.core.places").joinpath("data/places.npz")
    with path.open("rb") as file:
        return Gazetteer(file)

"""
The bundled gazetteer, read once and indexed country by country on first use.

`data/places.npz` (built by `scripts/build_places.py`, sources in `data/manifest.json`) holds, sorted by country and name:
names, region codes, thousandths of a degree (whole degrees and rest), inhabitants, other names of large cities, the
`sections` whose people another place already counts, and the US post codes with the name of their post office and their county.
"""

from functools import cache, cached_property
from importlib import resources
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from muster.core.places.country import Country, Posts, index_country

WITH_POSTS = "US"


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
        latitudes, longitudes = self._points
        return index_country(
            code,
            self._text["names"][part],
            self._text["regions"][part],
            self._text["alternates"][part],
            (latitudes[part], longitudes[part]),
            self._arrays["population"][part].astype(np.int64),
            self._counted[part],
        )

    def posts(self, code: str) -> Posts | None:
        """Return the post codes of a country; only the US has them bundled."""
        return self._us_posts if code == WITH_POSTS else None

    @cached_property
    def _us_posts(self) -> Posts:
        return Posts(
            np.char.zfill(self._arrays["post"].astype("S5"), 5),
            (self._degrees("post_latitude"), self._degrees("post_longitude")),
            (self._pairs("post_cities"), self._arrays["post_city"]),
            (self._pairs("post_counties"), self._arrays["post_county"]),
        )

    def _pairs(self, name: str) -> list[tuple[str, str]]:
        pairs = (line.split(";", 1) for line in self._lines(name))
        return [(state, city) for state, city in pairs]


@cache
def bundled() -> Gazetteer:
    """Return the gazetteer, read from the package once per process (about 0.1 s)."""
    path = resources.files("muster.core.places").joinpath("data/places.npz")
    with path.open("rb") as file:
        return Gazetteer(file)

"""
The places of one uploaded country as bytes, as they lie in the database, and read back where they are first needed.

They are what NumPy writes (`npz`), never pickled: post codes of ten bytes each, sorted; degrees; which town and county each is;
the cities with their inhabitants; and how regions are written.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.core.places import names
from muster.core.places.country import Country, Posts, index_country
from muster.core.places.regions import REGIONS

# Nearer than this (degrees, some 50 m) nothing has moved.
_SAME_PLACE = 0.0005
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Differences:
    """How many there are, and how many of them are new, say something else now, or are there no more."""

    total: int
    new: int
    changed: int
    gone: int


class Packed:
    """
    The places of one country.

    :ivar has_counties: some post codes say in which county they lie
    """

    def __init__(self, code: str, content: bytes, *, has_counties: bool) -> None:
        """:param content: what `pack` made"""
        self.code, self.has_counties = code, has_counties
        self._content = content

    @cached_property
    def posts(self) -> Posts:
        """The post codes; none, where only cities were uploaded."""
        stored = self._arrays
        towns, counties = _pairs(stored["towns"]), _pairs(stored["counties"])
        points = stored["latitude"].astype(np.float64), stored["longitude"].astype(np.float64)
        return Posts(stored["codes"], points, (towns, stored["town"]), (counties, stored["county"]), self._region_keys)

    @cached_property
    def cities(self) -> Country | None:
        """The cities with their inhabitants, None where none of them were uploaded: then the bundled ones hold."""
        stored = self._arrays
        if not len(stored["city_latitude"]):
            return None
        people = stored["people"].astype(np.int64)
        counted = people.copy()
        counted[stored["sections"]] = 0
        points = stored["city_latitude"].astype(np.float64), stored["city_longitude"].astype(np.float64)
        lines = {name: _lines(stored[name]) for name in ("cities", "regions", "others")}
        return index_country(
            self.code,
            lines["cities"],
            lines["regions"],
            lines["others"],
            points,
            people,
            counted,
            self._region_keys,
        )

    @cached_property
    def _region_keys(self) -> dict[str, str]:
        stored = self._arrays
        regions = [region for region, _ in _pairs(stored["towns"])] + _lines(stored["regions"])
        keys = {names.letters(region): region for region in regions}
        for short, (name, _) in REGIONS.get(self.code, {}).items():
            keys |= {names.letters(short): short, names.letters(name): short}
        keys |= {names.letters(written): region for region, written in _pairs(stored["written"])}
        keys.pop("", None)
        return keys

    @cached_property
    def _arrays(self) -> Arrays:
        with np.load(io.BytesIO(self._content), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}


def pack(arrays: Arrays) -> bytes:
    """Return what `Packed` reads; the same arrays give the same bytes."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def lines(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return texts without line breaks as an array of bytes."""
    return np.frombuffer("\n".join(texts).encode(), dtype="u1")


def pairs(found: Sequence[tuple[str, str]]) -> NDArray[np.uint8]:
    """Return pairs of texts without tabs and line breaks as an array of bytes."""
    return lines([f"{first}\t{second}" for first, second in found])


def post_differences(before: Posts | None, after: Posts | None) -> Differences:
    """Compare the post codes of one country: by code, then by point, town and county."""
    empty = np.empty(0, dtype="S10")
    old, new = (posts.codes if posts else empty for posts in (before, after))
    both, here, there = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    changed = 0
    if before and after and len(both):
        moved = np.abs(before.latitudes[here] - after.latitudes[there]) > _SAME_PLACE
        moved |= np.abs(before.longitudes[here] - after.longitudes[there]) > _SAME_PLACE
        moved |= _others(before.towns, after.towns)[before.town[here]] != after.town[there]
        moved |= _others(before.counties, after.counties)[before.county[here]] != after.county[there]
        changed = int(moved.sum())
    return Differences(len(new), len(new) - len(both), changed, len(old) - len(both))


def city_differences(before: Country | None, after: Country | None) -> Differences:
    """Compare the cities of one country: by region and name, then by point and inhabitants."""
    old, new = _by_name(before), _by_name(after)
    both = old.keys() & new.keys()
    changed = sum(
        old[name][2] != new[name][2] or max(abs(old[name][part] - new[name][part]) for part in (0, 1)) > _SAME_PLACE
        for name in both
    )
    return Differences(len(new), len(new) - len(both), changed, len(old) - len(both))


def _by_name(country: Country | None) -> dict[tuple[str, str], tuple[float, float, int]]:
    if country is None:
        return {}
    points = zip(country.latitudes.tolist(), country.longitudes.tolist(), country.populations.tolist(), strict=True)
    return dict(zip(zip(country.regions, country.names, strict=True), points, strict=True))


def _others(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> NDArray[np.int64]:
    """Return the number in `after` of each name in `before`, -1 for none."""
    numbers = {name: number for number, name in enumerate(after)}
    return np.array([numbers.get(name, -1) for name in before], dtype=np.int64)


def _lines(stored: NDArray[Any]) -> list[str]:
    return stored.tobytes().decode().split("\n")


def _pairs(stored: NDArray[Any]) -> list[tuple[str, str]]:
    found = (line.partition("\t") for line in _lines(stored))
    return [(first, second) for first, _, second in found]

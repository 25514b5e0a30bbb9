"""How many people live near."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from muster.core.places.country import Country
from muster.core.places.distance import EARTH_RADIUS_KM, Point

_CHUNK = 64


def share_near(country: Country, points: Sequence[Point], radius_km: float) -> float:
    """
    Return the share, 0..1, of a country's population that lives within a distance of any of the points.

    :param points: latitude and longitude in degrees, sorted, at least one
    """
    latitudes, homes, people = _homes(country)
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if not people.sum():
        return 0.0
    angle = min(radius_km / EARTH_RADIUS_KM, np.pi)
    reached = np.zeros(len(homes), dtype=bool)
    for start in range(0, len(at), _CHUNK):
        some = at[start : start + _CHUNK]
        # Both lists are sorted by latitude: only a band of homes can be near enough.
        reach = np.degrees(angle) + 1e-9
        band = slice(*np.searchsorted(latitudes, [some[0, 0] - reach, some[-1, 0] + reach]))
        closest = (homes[band] @ _unit_vectors(some[:, 0], some[:, 1]).T).max(axis=1)
        # By the chord: the arc's cosine alone loses the last metres. 1e-15 is what rounding may cost.
        reached[band] |= 2 - 2 * closest <= (2 * np.sin(angle / 2)) ** 2 + 1e-15
    return float(people[reached].sum() / people.sum())


@lru_cache(maxsize=8)
def _homes(country: Country) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return a country's places sorted by latitude: latitudes, unit vectors of shape (places, 3), people counted there."""
    order = np.argsort(country.latitudes, kind="stable")
    latitudes = country.latitudes[order]
    return latitudes, _unit_vectors(latitudes, country.longitudes[order]), country.counted[order]


def _unit_vectors(latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    latitude, longitude = np.radians(latitudes), np.radians(longitudes)
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )

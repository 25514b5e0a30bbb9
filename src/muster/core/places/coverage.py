"""How many people live near."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from muster.core.places.distance import EARTH_RADIUS_KM, Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 64


def population_near(points: Iterable[Point], radius_km: float, country: str) -> float:
    """
    Return the share, 0..1, of a country's bundled population that lives within a distance of any of the points.

    :param points: latitude and longitude in degrees, any number, in any country
    :param radius_km: great-circle distance, >= 0; a place counts wholly or not at all, by its centre
    :returns: 0.0 without points or for a country the gazetteer does not know. People of a quarter that
        the gazetteer lists beside its city are counted once (cleaned for the United States only).
    """
    return _share_near(tuple(sorted(set(points))), radius_km, country.strip().upper())


@lru_cache(maxsize=64)
def _share_near(points: tuple[Point, ...], radius_km: float, code: str) -> float:
    # Asked for again with every balance sheet, and the cities with members seldom change.
    import numpy as np

    latitudes, homes, people = _homes(code)
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if not len(at) or not people.sum():
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


@cache
def _homes(code: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return a country's places sorted by latitude: latitudes, unit vectors of shape (places, 3), people counted there."""
    import numpy as np

    from muster.core.places.gazetteer import bundled

    country = bundled().country(code)
    if country is None:
        return np.empty(0), np.empty((0, 3)), np.empty(0, dtype=np.int64)
    order = np.argsort(country.latitudes, kind="stable")
    latitudes = country.latitudes[order]
    return latitudes, _unit_vectors(latitudes, country.longitudes[order]), country.counted[order]


def _unit_vectors(latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    latitude, longitude = np.radians(latitudes), np.radians(longitudes)
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )

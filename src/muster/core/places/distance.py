"""Great-circle distances on a sphere. NumPy is imported on the first call: every command imports this module."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0088  # mean radius (IUGG)

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


def distances_km(points: Iterable[Point], others: Iterable[Point]) -> NDArray[np.float64]:
    """
    Return every great-circle distance between two lists of points, in km, shape (points, others).

    By haversines, which stay exact for points next to each other.
    """
    import numpy as np

    first, second = (np.asarray(list(each), dtype=np.float64).reshape(-1, 2) for each in (points, others))
    latitude, other_latitude = np.radians(first[:, 0])[:, None], np.radians(second[:, 0])[None, :]
    by_longitude = np.radians(first[:, 1])[:, None] - np.radians(second[:, 1])[None, :]
    half_chord_squared = (
        np.sin((latitude - other_latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(other_latitude) * np.sin(by_longitude / 2) ** 2
    )
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half_chord_squared, 0, 1)))
    return distances


def distance_km(point: Point, other: Point) -> float:
    """
    Return the great-circle distance between two points (latitude, longitude in degrees) in km.

    >>> round(distance_km((45.523, -122.676), (47.606, -122.332)))  # Portland to Seattle
    233
    """
    return float(distances_km([point], [other])[0, 0])

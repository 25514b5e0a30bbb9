"""Areas drawn on a map: read from GeoJSON (RFC 7946) and checked; which points lie in them; their outline as a picture."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from muster.core.places import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Polygons, each the outer ring and its holes; a ring is a list of [longitude, latitude] whose last is the first again.
Ring = list[list[float]]
Shape = list[list[Ring]]

MOST_BYTES = 5_000_000
MOST_FEATURES = 500
MOST_POINTS = 100_000
NAME_LENGTH = 100
# Six digits after the point are a tenth of a metre.
DIGITS = 6
DRAWN_POINTS = 160
_UNIT, _NAME = ("unit", "branch", "chapter"), ("name", "title")
_SEPARATOR = " #"


class BadShape(Exception):
    """The file, or one area in it, cannot be read; the message says why in one plain sentence."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    One area of a file.

    :ivar number: of the feature, from 1
    :ivar unit: what the file calls the unit it belongs to, '' where it does not say
    :ivar shape: None where it cannot be taken; `problem` then says why
    """

    number: int
    name: str
    unit: str
    shape: Shape | None
    problem: str = ""


def read_areas(content: bytes) -> list[Drawn]:
    """
    Read a FeatureCollection, a Feature, or a bare Polygon or MultiPolygon.

    The unit stands in a property `unit` (or branch, chapter), the name in `name` (or title); other properties are passed over.

    :raises BadShape: it is no GeoJSON of areas, or larger than is read
    """
    if len(content) > MOST_BYTES:
        raise BadShape(
            f"The file is larger than {MOST_BYTES // 1_000_000} MB. Leave points out, or send the areas one by one."
        )
    try:
        found = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadShape("This is no GeoJSON file.") from error
    features = _features(found)
    if len(features) > MOST_FEATURES:
        raise BadShape(f"There are {len(features):,} areas in it; at most {MOST_FEATURES} are read at once.")
    left = MOST_POINTS
    drawn = []
    for number, feature in enumerate(features, start=1):
        one = _drawn(number, feature)
        left -= sum(len(ring) for polygon in one.shape or () for ring in polygon)
        if left < 0:
            raise BadShape(
                f"The areas have more than {MOST_POINTS:,} points. Leave points out: a border is not that exact."
            )
        drawn.append(one)
    return drawn


def area_value(name: str, shape: Shape) -> str:
    """
    Return what an area is told apart by: its name and a mark of its shape, so that one drawn anew is another.

    >>> area_value("East  side", [[[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]]])
    'East side #1833da'
    """
    mark = hashlib.sha256(json.dumps(shape, separators=(",", ":")).encode()).hexdigest()[:6]
    return f"{' '.join(name.split())[:NAME_LENGTH]}{_SEPARATOR}{mark}"


def area_name(value: str) -> str:
    """Return the name in what `area_value` made."""
    return value.rpartition(_SEPARATOR)[0]


def size(shape: Shape) -> float:
    """Return how large an area is, on a plane that is right at its own latitude; for comparing areas, not for measuring them."""
    return sum(
        (1 if place == 0 else -1) * abs(_twice_signed(ring)) * math.cos(math.radians(ring[0][1]))
        for polygon in shape
        for place, ring in enumerate(polygon)
    )


def contains(shape: Shape, points: Sequence[Point] | NDArray[np.float64]) -> NDArray[np.bool_]:
    """
    Say of each point (latitude, longitude in degrees) whether it lies in the area; shape (points,).

    A ray to the east crosses the borders of what holds it an odd number of times; holes are borders like others. Areas side by
    side never both hold a point on the border between them.
    """
    import numpy as np

    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    latitude, longitude = at[:, 0], at[:, 1]
    inside = np.zeros(len(at), dtype=bool)
    for polygon in shape:
        corners = np.asarray(polygon[0], dtype=np.float64)
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        near = np.flatnonzero((latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east))
        if not len(near):
            continue
        odd = np.zeros(len(near), dtype=bool)
        for ring in polygon:
            odd ^= _crossed(np.asarray(ring, dtype=np.float64), longitude[near], latitude[near])
        inside[near] |= odd
    return inside


def outline(shape: Shape, side: float) -> str:
    """
    Return the area as the path of a picture `side` wide and high, north up, its longer side filling it; fill it by even and odd.

    Of long borders every so many points are left out.
    """
    corners = [corner for polygon in shape for ring in polygon for corner in ring]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = side / max((east - west) * narrow, north - south, 1e-9)
    left, top = (side - (east - west) * narrow * scale) / 2, (side - (north - south) * scale) / 2
    every = max(1, math.ceil(len(corners) / DRAWN_POINTS))
    parts = []
    for ring in _rings(shape):
        kept = ring[:-1][::every] if len(ring) > 4 * every else ring[:-1]
        drawn = [f"{left + (x - west) * narrow * scale:.1f} {top + (north - y) * scale:.1f}" for x, y in kept]
        parts.append(f"M{' L'.join(drawn)}Z")
    return "".join(parts)


def _crossed(ring: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of each point whether a ray to the east crosses the ring an odd number of times."""
    import numpy as np

    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    wide, rise = x2 - x1, y2 - y1
    way = np.sign(rise)
    # The lower end of a side counts and the upper does not: a corner is met once. Nothing is divided, so that nothing overflows.
    if len(x) < len(x1):
        counts = [
            np.count_nonzero(((y1 > at_y) != (y2 > at_y)) & (way * (wide * (at_y - y1) - (at_x - x1) * rise) > 0))
            for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True)
        ]
        return np.asarray([count % 2 == 1 for count in counts], dtype=bool)
    odd = np.zeros(len(x), dtype=bool)
    for from_x, from_y, to_y, by_x, by_y, sign in zip(x1, y1, y2, wide, rise, way, strict=True):
        odd ^= ((from_y > y) != (to_y > y)) & (sign * (by_x * (y - from_y) - (x - from_x) * by_y) > 0)
    return odd


def _rings(shape: Shape) -> Iterator[Ring]:
    for polygon in shape:
        yield from polygon


def _twice_signed(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def _no_number(text: str) -> float:
    raise ValueError(text)


def _features(found: Any) -> list[Any]:
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "FeatureCollection" and isinstance(found.get("features"), list):
        return list(found["features"])
    if kind in ("Feature", "Polygon", "MultiPolygon"):
        return [found]
    raise BadShape("This is no GeoJSON of areas: a FeatureCollection, a Feature, a Polygon or a MultiPolygon.")


def _drawn(number: int, feature: Any) -> Drawn:
    is_feature = isinstance(feature, dict) and feature.get("type") == "Feature"
    properties = feature.get("properties") if is_feature else None
    properties = properties if isinstance(properties, dict) else {}
    name = _property(properties, _NAME) or f"Area {number}"
    unit = _property(properties, _UNIT)
    try:
        return Drawn(number, name, unit, _shape(feature.get("geometry") if is_feature else feature))
    except BadShape as error:
        return Drawn(number, name, unit, None, str(error))


def _property(properties: Mapping[str, Any], names: Sequence[str]) -> str:
    by_name = {str(key).strip().lower(): value for key, value in properties.items()}
    for name in names:
        value = by_name.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return " ".join(str(value).split())[:200]
    return ""


def _shape(geometry: Any) -> Shape:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadShape("It is no area: only Polygon and MultiPolygon are read.")
    polygons = geometry.get("coordinates")
    polygons = [polygons] if kind == "Polygon" else polygons
    if not isinstance(polygons, list) or not polygons:
        raise BadShape("It has no border.")
    return [_polygon(polygon) for polygon in polygons]


def _polygon(rings: Any) -> list[Ring]:
    if not isinstance(rings, list) or not rings:
        raise BadShape("It has no border.")
    return [_ring(ring, "Its border" if place == 0 else f"Hole {place}") for place, ring in enumerate(rings)]


def _ring(positions: Any, what: str) -> Ring:
    if not isinstance(positions, list) or len(positions) < 4:
        raise BadShape(f"{what} has fewer than four points.")
    ring = [_position(position, place, what) for place, position in enumerate(positions, start=1)]
    if ring[0] != ring[-1]:
        raise BadShape(f"{what} is not closed: the last point must be the first again.")
    longitudes = [x for x, _ in ring]
    if max(longitudes) - min(longitudes) > 180:
        raise BadShape(f"{what} crosses the 180th meridian. Cut the area in two there.")
    if not _twice_signed(ring):
        raise BadShape(f"{what} holds nothing: all its points lie on a line.")
    return ring


def _position(position: Any, place: int, what: str) -> list[float]:
    is_pair = isinstance(position, list) and 2 <= len(position) <= 4
    if not is_pair or not all(isinstance(part, int | float) and not isinstance(part, bool) for part in position):
        raise BadShape(f"{what}, point {place}: not a longitude and a latitude.")
    x, y = position[0], position[1]
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        turned = " Longitude comes first." if -180 <= y <= 180 and -90 <= x <= 90 else ""
        raise BadShape(f"{what}, point {place}: {str(x)[:20]}, {str(y)[:20]} is not on the earth.{turned}")
    return [round(float(x), DIGITS), round(float(y), DIGITS)]

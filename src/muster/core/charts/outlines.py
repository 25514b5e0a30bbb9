"""
The ground of a map: outlines of the US states, or of the countries round the places to show, and their projections.

The US picture is us-atlas's own (Albers, with Alaska and Hawaii moved in); points are projected to it with pyproj by the
same parameters. Elsewhere the countries are projected when drawn: equal-area round the middle of the places, or the
Equal Earth world map where they lie far apart. NumPy and pyproj are imported on the first map.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, HEIGHT = 975.0, 610.0
_MARGIN = 60.0  # units kept free round the outermost places
_SMALLEST_WINDOW = 700_000.0  # metres across: one town alone still shows its country
_WORLD_FROM = 40.0  # degrees from the middle to the farthest place, beyond which the whole world is drawn
_CLIP = 30.0
_CLOSEST = 3  # units across and down between corners of a coast; nearer ones are left out

Window = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """Paths to fill and to stroke in units of `unit`, and where each place lies (None: off this map)."""

    land: tuple[str, ...]
    quiet_land: tuple[str, ...]
    borders: str
    unit: float
    height: float
    points: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the three pictures of d3.geoAlbersUsa: a conic with its middle, its scale and where it is put and cut."""

    parallels: tuple[float, float]
    meridian: float
    centre: tuple[float, float]
    scale: float
    at: tuple[float, float]
    frame: Window


# d3-geo's albersUsa.js for scale 1300 and translate [487.5, 305], which us-atlas used.
_K, _X, _Y = 1300.0, 487.5, 305.0
_PARTS = (
    _Part((29.5, 45.5), -96, (-96.6, 38.7), _K, (_X, _Y),
          (_X - 0.455 * _K, _Y - 0.238 * _K, _X + 0.455 * _K, _Y + 0.238 * _K)),
    _Part((55, 65), -154, (-156, 58.5), 0.35 * _K, (_X - 0.307 * _K, _Y + 0.201 * _K),
          (_X - 0.425 * _K, _Y + 0.120 * _K, _X - 0.214 * _K, _Y + 0.234 * _K)),
    _Part((8, 18), -157, (-160, 19.9), _K, (_X - 0.205 * _K, _Y + 0.212 * _K),
          (_X - 0.214 * _K, _Y + 0.166 * _K, _X - 0.115 * _K, _Y + 0.234 * _K)),
)  # fmt: skip


def united_states(points: Sequence[tuple[float, float]]) -> Ground:
    """Return the states and the points (latitude, longitude); points outside the three pictures are off the map."""
    outline = _states()
    return Ground(
        land=(outline["land"],),
        quiet_land=(),
        borders=outline["borders"],
        unit=outline["unit"],
        height=outline["height"],
        points=tuple(_in_states(points)),
    )


@cache
def _states() -> dict[str, Any]:
    with resources.files("muster.core.charts").joinpath("data/us.json").open(encoding="utf-8") as file:
        stored: dict[str, Any] = json.load(file)
    return stored


def _in_states(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float] | None]:
    import numpy as np

    if not points:
        return
    at = np.asarray(points, dtype=np.float64)
    projected = [_to_part(part, at) for part in _PARTS]
    for position in range(len(at)):
        inside = (
            (float(xs[position]), float(ys[position]))
            for part, (xs, ys) in zip(_PARTS, projected, strict=True)
            if max(part.frame[0], 0) <= xs[position] <= part.frame[2] and part.frame[1] <= ys[position] <= part.frame[3]
        )
        yield next(inside, None)


def _to_part(part: _Part, at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from pyproj import Proj

    conic = Proj(proj="aea", lat_1=part.parallels[0], lat_2=part.parallels[1], lon_0=part.meridian, lat_0=0, R=1)
    middle_x, middle_y = conic(*part.centre)
    xs, ys = conic(at[:, 1], at[:, 0])
    return part.at[0] + part.scale * (xs - middle_x), part.at[1] - part.scale * (ys - middle_y)


def around(points: Sequence[tuple[float, float]], countries: Iterable[str]) -> Ground:
    """Return the countries round the points (latitude, longitude); `countries` (ISO codes) are drawn stronger."""
    return _around(tuple(points), frozenset(countries))


@lru_cache(maxsize=16)
def _around(points: tuple[tuple[float, float], ...], countries: frozenset[str]) -> Ground:
    import numpy as np

    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    projection, whole_world = _projection(at)
    xs, ys = projection(at[:, 1], at[:, 0])
    if whole_world:
        edge_x, edge_y = projection(180, 0)[0], projection(0, 84)[1]
        low_x, high_x, low_y, high_y = -edge_x, edge_x, projection(0, -57)[1], edge_y
    else:
        low_x, high_x, low_y, high_y = _widened(float(xs.min()), float(xs.max()), float(ys.min()), float(ys.max()))
    scale = WIDTH / (high_x - low_x)
    height = (high_y - low_y) * scale
    window = (-_CLIP, -_CLIP, WIDTH + _CLIP, height)
    strong: list[str] = []
    quiet: list[str] = []
    for code, ring in _rings():
        if not whole_world and not _may_be_seen(ring, projection, low_x, high_x, low_y, high_y):
            continue
        ring_x, ring_y = projection(ring[:, 0], ring[:, 1])
        corners = np.column_stack([(ring_x - low_x) * scale, (high_y - ring_y) * scale])
        path = _path(_clipped(corners, window))
        if path:
            (strong if code in countries else quiet).append(path)
    places = zip(((xs - low_x) * scale).tolist(), ((high_y - ys) * scale).tolist(), strict=True)
    return Ground(("".join(strong),), ("".join(quiet),), "", 1.0, height, tuple((x, y) for x, y in places))


def _projection(at: NDArray[np.float64]) -> tuple[Any, bool]:
    """Return the projection for these points, and whether it shows the whole world."""
    import numpy as np
    from pyproj import Proj

    latitude, longitude = np.radians(at[:, 0]), np.radians(at[:, 1])
    vectors = np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    middle = vectors.min(axis=0) + vectors.max(axis=0)
    length = float(np.linalg.norm(middle))
    if length > 1e-6:
        middle = middle / length
        farthest = float(np.degrees(np.arccos(np.clip((vectors @ middle).min(), -1, 1))))
        if farthest <= _WORLD_FROM:
            lat_0, lon_0 = float(np.degrees(np.arcsin(middle[2]))), float(np.degrees(np.arctan2(middle[1], middle[0])))
            return Proj(proj="laea", lat_0=lat_0, lon_0=lon_0, R=6371008.8), False
    return Proj(proj="eqearth", R=6371008.8), True


def _widened(low_x: float, high_x: float, low_y: float, high_y: float) -> tuple[float, float, float, float]:
    """Return the window round the places: with a margin, not too small, and of the shape of the picture."""
    middle_x, middle_y = (low_x + high_x) / 2, (low_y + high_y) / 2
    metres_per_unit = max(
        (high_x - low_x) / (WIDTH - 2 * _MARGIN), (high_y - low_y) / (HEIGHT - 2 * _MARGIN), _SMALLEST_WINDOW / WIDTH
    )
    half_x, half_y = metres_per_unit * WIDTH / 2, metres_per_unit * HEIGHT / 2
    return middle_x - half_x, middle_x + half_x, middle_y - half_y, middle_y + half_y


@cache
def _rings() -> tuple[tuple[str, NDArray[np.float64]], ...]:
    """Return country code and ring (longitude, latitude in degrees) of the world's land."""
    import numpy as np

    path = resources.files("muster.core.charts").joinpath("data/world.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        corners = np.cumsum(stored["steps"], axis=0) / 100.0
        starts = stored["start"].tolist()
        codes = stored["codes"].tobytes().decode().split(";")
    return tuple((code, corners[starts[n] : starts[n + 1]]) for n, code in enumerate(codes))


def _may_be_seen(
    ring: NDArray[np.float64], projection: Any, low_x: float, high_x: float, low_y: float, high_y: float
) -> bool:
    """Tell whether a ring comes near the window, by a few of its corners' projections and its size."""
    import numpy as np

    xs, ys = projection(ring[:, 0], ring[:, 1])
    seen = np.isfinite(xs) & np.isfinite(ys)
    if not seen.all() or np.hypot(xs, ys).max() > 2 * 6371008.8 * np.sin(np.radians(80)):
        return False  # reaches the far side of the earth, where the projection tears
    return bool(xs.max() >= low_x and xs.min() <= high_x and ys.max() >= low_y and ys.min() <= high_y)


def _clipped(corners: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Return the part of a polygon inside a window (Sutherland and Hodgman)."""
    import numpy as np

    for axis, sign, edge in ((0, 1.0, window[0]), (1, 1.0, window[1]), (0, -1.0, window[2]), (1, -1.0, window[3])):
        if len(corners) < 3:
            return np.empty((0, 2))
        depth = sign * (corners[:, axis] - edge)
        if (depth >= 0).all():
            continue
        after, depth_after = np.roll(corners, -1, axis=0), np.roll(depth, -1)
        crosses = (depth >= 0) != (depth_after >= 0)
        share = np.divide(depth, depth - depth_after, out=np.zeros_like(depth), where=crosses)
        crossing = corners + share[:, None] * (after - corners)
        both = np.stack([corners, crossing], axis=1)
        keep = np.column_stack([depth >= 0, crosses])
        corners = both[keep]
    return corners


def _path(corners: NDArray[np.float64]) -> str:
    """Return a closed path through whole units, '' for what is smaller than a dot."""
    import numpy as np

    if len(corners) < 3 or np.ptp(corners, axis=0).max() < 2:
        return ""
    whole = np.rint(corners).astype(int).tolist()
    kept = whole[:1]
    for x, y in whole:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= _CLOSEST:
            kept.append([x, y])
    if len(kept) < 3:
        return ""
    steps = " ".join(f"{x - left} {y - top}" for (left, top), (x, y) in pairwise(kept))
    return f"M{kept[0][0]} {kept[0][1]}l{steps}z".replace(" -", "-")

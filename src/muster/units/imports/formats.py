"""How a file of places is laid out: as GeoNames publishes it, without a header, or with the usual words over its columns."""

import re
from collections.abc import Sequence
from pathlib import Path

from muster.core.sheets.delimited import Table, open_headerless
from muster.core.sheets.files import OpenFile
from muster.core.sheets.problems import fatal
from muster.core.sheets.tables import open_lone_sheet, open_table_file
from muster.core.sheets.values.names import bare_key
from muster.core.sheets.words import known_words

COUNTRY, POSTCODE, CITY, REGION, REGION_CODE = "country", "postcode", "city", "region", "region code"
COUNTY, LATITUDE, LONGITUDE, PEOPLE = "county", "latitude", "longitude", "population"
DISTRICT, OTHERS, SORT, KIND = "district", "alternatenames", "feature class", "feature code"
# Some seven million post codes.
MOST_BYTES = 500 << 20
# What is read on a page is held in a process that answers others: no country has so many post codes, or towns and counties.
MOST_ROWS, MOST_NAMES = 1_000_000, 300_000
# As https://download.geonames.org/export/zip/readme.txt and /export/dump/readme.txt say.
GEONAMES_POSTS = (
    COUNTRY, POSTCODE, CITY, REGION, REGION_CODE, COUNTY, "county code", DISTRICT, "district code", LATITUDE, LONGITUDE,
    "accuracy",
)  # fmt: skip
GEONAMES_CITIES = (
    "geonameid", CITY, "asciiname", OTHERS, LATITUDE, LONGITUDE, SORT, KIND, COUNTRY, "cc2",
    REGION_CODE, "admin2 code", "admin3 code", "admin4 code", PEOPLE, "elevation", "dem", "timezone", "modification date",
)  # fmt: skip
# Where what people call a county stands in the next column.
COUNTY_IS_DISTRICT = frozenset({"DE"})
# Quarters, whose people their city counts; and what was a place once.
SECTION, NO_PLACES = "PPLX", frozenset({"PPLH", "PPLQ", "PPLW", "PPLCH"})
_WORDS = {
    LATITUDE: "latitude, lat, latitude y, y, breite, breitengrad, geographische breite, latitud, breddgrad, lat wgs84",
    LONGITUDE: "longitude, lon, lng, long, longitude x, x, lange, laenge, langengrad, geographische lange, longitud, langdgrad, "
    "lon wgs84",
    PEOPLE: "population, inhabitants, people, pop, einwohner, einwohnerzahl, bevolkerung, habitants, nombre d'habitants, "
    "population totale, habitantes, numero de habitantes, folkmangd, invanare, befolkning, antal invanare",
    COUNTY: "county, county name, district, landkreis, kreis, kreis name, comte, comarca, harad",
    REGION_CODE: "region code, state code, province code, bundesland code, lanskod, code region, codigo region",
    CITY: "place name, place, town, post town, locality, suburb, ort, ortsname, nom de la commune, nom commune, libelle",
    COUNTRY: "iso, iso2, country iso, landercode, code pays, codigo pais",
}
# One of these, whichever no other column is.
_EITHER = {
    "departement": (REGION, COUNTY), "provincia": (REGION, COUNTY), "province": (REGION, COUNTY), "kommun": (CITY, COUNTY),
    "poblacion": (CITY, PEOPLE), "municipio": (CITY, COUNTY),
}  # fmt: skip
EXPECTED = "columns named postcode, city, latitude and longitude"
_PLAIN = re.compile(r"([0-9]{1,12})(?:\.0+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[., \u00a0\u202f'’][0-9]{3}){1,3}")


def open_places(file: OpenFile, scratch: Path | None) -> Table:
    """
    Open a table of places: a text file, a workbook, or a zip of one of these.

    :param scratch: folder for nameless temporary files; the system's if None
    :raises SheetError: it is no table
    """
    # What GeoNames packs holds the table beside a word about it.
    file = open_lone_sheet(file, scratch, beside=("readme.txt",))
    if file.size > MOST_BYTES:
        raise fatal(
            file.name, f"This file holds more than {MOST_BYTES >> 20} MB.", expected="the places of fewer countries"
        )
    first = file.head(1 << 16).split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r").split("\t")
    if len(first) == len(GEONAMES_POSTS) and len(first[0]) == 2 and _both(first, GEONAMES_POSTS):
        return open_headerless(file, GEONAMES_POSTS)
    if len(first) == len(GEONAMES_CITIES) and first[0].isdecimal() and _both(first, GEONAMES_CITIES):
        return open_headerless(file, GEONAMES_CITIES)
    return open_table_file(file, scratch=scratch)


def _both(cells: Sequence[str], columns: Sequence[str]) -> bool:
    return all(degrees(cells[columns.index(name)], 180) is not None for name in (LATITUDE, LONGITUDE))


def degrees(cell: str, limit: int) -> float | None:
    """Return degrees from -limit to limit, with a point or a comma, None for what is none."""
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return None
    return number if -limit <= number <= limit else None


def all_degrees(cells: Sequence[str], limit: int) -> list[float | None]:
    """Return `degrees` of each cell."""
    try:
        numbers = list(map(float, cells))
    except ValueError:
        return [degrees(cell, limit) for cell in cells]
    return [number if -limit <= number <= limit else None for number in numbers]


def guessed(headers: Sequence[str]) -> dict[str, int]:
    """
    Return field → which column it is, by the usual words of English, German, French, Spanish and Swedish.

    >>> guessed(["PLZ", "Ort", "Bundesland", "Breitengrad", "Längengrad", "Einwohner"])
    {'postcode': 0, 'city': 1, 'region': 2, 'latitude': 3, 'longitude': 4, 'population': 5}
    """
    own = {bare_key(word.strip()): name for name, words in _WORDS.items() for word in words.split(",")}
    usual = {word: name for word, (name, _) in known_words().items() if name in (POSTCODE, CITY, REGION, COUNTRY)}
    found: dict[str, int] = {}
    keys = [bare_key(header) for header in headers]
    for place, key in enumerate(keys):
        name = own.get(key) or usual.get(key)
        if name and key not in _EITHER:
            found.setdefault(name, place)
    for place, key in enumerate(keys):
        for name in _EITHER.get(key, ()):
            if name not in found:
                found[name] = place
                break
    return dict(sorted(found.items(), key=lambda item: item[1]))


def whole_number(cell: str) -> int | None:
    """
    Return a count, -1 for an empty cell, None for what is none.

    >>> whole_number("12 500"), whole_number("1.200"), whole_number("12.0"), whole_number(""), whole_number("many")
    (12500, 1200, 12, -1, None)
    """
    text = cell.strip()
    if not text:
        return -1
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"\D", "", text))
    plain = _PLAIN.fullmatch(text)
    return int(plain[1]) if plain else None

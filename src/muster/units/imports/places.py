"""
Post codes and cities of other countries out of files: as GeoNames publishes them, or a sheet with a row of column names.

A row names a post code, a city, or both, and where that is. Nothing of a row that cannot be read is taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.conf import settings

from muster.core.places import BUNDLED_POSTS, names
from muster.core.places.codes import LONGEST_CODE, code_key
from muster.core.places.gathered import UNKNOWN, City, Gathered, Settled
from muster.core.places.regions import REGIONS
from muster.core.sheets.delimited import Chunk, Table
from muster.core.sheets.files import open_file
from muster.core.sheets.problems import SheetProblem, fatal, shown
from muster.core.sheets.trial import try_out
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.places import parse_country, region_code
from muster.units.imports.formats import (
    CITY,
    COUNTRY,
    COUNTY,
    COUNTY_IS_DISTRICT,
    DISTRICT,
    EXPECTED,
    GEONAMES_CITIES,
    GEONAMES_POSTS,
    KIND,
    LATITUDE,
    LONGITUDE,
    MOST_NAMES,
    MOST_ROWS,
    NO_PLACES,
    OTHERS,
    PEOPLE,
    POSTCODE,
    REGION,
    REGION_CODE,
    SECTION,
    SORT,
    all_degrees,
    guessed,
    open_places,
    whole_number,
)

COME_WITH_MUSTER = "The places of the United States come with Muster and stay as they are"
MOST_KEPT = 500
_LONGEST_NAME = 120
_REMEMBERED = 50_000
_OTHER_NAMES_FROM = 100_000


@dataclass(frozen=True, slots=True)
class ReadPlaces:
    """
    What the files of one upload say.

    :ivar countries: ISO 3166-1 alpha-2 → its places
    :ivar problems: the first of the rows that cannot be taken, and why; `problem_count`: how many those are
    """

    countries: dict[str, Settled]
    problems: list[SheetProblem]
    problem_count: int


def read_files(
    paths: Sequence[Path],
    *,
    country: str = "",
    at_home: str = "",
    scratch: Path | None = None,
    most: tuple[int, int] | None = None,
) -> ReadPlaces:
    """
    Read what files say of places: one of post codes, and perhaps one of cities with their inhabitants.

    :param country: take the rows of this country alone, and those that name none
    :param at_home: the country of rows that name none, where no country was said; the places of the United States are bundled
    :param scratch: folder for nameless temporary files; the system's if None
    :param most: how many rows, and how many different towns, counties and cities, None: however many
    :raises SheetError: one of them is no such table, or there are more
    """
    if country in BUNDLED_POSTS:
        raise fatal(paths[0].name, f"{COME_WITH_MUSTER}.", expected="places of another country")
    reading = _Reading(country, at_home, most)
    for path in paths:
        try_out(path, name=path.name, scratch=scratch)
        reading.read(open_places(open_file(path), scratch))
    return reading.done()


def read_uploads(files: Iterable[tuple[str, Iterable[bytes]]], *, country: str = "", at_home: str = "") -> ReadPlaces:
    """
    Read files that somebody sent as `read_files` does, each with its name.

    :raises SheetError: one of them is no such table
    """
    work = Path(settings.HOME) / "work"
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work) as folder:
        paths = []
        for number, (name, chunks) in enumerate(files, start=1):
            within = Path(folder) / str(number)
            within.mkdir()
            ending = PurePath(name).suffix.lower()
            path = within / f"{'places' if number == 1 else 'cities'}{ending if ending[1:].isalnum() else ''}"
            with path.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            paths.append(path)
        return read_files(paths, country=country, at_home=at_home, scratch=work, most=(MOST_ROWS, MOST_NAMES))


@dataclass(slots=True)
class _Reading:
    """Takes row by row what can be taken, and remembers what is wrong with the others."""

    only: str
    at_home: str
    most: tuple[int, int] | None = None
    rows: int = 0
    gathered: dict[str, Gathered] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    problem_count: int = 0
    # Rows of countries that are bundled: file and row of the first, and how many.
    bundled_first: tuple[str, int] | None = None
    bundled_count: int = 0
    _codes: dict[str, str | None] = field(default_factory=dict)
    _regions: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, table: Table) -> None:
        is_cities = tuple(table.headers) == GEONAMES_CITIES
        places = {name: place for place, name in enumerate(table.headers)}
        if not is_cities and tuple(table.headers) != GEONAMES_POSTS:
            places = guessed(table.headers)
            if not {LATITUDE, LONGITUDE} <= places.keys() or not {POSTCODE, CITY} & places.keys():
                raise fatal(table.name, "This is no list of places.", row=table.header_row, expected=EXPECTED)
        if COUNTRY not in places and (self.only or self.at_home) in ("", *BUNDLED_POSTS):
            expected = "a column named country, or the country given beside the file"
            raise fatal(table.name, "It does not say of which country its places are.", expected=expected)
        begun = len(self.problems)
        for chunk in table.chunks():
            for problem in chunk.problems:
                self._tell(problem)
            self._check_size(table.name, len(chunk.rows))
            columns = {name: chunk.columns[place] for name, place in places.items()}
            heads = {name: table.headers[place] for name, place in places.items()}
            (self._take_cities if is_cities else self._take_posts)(
                _Rows(
                    table.name,
                    chunk,
                    columns,
                    heads,
                    all_degrees(columns[LATITUDE], 90),
                    all_degrees(columns[LONGITUDE], 180),
                )
            )

        # What is wrong with the shape of a row is known before what is wrong with its cells.
        self.problems[begun:] = sorted(self.problems[begun:], key=lambda problem: problem.row or 0)

    def done(self) -> ReadPlaces:
        if self.bundled_first:
            rows = "1 row is" if self.bundled_count == 1 else f"{self.bundled_count:,} rows are"
            message = f"{COME_WITH_MUSTER}: {rows} left out."
            self._tell(SheetProblem(*self.bundled_first, COUNTRY, "US", message))
        settled = {
            code: found.settled(known_regions={own: short for short, (_, own) in REGIONS.get(code, {}).items()})
            for code, found in sorted(self.gathered.items())
        }
        return ReadPlaces(settled, self.problems, self.problem_count)

    def _check_size(self, name: str, more: int) -> None:
        self.rows += more
        if self.most is None:
            return
        names = sum(len(found.towns) + len(found.counties) + len(found.cities) for found in self.gathered.values())
        if self.rows > self.most[0] or names > self.most[1]:
            expected = f"at most {self.most[0]:,} rows, and {self.most[1]:,} different towns and counties"
            message = "This is too much to be read on a page. Choose one country, or run “muster places” at the shell."
            raise fatal(name, message, expected=expected)

    def _tell(self, problem: SheetProblem) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_KEPT:
            self.problems.append(problem)

    def _take_posts(self, rows: "_Rows") -> None:
        columns = (COUNTRY, POSTCODE, CITY, REGION, REGION_CODE, COUNTY, DISTRICT, PEOPLE)
        for place, (written, code, city, region, region_word, county, second, people) in enumerate(
            zip(*(rows.column(name) for name in columns), strict=True)
        ):
            row = rows.chunk.rows[place]
            country = self._country(rows, row, written)
            if not country:
                continue
            point = self._point(rows, place)
            key = code_key(code, country) if code else ""
            inhabitants = whole_number(people) if people else UNKNOWN
            town = " ".join(city.split())
            if not (code or town):
                self._bad(rows, row, POSTCODE, "", "It names no post code and no city.")
            elif code and not 2 <= len(key) <= LONGEST_CODE:
                self._bad(rows, row, POSTCODE, code, "This is no post code.", f"2 to {LONGEST_CODE} letters and digits")
            elif inhabitants is None:
                self._bad(rows, row, PEOPLE, people, "This is no number of people.", "a whole number such as 12500")
            elif len(town) > _LONGEST_NAME:
                self._bad(rows, row, CITY, town, f"There is room for {_LONGEST_NAME} letters.")
            elif point is not None:
                whole = self._region(country, region or region_word)
                found = self._of(country)
                if region_word and region:
                    found.written.setdefault(region_word, whole)
                inside = second if second and (country in COUNTY_IS_DISTRICT or not county) else county
                found.add(key.encode(), *point, (whole, town), " ".join(inside.split())[:_LONGEST_NAME], inhabitants)

    def _take_cities(self, rows: "_Rows") -> None:
        columns = (CITY, OTHERS, SORT, KIND, COUNTRY, REGION_CODE, PEOPLE)
        for place, (city, others, kind, code, written, region, people) in enumerate(
            zip(*(rows.column(name) for name in columns), strict=True)
        ):
            row = rows.chunk.rows[place]
            if kind != "P" or code in NO_PLACES or not (country := self._country(rows, row, written)):
                continue
            point, inhabitants = self._point(rows, place), whole_number(people)
            if inhabitants is None:
                self._bad(rows, row, PEOPLE, people, "This is no number of people.", "a whole number such as 12500")
            elif point is not None:
                name, count = " ".join(city.split())[:_LONGEST_NAME], max(inhabitants, 0)
                keys = _other_names(name, others) if count >= _OTHER_NAMES_FROM else ()
                self._of(country).cities.append(City(name, region, keys, *point, count, code == SECTION))

    def _of(self, country: str) -> Gathered:
        if country not in self.gathered:
            self.gathered[country] = Gathered()
        return self.gathered[country]

    def _country(self, rows: "_Rows", row: int, written: str) -> str:
        """Return the country of a row that is to be taken, else ''."""
        if written not in self._codes:
            if len(self._codes) > _REMEMBERED:
                self._codes.clear()
            try:
                self._codes[written] = parse_country(written) or self.only or self.at_home
            except BadValue:
                self._codes[written] = None
        code = self._codes[written]
        if code is None:
            self._bad(rows, row, COUNTRY, written, "This country is not known.", "its name, or its two letters")
            return ""
        if self.only and code != self.only:
            return ""
        if code in BUNDLED_POSTS:
            self.bundled_first = self.bundled_first or (rows.name, row)
            self.bundled_count += 1
            return ""
        return code

    def _region(self, country: str, written: str) -> str:
        asked = (country, written)
        if asked not in self._regions:
            if len(self._regions) > _REMEMBERED:
                self._regions.clear()
            self._regions[asked] = region_code(" ".join(written.split())[:_LONGEST_NAME], country)
        return self._regions[asked]

    def _point(self, rows: "_Rows", place: int) -> tuple[float, float] | None:
        latitude, longitude = rows.latitudes[place], rows.longitudes[place]
        row = rows.chunk.rows[place]
        if latitude is None or longitude is None:
            name, limit = (LATITUDE, 90) if latitude is None else (LONGITUDE, 180)
            message = f"This is no number of degrees from -{limit} to {limit}."
            self._bad(rows, row, name, rows.columns[name][place], message, "a number such as 45.523")
            return None
        if latitude == longitude == 0.0:
            self._bad(rows, row, LATITUDE, "0", "Latitude and longitude are both 0, which is out at sea.")
            return None
        return latitude, longitude

    def _bad(self, rows: "_Rows", row: int, name: str, value: str, message: str, expected: str = "") -> None:
        self._tell(SheetProblem(rows.name, row, rows.heads.get(name, name), shown(value), message, expected))


@dataclass(frozen=True, slots=True)
class _Rows:
    """One chunk: field → its cells, and what its column is called."""

    name: str
    chunk: Chunk
    columns: Mapping[str, list[str]]
    heads: Mapping[str, str]
    latitudes: Sequence[float | None]
    longitudes: Sequence[float | None]

    def column(self, name: str) -> Iterable[str]:
        return self.columns[name] if name in self.columns else repeat("", len(self.chunk.rows))


def _other_names(name: str, others: str) -> tuple[str, ...]:
    latin = (other for other in others.split(",") if all(ord(letter) < 0x250 for letter in other))
    keys = {names.key(other) for other in latin} - {names.key(name)}
    return tuple(sorted(key for key in keys if 2 <= len(key) <= 30))

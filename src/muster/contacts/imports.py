"""A list of claims out of a sheet: one column names the unit, others the place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.conf import settings

from muster.contacts.calc import areas
from muster.contacts.calc.claims import ClaimRow
from muster.contacts.calc.routing import AREA, COUNTY, POSTCODE, PREFIX, REGION
from muster.core.sheets.problems import SheetProblem, fatal
from muster.core.sheets.tables import Chunk, open_table
from muster.core.sheets.trial import try_out

KINDS = (POSTCODE, PREFIX, COUNTY, REGION)
MAPS = frozenset({".geojson", ".json"})
UNIT, COUNTRY = "unit", "country"
# Other words for a column.
_ALSO = {"post code": POSTCODE, "postal code": POSTCODE, "zip": POSTCODE, "zip code": POSTCODE, "zipcode": POSTCODE}
_ALSO |= {"state": REGION, "branch": UNIT, "chapter": UNIT}
EXPECTED = "columns named unit and postcode (or prefix, county, region)"


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    :ivar rows: one for each filled cell that names a place; a row without any is one that names none
    :ivar problems: rows that cannot be read at all
    """

    rows: list[ClaimRow]
    problems: list[SheetProblem]


def read_sheet(path: Path, *, scratch: Path | None = None) -> Sheet:
    """
    Read a CSV, XLSX, XLS or ODS file; columns that mean nothing here are passed over.

    :param scratch: folder for nameless temporary files; the system's if None
    :raises SheetError: it is no table, or lacks the columns
    """
    try_out(path, name=path.name, scratch=scratch)
    table = open_table(path, scratch=scratch)
    places: dict[str, int] = {}
    for place, header in enumerate(table.headers):
        name = " ".join(header.lower().replace("_", " ").split())
        places.setdefault(_ALSO.get(name, name), place)
    if UNIT not in places or not places.keys() & set(KINDS):
        raise fatal(path.name, "This is no list of claims.", row=table.header_row, expected=EXPECTED)
    sheet = Sheet([], [])
    for chunk in table.chunks():
        sheet.problems.extend(chunk.problems)
        sheet.rows.extend(_rows(chunk, places))
    return sheet


def read_file(path: Path, *, unit: str = "", scratch: Path | None = None) -> Sheet:
    """
    Read a sheet, or areas out of a GeoJSON file (by its ending: geojson or json).

    :param unit: whose an area is that does not say so itself
    :raises SheetError: it is neither, or lacks the columns
    """
    if path.suffix.lower() not in MAPS:
        return read_sheet(path, scratch=scratch)
    with path.open("rb") as file:
        content = file.read(areas.MOST_BYTES + 1)
    try:
        drawn = areas.read_areas(content)
    except areas.BadShape as error:
        raise fatal(path.name, str(error)) from error
    sheet, names = Sheet([], []), set[str]()
    for one in drawn:
        problem = "An area before it has that name too." if one.name in names else one.problem
        if problem or one.shape is None:
            sheet.problems.append(SheetProblem(path.name, one.number, AREA, one.name, problem, ""))
            continue
        names.add(one.name)
        sheet.rows.append(ClaimRow(one.number, one.unit or unit, AREA, one.name, shape=one.shape))
    return sheet


def read_upload(name: str, chunks: Iterable[bytes], *, unit: str = "") -> Sheet:
    """
    Read a file that somebody sent as `read_file` does; of its name only the ending is kept.

    :raises SheetError: it is no table and no map, or lacks the columns
    """
    work = Path(settings.HOME) / "work"
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = PurePath(name).suffix.lower()
    with TemporaryDirectory(dir=work) as folder:
        path = Path(folder) / f"claims{ending if ending[1:].isalnum() else ''}"
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        return read_file(path, unit=unit, scratch=work)


def _rows(chunk: Chunk, places: dict[str, int]) -> list[ClaimRow]:
    blank = [""] * len(chunk.rows)
    columns = {name: chunk.columns[places[name]] if name in places else blank for name in (UNIT, COUNTRY, *KINDS)}
    kinds = [kind for kind in KINDS if kind in places]
    found = []
    for place, row in enumerate(chunk.rows):
        unit, country = columns[UNIT][place].strip(), columns[COUNTRY][place].strip()
        cells = {kind: columns[kind][place].strip() for kind in kinds if columns[kind][place].strip()}
        if COUNTY in cells and REGION in cells:
            # The state says where the county is, and is not claimed itself.
            cells[COUNTY] = f"{cells[COUNTY]}, {cells.pop(REGION)}"
        found += [ClaimRow(row, unit, kind, text, country) for kind, text in (cells or {kinds[0]: ""}).items()]
    return found

"""Lists of people as files, safe to open in a spreadsheet."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from muster.core.sheets.formulas import escape_formula
from muster.people.queries.listing import PersonLine

KINDS = ("csv", "xlsx")
HEADERS = ("Person", "Name", "Standing", "Since", "Home unit", "City", "State or region", "Tags")
_IN_MEMORY = 5_000_000


def cells(line: PersonLine) -> tuple[Any, ...]:
    """Return what the list shows of one person, one cell per header; no text is read as a formula."""
    text = (line.ref, line.name, line.standing, line.unit, line.city, line.region, ";".join(line.tags))
    ref, name, standing, unit, city, region, tags = (escape_formula(value) for value in text)
    return (ref, name, standing, line.since, unit, city, region, tags)


def csv_lines(lines: Iterable[PersonLine]) -> Iterator[str]:
    """Yield the file line by line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in _with_headers(lines):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def xlsx(lines: Iterable[PersonLine]) -> IO[bytes]:
    """Return the workbook as a file at its beginning; rows are written as they come, not kept."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for row in _with_headers(lines):
        sheet.append(row)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _with_headers(lines: Iterable[PersonLine]) -> Iterator[tuple[Any, ...]]:
    yield HEADERS
    for line in lines:
        yield cells(line)

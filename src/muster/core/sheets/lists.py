"""Lists on their way out: CSV and XLSX of rows of plain cells, safe to open in a spreadsheet program."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from muster.core.sheets.formulas import escape_formula

KINDS = ("csv", "xlsx")
_IN_MEMORY = 5_000_000


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the file line by line; no text is read as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(_guarded(row))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def xlsx(rows: Iterable[Sequence[Any]], title: str) -> IO[bytes]:
    """Return the workbook as a file at its beginning; rows are written as they come, not kept."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(_guarded(row))
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _guarded(row: Sequence[Any]) -> list[Any]:
    return [escape_formula(cell) if isinstance(cell, str) else cell for cell in row]

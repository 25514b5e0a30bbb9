"""A text file of parted cells (CSV and its kin) as headers and chunks of columns."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from muster.core.sheets.encodings import SAMPLE_BYTES, SAVE_AS_UTF8, Text, read_text
from muster.core.sheets.files import OpenFile
from muster.core.sheets.formulas import unescape_formula
from muster.core.sheets.layout import (
    LOOKED_AT,
    MAX_COLUMNS,
    Layout,
    check_headers,
    find_layout,
    header_row,
    too_many_columns,
)
from muster.core.sheets.problems import SheetProblem, fatal, shown
from muster.core.sheets.records import Batch, Records

# Turning rows into columns is fastest while the rows still lie in the processor's cache.
FIRST_BATCH, BATCH = 50, 500
# Small enough for the processor's cache: with chunks of 10,000 rows reading takes twice as long.
CHUNK_ROWS = 500
BATCH_LETTERS, CHUNK_LETTERS = 1 << 22, 1 << 24
MAX_BROKEN, MAX_BROKEN_SHARE = 1_000, 0.05
BLANK = b'\0\t\n\r ,;"\xef\xbb\xbf\xff\xfe'


@dataclass(slots=True)
class Chunk:
    """
    Some rows of a table, column-wise.

    :ivar rows: the row number of each record as a spreadsheet program counts it, shape ``(records,)``; blank rows are left out
    :ivar columns: the cells as text, shape ``(headers, records)``; '' where the row was too short
    :ivar problems: rows that could not be read; they stand in `rejected`, not in `columns`
    :ivar rejected: row number → its cells as far as they could be read
    """

    rows: list[int]
    columns: list[list[str]]
    problems: list[SheetProblem] = field(default_factory=list)
    rejected: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table that can be read as often as one likes.

    :ivar headers: the header cells, without spaces around them; all different, none empty
    :ivar row_count: lines below the header: the number of records, or more where cells hold line breaks or rows are blank
    :ivar warnings: what the user should know, such as which of several sheets was read
    """

    file: OpenFile
    encoding: str
    delimiter: str
    guarded: bool
    headers: list[str]
    header_row: int
    row_count: int
    warnings: tuple[SheetProblem, ...]

    @property
    def name(self) -> str:
        """The file's name, as it stands in problems."""
        return self.file.name

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """
        Yield the records in order, at most `size` at a time; memory does not grow with the file.

        :raises SheetError: more than 1,000 rows and a twentieth of all cannot be read
        """
        records = Records(_lines(self.file, self.encoding), self.delimiter)
        if self.header_row:
            records.take(self.header_row)
        broken, first = 0, None
        batch_size, ended = FIRST_BATCH, False
        while not ended:
            chunk = Chunk([], [[] for _ in self.headers])
            letters = 0
            while (room := size - len(chunk.rows) - len(chunk.rejected)) > 0 and letters < CHUNK_LETTERS:
                batch = records.take(min(batch_size, room))
                if not batch.records and not batch.letters:
                    ended = True
                    break
                self._add(chunk, batch)
                letters += batch.letters
                batch_size = BATCH if batch.letters < BATCH_LETTERS else max(1, batch_size // 4)
            if chunk.problems:
                first = first or chunk.problems[0]
                broken += len(chunk.problems)
                if broken > MAX_BROKEN and broken > MAX_BROKEN_SHARE * max(chunk.rejected):
                    message = f"Too many rows cannot be read. This is the first: {first.message}"
                    raise fatal(self.name, message, row=first.row, value=first.value)
            if chunk.rows or chunk.rejected:
                yield chunk

    def _add(self, chunk: Chunk, batch: Batch) -> None:
        width = len(self.headers)
        rows = list(range(batch.first_row, batch.first_row + len(batch.records)))
        records = batch.records
        if batch.broken or set(map(len, records)) != {width} or any(not record[0] for record in records):
            rows, records = self._sift(chunk, batch)
        if not records:
            return
        chunk.rows.extend(rows)
        for column, cells in zip(chunk.columns, zip(*records, strict=True), strict=True):
            if self.guarded:
                column.extend([unescape_formula(cell) if cell[:1] == "'" else cell for cell in cells])
            else:
                column.extend(cells)

    def _sift(self, chunk: Chunk, batch: Batch) -> tuple[list[int], list[list[str]]]:
        """Leave out blank rows, fill up short ones, report those that are broken or too long."""
        width = len(self.headers)
        rows, records = [], []
        for place, record in enumerate(batch.records):
            row = batch.first_row + place
            if place in batch.broken:
                problem = SheetProblem(self.file.name, row, "", shown(record[0]), batch.broken[place])
            elif not any(record):
                continue
            elif len(record) > width and any(record[width:]):
                extra = next(at for at in range(width, len(record)) if record[at])
                message = f"This row has {len(record)} cells, but the header has {width}."
                problem = SheetProblem(self.file.name, row, f"{extra + 1}", shown(record[extra]), message)
            else:
                rows.append(row)
                records.append(record[:width] + [""] * (width - len(record)))
                continue
            chunk.problems.append(problem)
            chunk.rejected[row] = record
        return rows, records


def _lines(file: OpenFile, encoding: str) -> Iterator[str]:
    text = io.TextIOWrapper(file.reader(), encoding=encoding, newline="")
    try:
        yield from text
    except UnicodeDecodeError:
        raise fatal(file.name, "This file has changed while it was read.") from None


def open_delimited(file: OpenFile, *, allow_no_rows: bool) -> Table:
    """
    Find out how a text file is to be read; walks through all of it once.

    :raises SheetError: as `open_table`
    """
    head = file.head(SAMPLE_BYTES)
    if not head.strip(BLANK):
        raise fatal(file.name, "The file is empty.", expected="a row of column names and rows below it")
    _check_width(file, head)
    text = read_text(file)
    warnings = []
    if text.guess:
        message = f"The file is not in UTF-8. It was read as {text.encoding}; look whether this word is right."
        warnings.append(SheetProblem(file.name, None, "", text.guess, message, SAVE_AS_UTF8))
    lines = _first_lines(file, text.encoding)
    return _with_headers(file, text, find_layout(lines), lines, warnings, allow_no_rows)


def open_headerless(file: OpenFile, headers: Sequence[str]) -> Table:
    """
    Open a text file of cells parted by tabs that has no row of column names, but is known to hold these.

    :raises SheetError: as `open_table`
    """
    text = read_text(file)
    return Table(file, text.encoding, "\t", text.guarded, list(headers), 0, text.line_count, ())


def open_converted(file: OpenFile, warnings: list[SheetProblem], *, allow_no_rows: bool) -> Table:
    """
    Open what was written by Python's csv module in UTF-8 with commas.

    :raises SheetError: as `open_table`
    """
    text = read_text(file)
    lines = _first_lines(file, text.encoding)
    layout = Layout(",", header_row(list(csv.reader(lines))))
    return _with_headers(file, text, layout, lines, warnings, allow_no_rows)


def _with_headers(
    file: OpenFile, text: Text, layout: Layout, lines: list[str], warnings: list[SheetProblem], allow_no_rows: bool
) -> Table:
    records = Records(lines, layout.delimiter)
    titles = [cell for record in records.take(layout.skipped).records for cell in record if cell]
    row = layout.skipped + 1
    top = records.take(1)
    if top.broken:
        raise fatal(file.name, top.broken[0], row=row, value=lines[layout.skipped], expected="a row of column names")
    cells = [unescape_formula(cell) for record in top.records for cell in record]
    headers, unnamed = check_headers(file.name, row, cells)
    if titles and not titles[0].lower().startswith("sep="):
        message = f"What stands above row {row} was taken for a title and left out."
        warnings.append(SheetProblem(file.name, row, "", shown(titles[0]), message))
    row_count = max(0, text.line_count - row)
    found = (*warnings, *unnamed)
    table = Table(file, text.encoding, layout.delimiter, text.guarded, headers, row, row_count, found)
    if not allow_no_rows and next(table.chunks(1), None) is None:
        raise fatal(file.name, "The file has column names but no rows below them.", row=row)
    return table


def _first_lines(file: OpenFile, encoding: str) -> list[str]:
    lines: list[str] = []
    letters = 0
    for line in _lines(file, encoding):
        lines.append(line)
        letters += len(line)
        if len(lines) == LOOKED_AT or letters > SAMPLE_BYTES:
            break
    return lines


def _check_width(file: OpenFile, head: bytes) -> None:
    """Refuse a header of a million columns before the rest of the file is read."""
    first = head[: head.find(b"\n")] if b"\n" in head else head
    if max(first.count(sign) for sign in b",;\t|^~") > 10 * MAX_COLUMNS:
        raise too_many_columns(file.name, 1)

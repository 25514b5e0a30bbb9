"""How a text file is laid out: what parts its cells, and in which row its headers stand."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from muster.core.sheets.problems import SheetError, SheetProblem, fatal

MAX_COLUMNS = 500
LOOKED_AT = 100
TITLE_ROWS = 10
NOTHING = "\x1f"  # parts the cells of a table of one column
DELIMITERS = (",", ";", "\t", "|", "^", "~", NOTHING, ":")

_DECLARED = re.compile(r'"?sep=([^"\r\n])"?\r?\n?\Z', re.IGNORECASE)
_VALUE = re.compile(r"\S+@\S+\.\S+|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\+?[\d\s().-]{9,}")


@dataclass(frozen=True, slots=True)
class Layout:
    """
    :ivar delimiter: what parts the cells
    :ivar skipped: rows before the header
    """

    delimiter: str
    skipped: int


def find_layout(lines: Sequence[str]) -> Layout:
    """Tell the layout from the first lines of a text, with their ends."""
    if lines and (declared := _DECLARED.match(lines[0])):
        rest = find_layout(lines[1:])
        return Layout(declared.group(1), rest.skipped + 1 if rest.delimiter == declared.group(1) else 1)
    best, best_score = Layout(NOTHING, 0), 0.0
    for delimiter in DELIMITERS:
        rows = _rows(lines, delimiter)
        skipped = header_row(rows)
        body = rows[skipped:]
        width = len(body[0]) if body else 0
        if width < 2:
            continue
        widths = Counter(len(row) for row in body if row)
        fitting = widths[width] / widths.total()
        score = (fitting + 0.01) * (1 - 1 / width) * (0.5 if skipped and len(rows[0]) < 2 else 1)
        if score > best_score:
            best, best_score = Layout(delimiter, skipped), score
    return best if best_score else Layout(NOTHING, header_row(_rows(lines, NOTHING)))


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(islice(csv.reader(lines, delimiter=delimiter), LOOKED_AT))
    except csv.Error:
        return [line.rstrip("\r\n").split(delimiter) for line in lines[:LOOKED_AT]]


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """
    Return how many rows stand before the header: blank ones, and titles, which fill one cell above a row of names.

    :param rows: the first rows of the file
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[: TITLE_ROWS + 1]]
    start = next((place for place, count in enumerate(filled) if count), 0)
    if filled and filled[start] == 1:
        for place in range(start + 1, len(filled)):
            if filled[place] > 1:
                return place if filled[place] > 2 and _are_names(rows[place]) else start
    return start


def _are_names(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    plain = all(cell and not cell[0].isdigit() and "@" not in cell for cell in cells)
    return plain and len({cell.casefold() for cell in cells}) == len(cells)


def check_headers(file: str, row: int, cells: Sequence[str]) -> tuple[list[str], list[SheetProblem]]:
    """
    Return the headers, cleaned, and warnings; empty ones at the end are dropped, others are named by their number.

    :raises SheetError: too many, none, one twice, or values where names should be
    """
    headers = [" ".join(cell.split()) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MAX_COLUMNS:
        raise too_many_columns(file, row)
    if not headers:
        raise fatal(file, "The file is empty.", expected="a row of column names and rows below it")
    for header in headers:
        if _VALUE.fullmatch(header):
            message = "This row should hold the names of the columns, but it holds a value."
            raise fatal(
                file, message, row=row, value=header, expected="a first row such as: person, given_name, family_name"
            )
        if len(header) > 200:
            raise fatal(
                file, "This is not a table: the name of a column is longer than 200 letters.", row=row, value=header
            )
    warnings = []
    for place, header in enumerate(headers):
        if not header:
            headers[place] = f"column {place + 1}"
            message = f"Column {place + 1} has no name in the header row; it is called “{headers[place]}” here."
            warnings.append(SheetProblem(file, row, headers[place], "", message))
    seen: dict[str, int] = {}
    for place, header in enumerate(headers):
        if (first := seen.setdefault(header.casefold(), place)) != place:
            message = f"Columns {first + 1} and {place + 1} have the same name."
            raise fatal(
                file, message, row=row, column=header, value=header, expected="a name of its own for each column"
            )
    return headers, warnings


def too_many_columns(file: str, row: int) -> SheetError:
    """Make the error for a table that is too wide."""
    return fatal(file, f"The header row has more than {MAX_COLUMNS} columns.", row=row, expected="at most 500 columns")

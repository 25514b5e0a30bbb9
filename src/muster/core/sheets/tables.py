"""One table out of one file, whatever the kind of file: headers, then chunks of columns of text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from muster.core.sheets.problems import SheetProblem


@dataclass(slots=True)
class Chunk:
    """
    Some rows of a table, column-wise.

    :ivar rows: the row number of each record as a spreadsheet program counts it, shape ``(records,)``; blank rows are left out
    :ivar columns: the cells as text, shape ``(headers, records)``; '' where the row was too short
    :ivar problems: rows that could not be read; they stand in `rejected`, not in `columns`
    :ivar rejected: row number → its cells as far as they could be read
    """

    rows: Sequence[int]
    columns: list[list[str]]
    problems: list[SheetProblem] = field(default_factory=list)
    rejected: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table that can be read as often as one likes.

    :ivar name: the file's name, as it stands in problems
    :ivar headers: the header cells, stripped; all different, none empty
    :ivar row_count: lines below the header: the number of records, or more where cells hold line breaks or rows are blank
    :ivar warnings: what the user should know, such as which of several sheets was read
    """

    name: str
    headers: list[str]
    row_count: int
    warnings: tuple[SheetProblem, ...] = ()

    def chunks(self, size: int = 10_000) -> Iterator[Chunk]:
        """
        Yield the records in order, at most `size` at a time; memory does not grow with the file.

        :raises SheetError: more than 1,000 rows cannot be read, or the file changed underneath
        """
        raise NotImplementedError


def open_table(path: Path, *, name: str = "", scratch: Path | None = None) -> Table:
    """
    Open a sheet: CSV and its kin (any delimiter and encoding that can be told), XLSX, XLS, ODS.

    :param name: what to call the file in problems; its own name if empty
    :param scratch: folder for nameless temporary files; the system's if None
    :raises SheetError: not a table, empty, no rows, headers twice, too large, encrypted, broken, unknown encoding
    """
    raise NotImplementedError

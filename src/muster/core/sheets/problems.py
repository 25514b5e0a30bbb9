"""What can be wrong with a table, said so that the person who made it can mend it."""

from dataclasses import dataclass

SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """
    One thing wrong with a file.

    :ivar file: the name of the file as the reader knows it, such as ``people.csv``
    :ivar row: the number of the row as a spreadsheet program counts it (the first row is 1), None for the whole file
    :ivar column: the header of the column, empty for the whole row
    :ivar value: what stood there, cut to `SHOWN_CHARS`
    :ivar message: what is wrong, in one plain sentence
    :ivar expected: what would have been right, empty where the message says it
    """

    file: str
    row: int | None
    column: str
    value: str
    message: str
    expected: str = ""

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        found = f" Found “{self.value}”." if self.value else ""
        wanted = f" Expected: {self.expected}." if self.expected else ""
        return f"{', '.join(place)}: {self.message}{found}{wanted}"


class SheetError(Exception):
    """A file that cannot be read at all; `problem` says why and where."""

    def __init__(self, problem: SheetProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def shown(value: str) -> str:
    """Cut a value to what fits into a message."""
    return value if len(value) <= SHOWN_CHARS else value[: SHOWN_CHARS - 1] + "…"


def fatal(
    file: str, message: str, *, row: int | None = None, column: str = "", value: str = "", expected: str = ""
) -> SheetError:
    """Make the error for a file that cannot be read."""
    return SheetError(SheetProblem(file, row, column, shown(value), message, expected))

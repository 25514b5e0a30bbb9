"""The records of delimited text, each with its row number; a broken one is reported, and the next line read afresh."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

TOO_LARGE = f"A cell is longer than {csv.field_size_limit():,} letters."
UNCLOSED = "A quotation mark opens in this row and is not closed properly."
AFTER_QUOTE = "There is text after a closing quotation mark."


@dataclass(slots=True)
class Batch:
    """
    Some records.

    :ivar first_row: the number of the first one; the others follow without a gap
    :ivar records: cells; [] for a blank line, the bare line for a broken record
    :ivar broken: position in `records` → what is wrong
    :ivar letters: length of all the lines read
    """

    first_row: int
    records: list[list[str]]
    broken: dict[int, str] = field(default_factory=dict)
    letters: int = 0


class Records:
    """Reads lines that keep their ends, as from a text file opened with ``newline=""``."""

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._pushed_back: deque[str] = deque()
        self._row = 1

    def take(self, count: int) -> Batch:
        """Return the next records, at most `count`, fewer where cells hold line breaks; none at the end."""
        first_row = self._row
        broken: dict[int, str] = {}
        lines = [self._pushed_back.popleft() for _ in range(min(count, len(self._pushed_back)))]
        lines += islice(self._lines, count - len(lines))
        try:
            # A cell that goes on beyond these lines is an error here, too.
            records = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            self._pushed_back.extendleft(reversed(lines))
            records = self._take_singly(count, broken)
        self._row += len(records)
        return Batch(first_row, records, broken, sum(map(len, lines)))

    def _tape(self, read: list[str]) -> Iterator[str]:
        while self._pushed_back:
            line = self._pushed_back.popleft()
            read.append(line)
            yield line
        for line in self._lines:
            read.append(line)
            yield line

    def _take_singly(self, count: int, broken: dict[int, str]) -> list[list[str]]:
        records: list[list[str]] = []
        while len(records) < count:
            read: list[str] = []
            try:
                record = next(csv.reader(self._tape(read), delimiter=self._delimiter, strict=True), None)
            except csv.Error as error:
                first, *others = read
                self._pushed_back.extendleft(reversed(others))
                broken[len(records)] = _told(str(error), alone=not others)
                record = [first.rstrip("\r\n")]
            if record is None:
                break
            records.append(record)
        return records


def _told(error: str, *, alone: bool) -> str:
    if alone and "field limit" in error:
        return TOO_LARGE
    if alone and "expected after" in error:
        return AFTER_QUOTE
    return UNCLOSED

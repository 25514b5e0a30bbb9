"""Whole columns at once: every different text is read once and remembered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

REMEMBERED = 200_000

# Text in, canonical text out ('' = unknown); raises BadValue.
Parser = Callable[[str], str]
# A whole column in, the whole column out, or None where this short cut does not fit every value.
Bulk = Callable[[Sequence[str]], list[str] | None]


class BadValue(ValueError):
    """A text that is not what its column should hold."""

    def __init__(self, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


@dataclass(slots=True)
class Parsed:
    """
    A column that was read.

    :ivar values: canonical text, shape ``(records,)``; '' where unknown or bad
    :ivar bad: position in `values` → what is wrong there
    """

    values: list[str]
    bad: dict[int, BadValue] = field(default_factory=dict)


class ColumnParser:
    """Reads the chunks of one column with one parser; keep it for the whole file, its memory is bounded."""

    def __init__(self, parser: Parser, bulk: Bulk | None = None) -> None:
        self._memo = _Memo(parser)
        self._bulk = bulk

    def parse(self, values: Sequence[str]) -> Parsed:
        """Read one chunk of the column, shape ``(records,)``."""
        if self._bulk is not None and (whole := self._bulk(values)) is not None:
            return Parsed(whole)
        memo = self._memo
        if len(memo) > REMEMBERED:
            memo.clear()
            memo.bad.clear()
        read = list(map(memo.__getitem__, values))
        if not memo.bad:
            return Parsed(read)
        bad = memo.bad
        return Parsed(read, {place: bad[text] for place, text in enumerate(values) if text in bad})


class _Memo(dict[str, str]):
    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.bad: dict[str, BadValue] = {}

    def __missing__(self, text: str) -> str:
        try:
            value = self.parser(text)
        except BadValue as problem:
            self.bad[text] = problem
            value = ""
        self[text] = value
        return value


def parse_column(values: Sequence[str], parser: Parser) -> Parsed:
    """Read one whole column that comes in one piece."""
    return ColumnParser(parser).parse(values)

"""In which order the dates of a column are written, told from all of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from muster.core.sheets.values.dates import DAY, MIXED, MONTH, ORDER_NAMES, UNCLEAR, YEAR, numbers_of

# So many of those that tell their order may contradict the rest before the column counts as mixed.
SLIPS = 0.01
REMEMBERED = 200_000


@dataclass
class DateEvidence:
    """
    What the values of one column say of their order; each different value counts once.

    :ivar proofs: order → how many values can be read in that order only
    :ivar examples: order, or `UNCLEAR` → row and text of the first such value
    """

    proofs: dict[str, int] = field(default_factory=dict)
    examples: dict[str, tuple[int, str]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def add(self, rows: Sequence[int], values: Sequence[str]) -> None:
        """Take note of a chunk of the column; the shapes of both are ``(records,)``."""
        new = set(values) - self._seen
        if len(self._seen) < REMEMBERED:
            self._seen |= new
        for text in new:
            order = _proof(text)
            if order is None:
                continue
            if order != UNCLEAR:
                self.proofs[order] = self.proofs.get(order, 0) + 1
            place = values.index(text)
            if order not in self.examples or rows[place] < self.examples[order][0]:
                self.examples[order] = (rows[place], text)

    @property
    def needs_order(self) -> bool:
        """Whether any value does not say its order by itself."""
        return bool(self.examples)

    def decide(self, default: str = "") -> str:
        """
        Return the order of the column.

        :param default: the order to take where no value tells, '' if there is none
        """
        if not self.examples:
            return ""
        if not self.proofs:
            return default or UNCLEAR
        most = max(self.proofs, key=lambda order: self.proofs[order])
        total = sum(self.proofs.values())
        return most if self.proofs[most] >= (1 - SLIPS) * total else MIXED

    def explanation(self, order: str) -> str:
        """Say why the column is `MIXED` or `UNCLEAR`, with rows."""
        if order == MIXED:
            shown = [
                f"{ORDER_NAMES[o]} in row {row} ({text})" for o, (row, text) in self.examples.items() if o != UNCLEAR
            ]
            return f"This column mixes orders of dates: {', '.join(sorted(shown))}."
        row, text = self.examples[UNCLEAR]
        return f"No row of this column says whether the day or the month comes first, as in row {row} ({text})."


def _proof(text: str) -> str | None:
    """Return the only order in which this can be read, `UNCLEAR` if there are two, None if it needs none or is no date."""
    numbers = numbers_of(text)
    if numbers is None:
        return None
    if not numbers.whole_year and numbers.first > 31:
        return YEAR if numbers.read(YEAR, 2000) else None
    readings = {order: day for order in (DAY, MONTH) if (day := numbers.read(order, 2000))}
    if len(readings) == 1:
        return next(iter(readings))
    return UNCLEAR if len(set(readings.values())) == 2 else None

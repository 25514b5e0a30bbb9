"""From figures and dates to positions, and the ticks of an axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from muster.core.dates import MONTHS

_MONTH_STEPS = (1, 2, 3, 6)


@dataclass(frozen=True, slots=True)
class Scale:
    """Straight line from figures `low`..`high` to positions `start`..`end`; one figure alone lies in the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def nice_ticks(low: float, high: float, *, at_most: int = 6, whole: bool = False) -> list[float]:
    """
    Return evenly spaced round figures that cover low..high: the first <= low, the last >= high.

    The step is 1, 2 or 5 times a power of ten, and at least 1 if `whole`. There are 2..`at_most` ticks, `at_most` >= 3.

    >>> nice_ticks(0, 428), nice_ticks(0, 0.3, at_most=4), nice_ticks(0, 2, whole=True)
    ([0.0, 100.0, 200.0, 300.0, 400.0, 500.0], [0.0, 0.1, 0.2, 0.3], [0.0, 1.0, 2.0])

    :raises ValueError: high < low, fewer than three ticks allowed, or a figure that is not finite
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high < low or at_most < 3:
        raise ValueError("ticks need finite figures, low <= high, and room for three")
    if high == low:
        high = low + 1 if low == 0 or whole else low + abs(low)
    exponent = math.floor(math.log10((high - low) / at_most)) - 1
    if whole:
        exponent = max(exponent, 0)
    while True:
        for factor in (1, 2, 5):
            step = factor * 10.0**exponent
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            if last - first < at_most:
                return [_plain(position * factor, exponent) for position in range(first, last + 1)]
        exponent += 1


def _plain(units: int, exponent: int) -> float:
    # Through integers: 3 * 0.1 would be 0.30000000000000004.
    return units * 10.0**exponent if exponent >= 0 else units / 10.0**-exponent


@dataclass(frozen=True, slots=True)
class DateTick:
    on: date
    text: str


def date_ticks(first: date, last: date, *, at_most: int = 6) -> list[DateTick]:
    """
    Return ticks at the beginnings of years or months within first..last, evenly spaced, at most `at_most` (>= 1).

    Years step by 1, 2, 5, 10, …; spans too short for two years step by 1, 2, 3 or 6 months, and the year stands with the
    first month and with each January. A span without any such beginning has no ticks.

    :raises ValueError: last < first
    """
    if last < first:
        raise ValueError("the last day comes before the first")
    years = [date(year, 1, 1) for year in range(first.year, last.year + 1) if date(year, 1, 1) >= first]
    months = _months(first, last)
    if len(years) <= 2 or len(months) <= at_most * 3:
        for step in _MONTH_STEPS:
            chosen = [month for month in months if (month.month - 1) % step == 0]
            if len(chosen) <= at_most:
                return _month_ticks(chosen)
    step, factors = 1, (2, 2.5, 2)
    for turn in range(20):
        chosen = [year for year in years if year.year % step == 0]
        if len(chosen) <= at_most:
            return [DateTick(year, str(year.year)) for year in chosen]
        step = int(step * factors[turn % 3])
    return []


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    starts = (date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count))
    return [start for start in starts if start >= first]


def _month_ticks(months: Sequence[date]) -> list[DateTick]:
    return [
        DateTick(
            month,
            f"{MONTHS[month.month - 1]} {month.year}" if n == 0 or month.month == 1 else MONTHS[month.month - 1],
        )
        for n, month in enumerate(months)
    ]

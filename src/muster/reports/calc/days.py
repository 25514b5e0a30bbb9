"""Days as whole numbers: 0 is 1 January 1970, so that arrays of them can be added and counted."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

_ZERO = date(1970, 1, 1).toordinal()
# No real day lies outside these: what is not known to have begun began before, what has no end ends after.
ALWAYS = date.min.toordinal() - _ZERO - 1
OPEN = date.max.toordinal() - _ZERO + 1


def number(day: date) -> int:
    """Return the number of a day."""
    return day.toordinal() - _ZERO


def day(number: int) -> date:
    """Return the day of a number; :raises ValueError: before the year 1 or after 9999."""
    return date.fromordinal(number + _ZERO)


def year_before(on: date) -> date:
    """Return the same day a year before; 28 February for 29 February."""
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return date(on.year - 1, 2, 28)


def months(first: date, last: date) -> Iterator[tuple[str, int, int]]:
    """Yield ("2024-09", its first day, its last day but at most `last`) for each month from that of `first` to that of `last`."""
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        begin = date(month // 12, month % 12 + 1, 1)
        length = monthrange(begin.year, begin.month)[1]
        yield f"{begin.year:04}-{begin.month:02}", number(begin), min(number(begin) + length - 1, number(last))


def months_back(on: date, count: int) -> date:
    """Return the first day of the month that lies `count` months before that of `on`."""
    month = on.year * 12 + on.month - 1 - count
    return date(month // 12, month % 12 + 1, 1)

"""How pages write dates, numbers and shares. Plain Python, so that a sentence reads the same in a page, a mail and a PDF."""

from datetime import date, datetime
from typing import TypeVar

from django.utils import timezone

from muster.core.dates import MONTHS, day_words, moment_words

Day = TypeVar("Day", date, datetime)


def _local(value: Day) -> Day:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(timezone.get_current_timezone())
    return value


def day(value: date | None) -> str:
    """Return "Tue 3 Nov 2026"; an aware moment is taken in the time zone of the site; nothing gives ''."""
    return "" if value is None else day_words(_local(value))


def moment(value: datetime | None) -> str:
    """Return "Tue 3 Nov 2026, 14:05"."""
    return "" if value is None else moment_words(_local(value))


def month(value: date | str | None) -> str:
    """Return "Nov 2026" for a date or for a key such as "2026-11"."""
    if not value:
        return ""
    if isinstance(value, str):
        year, number = value.split("-")[:2]
        return f"{MONTHS[int(number) - 1]} {int(year)}"
    value = _local(value)
    return f"{MONTHS[value.month - 1]} {value.year}"


def number(value: float | None, digits: int = 0, sign: bool = False) -> str:
    """Return "12,345" or, with `digits`, "6.1"; `sign` writes a plus before what is above nothing; None gives "–"."""
    if value is None:
        return "–"
    text = f"{value:{'+' if sign and value > 0 else ''},.{digits}f}"
    return text.replace("-", "−")


def share(value: float | None, digits: int = 0) -> str:
    """Return "15%" for 0.148; None gives "–"."""
    return "–" if value is None else f"{number(value * 100, digits)}%"


def plural(count: int, one: str, many: str = "") -> str:
    """Return "1 member", "3 members", "1,200 branches" (`many` where an s is not enough)."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def spelled(count: int) -> str:
    """Return "four" for 4 and "1,200" for 1200: words up to twelve, as a sentence would."""
    return SPELLED[count] if 0 <= count < len(SPELLED) else number(count)

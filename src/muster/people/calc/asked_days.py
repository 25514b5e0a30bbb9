"""Days a question asks for: `<60d` (within the last 60 days), `>6m` (longer ago), `2026-01-01..2026-03-31` (both included)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from muster.core.dates import day_words
from muster.people.calc.questions import WrongQuestion

EXPECTED = "such as <60d, >6m, 2026-01-31 or 2026-01-01..2026-03-31"
_PERIOD = re.compile(r"([0-9]{1,4})([dwmy])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


@dataclass(frozen=True, slots=True)
class Days:
    """
    Days from one on, up to another that is no longer among them.

    :ivar first: None where they have no beginning
    :ivar after: None where they have no end
    :ivar words: how a sentence says it: `over 6 months ago`
    """

    first: date | None
    after: date | None
    words: str


def read_days(sign: str, text: str, *, on: date, at: int = 0) -> Days:
    """
    Read the days of a condition.

    :param sign: ":" for a day or a range, "<" and ">" for a period back from `on`
    :raises WrongQuestion: it says no days, or a range that ends before it begins

    >>> read_days(">", "6m", on=date(2026, 8, 31)).after, read_days("<", "1w", on=date(2026, 8, 31)).first
    (datetime.date(2026, 2, 28), datetime.date(2026, 8, 24))
    """
    if sign == ":":
        return _range(text, at)
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise WrongQuestion(f"“{text}” is no period. Write it {EXPECTED}.", at)
    number, unit = int(found[1]), found[2]
    cut = _back(on, number, unit)
    words = f"{number:,} {_UNITS[unit]}{'' if number == 1 else 's'}"
    if sign == ">":
        return Days(None, cut, f"over {words} ago")
    return Days(cut, on + timedelta(days=1), f"within the last {words}")


def _back(on: date, number: int, unit: str) -> date:
    if unit in "dw":
        return on - timedelta(days=min(number * (7 if unit == "w" else 1), (on - date.min).days))
    months = on.year * 12 + on.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _range(text: str, at: int) -> Days:
    begin, dots, end = text.partition("..")
    first = _day(begin, at) if begin else None
    last = (_day(end, at) if end else None) if dots else first
    if first is None and last is None:
        raise WrongQuestion(f"“{text}” says no day. Write it {EXPECTED}.", at)
    if first and last and last < first:
        raise WrongQuestion(f"“{text}” ends before it begins.", at)
    after = last + timedelta(days=1) if last and last < date.max else None
    if first and last:
        words = f"on {day_words(first)}" if first == last else f"from {day_words(first)} to {day_words(last)}"
    else:
        words = f"on or after {day_words(first)}" if first else f"on or before {day_words(last)}" if last else ""
    return Days(first, after, words)


def _day(text: str, at: int) -> date:
    try:
        # Python would also take other ways to write a day.
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise WrongQuestion(f"“{text}” is no day. Write it {EXPECTED}.", at) from None

"""
Dates. What a date says by itself is read as it stands; the order of bare numbers is told from the whole column.

Orders: ``""`` (no order needed), ``day``, ``month``, ``year`` (which number comes first), ``mixed``, ``unclear``.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from muster.core.sheets.values.columns import BadValue, Parser
from muster.core.sheets.values.months import month_number

FIRST_YEAR, LAST_YEAR = 1800, 2200
_FIRST, _LAST = f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"
DAY, MONTH, YEAR, MIXED, UNCLEAR = "day", "month", "year", "mixed", "unclear"
ORDER_NAMES = {DAY: "day first", MONTH: "month first", YEAR: "year first"}
A_DATE = "a date such as 2024-09-30"
NOT_A_DATE = "This is not a date."

_TIME = re.compile(
    r"(?:[T\s]\s*|,\s*)(\d{1,2}):(\d\d)(?::(\d\d)(?:([.,]\d{1,6})\d*)?)?\s*([ap])?\.?(?:m\.?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\Z",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})\.?")
_NUMBERS = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4}|\d\d)\.?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
_BARE_YEAR = re.compile(r"(\d{4})(?:\.0)?")
_WORD = r"([^\W\d_]{3,})\.?"
_DAY_NAME = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s/-]*(?:de |of )?{_WORD},?[\s/-]*(?:del? |of )?(\d{{4}}|\d\d)\b"
)
_NAME_DAY = re.compile(rf"{_WORD}[\s-]+(\d{{1,2}})(?:st|nd|rd|th)?,?[\s-]+(\d{{4}}|\d\d)\b")
_NAME_YEAR = re.compile(rf"{_WORD}[\s/-]+(?:de )?(\d{{4}})")
_YEAR_NUMBER = re.compile(r"(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))")
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet programs, for days after February 1900


@dataclass(frozen=True, slots=True)
class Numbers:
    """Three numbers whose order the text does not say; `whole_year` if the last has four digits, `dotted` if dots part them."""

    first: int
    second: int
    third: int
    whole_year: bool
    dotted: bool

    def read(self, order: str, latest_year: int) -> date | None:
        """Read them in this order; None where no such day exists."""
        if order == YEAR:
            return None if self.whole_year else _day(whole_year(self.first, latest_year), self.second, self.third)
        year = self.third if self.whole_year else whole_year(self.third, latest_year)
        if order == DAY:
            return _day(year, self.second, self.first)
        return None if self.dotted else _day(year, self.first, self.second)


def whole_year(short: int, latest_year: int) -> int:
    """
    Return the last year that ends in these two digits and is not after `latest_year`.

    >>> whole_year(24, 2026), whole_year(80, 2026)
    (2024, 1980)
    """
    return latest_year - (latest_year - short) % 100


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def numbers_of(text: str) -> Numbers | None:
    """Return the numbers of a date that does not say its order, None for any other text."""
    text = text.strip()
    if len(text) > 10 and (time := _TIME.search(text)):
        text = text[: time.start()]
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    return Numbers(int(match[1]), int(match[3]), int(match[4]), len(match[4]) == 4, match[2] == ".")


def _self_telling(text: str, latest_year: int) -> date | None:
    """Read a date that says its order by itself."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _SERIAL.fullmatch(text):
        return _EPOCH + timedelta(days=int(match[1]))
    if match := _DAY_NAME.fullmatch(text):
        day, word, year = match[1], match[2], match[3]
    elif match := _NAME_DAY.fullmatch(text):
        day, word, year = match[2], match[1], match[3]
    else:
        return None
    month = month_number(word)
    return _day(int(year) if len(year) == 4 else whole_year(int(year), latest_year), month, int(day)) if month else None


def date_parser(order: str, latest_year: int, *, partial: bool = False, moment: bool = False) -> Parser:
    """
    Make a parser that returns ISO 8601.

    :param order: what `DateEvidence.decide` said of the column
    :param latest_year: two-digit years are read as the last such year up to this one
    :param partial: a year alone is taken, and a year with a month becomes the year alone
    :param moment: a time of day is kept, as in ``2024-09-30T10:30:00+02:00``, down to millionths of a second
    """

    def parse(text: str) -> str:
        if len(text) == 10 and text[4] == text[7] == "-" and (iso := _iso(text)):
            return iso
        text = text.strip()
        if not text:
            return ""
        time = _TIME.search(text)
        bare = text[: time.start()].strip() if time else text
        day = _self_telling(bare, latest_year)
        if day is None and (numbers := numbers_of(bare)):
            day = _read_numbers(numbers, order, latest_year)
        if day is not None:
            return f"{day.isoformat()}{_time_of(time)}" if moment and time else day.isoformat()
        if partial and (year := _lone_year(bare)):
            return year
        raise BadValue(NOT_A_DATE, "a date such as 1980-05-17, or a year" if partial else A_DATE)

    return parse


def _iso(text: str) -> str | None:
    """Return a text of the form 2024-09-30 itself if there is such a day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text if _FIRST <= text <= _LAST else None


def _read_numbers(numbers: Numbers, order: str, latest_year: int) -> date:
    if order in (DAY, MONTH, YEAR):
        if day := numbers.read(order, latest_year):
            return day
        raise BadValue(
            f"There is no such day if dates are read {ORDER_NAMES[order]}, as the rest of the column.", A_DATE
        )
    readings = {day for order in (DAY, MONTH) if (day := numbers.read(order, latest_year))}
    if order == "":
        if len(readings) == 1:
            return readings.pop()
        raise BadValue("The rows above have dates such as 2024-09-30; this one can be read in two ways.", A_DATE)
    if order == MIXED:
        raise BadValue("This column mixes dates of several orders, so that this one cannot be read for sure.", A_DATE)
    if len(readings) == 1:
        return readings.pop()
    raise BadValue("No row of this column says whether the day or the month comes first.", A_DATE)


def _lone_year(text: str) -> str | None:
    year, month = "", 1
    if match := _BARE_YEAR.fullmatch(text):
        year = match[1]
    elif match := _YEAR_NUMBER.fullmatch(text):
        year, month = match[1] or match[4], int(match[2] or match[3])
    elif match := _NAME_YEAR.fullmatch(text):
        year, month = match[2], month_number(match[1]) or 0
    return year if year and _day(int(year), month, 1) else None


def _time_of(match: re.Match[str]) -> str:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if half := match[5]:
        if not 1 <= hour <= 12:
            raise BadValue("There is no such time of day.", A_DATE)
        hour = hour % 12 + (12 if half in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise BadValue("There is no such time of day.", A_DATE)
    part = f".{match[4][1:]:0<6}" if match[4] and match[4].strip(".,0") else ""
    return f"T{hour:02}:{minute:02}:{second:02}{part}{_zone_of((match[6] or '').upper())}"


def _zone_of(text: str) -> str:
    if text[:1] not in ("+", "-"):
        return "Z" if text else ""
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise BadValue("There is no such time zone.", A_DATE)
    return f"{text[0]}{hours:02}:{minutes:02}" if hours or minutes else "Z"

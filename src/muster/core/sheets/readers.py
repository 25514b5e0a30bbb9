"""How the cells of each field are read: one parser per column, kept for the whole table."""

from collections.abc import Callable, Mapping

from muster.core.sheets.fields import (
    COUNTRY,
    DATES,
    EMAIL,
    FLAG,
    LATITUDE,
    LINES,
    LONGITUDE,
    MOMENT,
    NUMBER,
    PARTIAL,
    STANDING,
    TAGS,
    Column,
)
from muster.core.sheets.values.columns import BadValue, ColumnParser, Parser
from muster.core.sheets.values.contacts import parse_email, plain_emails
from muster.core.sheets.values.dates import date_parser
from muster.core.sheets.values.flags import parse_flag, parse_tags, text_parser
from muster.core.sheets.values.numbers import parse_number
from muster.core.sheets.values.places import degree_parser, parse_country
from muster.core.sheets.values.standings import parse_standing, parse_status

# Nobody who joins is younger; so 16 in a birth date is 1916 when this year is 2025.
YOUNGEST = 10
# Memberships run out, goals and next steps are due in the years to come.
AHEAD = 10
_AHEAD_FIELDS = frozenset({"expires_on", "due_on", "to", "left_on", "next_on"})

_PARSERS: Mapping[str, Parser] = {
    FLAG: parse_flag, COUNTRY: parse_country, NUMBER: parse_number, LATITUDE: degree_parser(90), LONGITUDE: degree_parser(180),
}  # fmt: skip


def reader_of(field: str, column: Column, *, kind: str, this_year: int, order: str) -> ColumnParser:
    """
    Make the parser of a column.

    :param this_year: what two-digit years are read against
    :param order: order of the dates, where it holds dates
    """
    if column.holds in DATES:
        latest = this_year + (AHEAD if field in _AHEAD_FIELDS else -YOUNGEST if field == "birth_date" else 0)
        partial, moment = column.holds == PARTIAL, column.holds == MOMENT
        return ColumnParser(date_parser(order, latest, partial=partial, moment=moment))
    if column.holds == EMAIL:
        return ColumnParser(parse_email, plain_emails)
    if column.holds == STANDING:
        return ColumnParser(parse_standing if kind == "standings" else parse_status)
    if column.holds == TAGS:
        return ColumnParser(_no_longer(parse_tags, column.longest))
    if column.holds in _PARSERS:
        return ColumnParser(_PARSERS[column.holds])
    return ColumnParser(*text_parser(column.longest, lines=column.holds == LINES))


def _no_longer(parser: Callable[[str], str], longest: int) -> Parser:
    def parse(text: str) -> str:
        value = parser(text)
        if len(value) > longest:
            raise BadValue(f"This text has {len(value):,} letters; there is room for {longest:,}.")
        return value

    return parse

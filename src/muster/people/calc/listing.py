"""What a list of people shows: which, and in which order; plain data, read from an address and written to one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from muster.people.calc import questions

CURRENT = ("member", "applicant", "contact")
STANDINGS = (*CURRENT, "former", "everyone")
SORTS = ("name", "-name", "joined", "-joined", "city", "-city")
# What a row may show beside the name; `ref` is the own id, which only files show unasked.
COLUMNS = ("ref", "standing", "joined", "unit", "city", "tags")
SHOWN_COLUMNS = COLUMNS[1:]
PAGE_SIZE = 50
COUNTED_UP_TO = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """
    Which people a list shows; every empty field narrows nothing.

    :ivar ask: a question (`calc.questions`), whether or not it can be understood; with one, order and columns alone go with it
    :ivar standing: one of `STANDINGS`; `former`: a member once, not now
    :ivar text: words or parts of words of the name
    :ivar joined_from: first day of the standing on or after which it began (former and everyone: of a membership)
    :ivar joined_to: day before which it began
    :ivar at_large: only those who are in no open branch or group
    :ivar columns: some of `COLUMNS`, in their order
    """

    ask: str = ""
    standing: str = "member"
    text: str = ""
    tag: str = ""
    qualification: str = ""
    city: str = ""
    region: str = ""
    joined_from: date | None = None
    joined_to: date | None = None
    at_large: bool = False
    sort: str = "name"
    columns: tuple[str, ...] = SHOWN_COLUMNS

    @property
    def narrows(self) -> bool:
        """Say whether anything but the standing, the order and the columns was chosen."""
        return self.as_query().keys() - {"standing", "sort", "columns"} != set()

    @property
    def is_selective(self) -> bool:
        """Say whether a filter leaves few enough people to collect them all and sort them then."""
        return bool(self.text or self.tag or self.qualification or self.city)

    @property
    def column(self) -> str:
        """What it is sorted by: name, joined or city."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def sorted_by(self, column: str) -> "Filters":
        """Return the same list by that column; the other way round where it is sorted by it already."""
        turned = column == self.column and not self.descending
        return replace(self, sort=f"-{column}" if turned else column)

    def as_query(self) -> dict[str, str]:
        """Return what differs from the default, for an address."""
        told: dict[str, str] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            # With a question the standing is part of it.
            if value != item.default and not (self.ask and item.name == "standing"):
                told[item.name] = _written(value)
        return told

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Filters":
        """Read an address; what is unknown there or cannot be read narrows nothing."""
        text = {name: _plain(query.get(name, "")) for name in ("text", "tag", "qualification", "city", "region")}
        standing = query.get("standing", "")
        standing = standing if standing in STANDINGS else "member"
        sort = query.get("sort", "")
        if ask := _plain(query.get("ask", ""), questions.LONGEST + 1):
            sort = sort if sort in SORTS and "joined" not in sort else "name"
            return cls(ask=ask, standing="everyone", columns=_columns(query), sort=sort)
        # Only a current standing has one day it began on.
        by_day = sort in ("joined", "-joined") and standing not in CURRENT
        return cls(
            **text,
            standing=standing,
            joined_from=_day(query.get("joined_from", "")),
            joined_to=_day(query.get("joined_to", "")),
            at_large=bool(query.get("at_large")),
            columns=_columns(query),
            sort=sort if sort in SORTS and not by_day else "name",
        )


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a page of a list begins.

    :ivar row_id: the person before it, or after it where `back`; None for the first page
    """

    row_id: int | None = None
    back: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Place":
        """Read `after=ID` or `before=ID`; addresses hold ids, never names."""
        for name, back in (("after", False), ("before", True)):
            text = query.get(name, "")
            if text.isdecimal() and len(text) < 18:
                return cls(int(text), back)
        return cls()


def _plain(text: str, longest: int = 200) -> str:
    return " ".join(text.replace("\x00", "").split())[:longest]


def _written(value: str | bool | date | tuple[str, ...]) -> str:
    match value:
        case bool():
            return "1"
        case date():
            return value.isoformat()
        case tuple():
            return ".".join(value)
    return value


def _columns(query: Mapping[str, str]) -> tuple[str, ...]:
    """Read `columns=unit.city`, or `columns=unit&columns=city` as a form sends it."""
    several = getattr(query, "getlist", None)
    texts = several("columns") if several else [query.get("columns", "")]
    wanted = {name for text in texts for name in text.split(".")}
    return tuple(name for name in COLUMNS if name in wanted) or SHOWN_COLUMNS


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

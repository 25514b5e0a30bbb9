"""A sheet of people: whole names, addresses, birth dates and memberships as the exchange folder has them."""

from collections.abc import Sequence
from functools import lru_cache

from muster.core.sheets.fields import TABLES
from muster.core.sheets.values.addresses import split_address, with_house
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.dates import date_parser
from muster.core.sheets.values.months import month_number
from muster.core.sheets.values.names import Name, split_name
from muster.core.sheets.values.standings import CONTACT, FORMER, MEMBER

Columns = dict[str, list[str]]
# Field of the sheet, position in the column, what stood there, what is wrong.
Bad = tuple[str, int, str, BadValue]

_split_name = lru_cache(maxsize=100_000)(split_name)
_NO_NAME = Name()


def put_together(found: Columns, count: int, country: str) -> tuple[dict[str, Columns], list[Bad]]:
    """
    Make the tables of the exchange folder out of the fields of a sheet of people.

    :param found: field → values that were read, shape ``(count,)``
    :param country: where addresses lie that do not say so
    :returns: kind → column → values, shape ``(count,)``, and what is wrong with values that need each other
    """
    bad: list[Bad] = []
    people = {name: values for name, values in found.items() if name in TABLES["people"] or name == "phone_e164"}
    people |= _names(found, count)
    people |= _address(found, people, count, country)
    people |= _birth(found, count, bad)
    for kind in ("email", "phone"):
        if (refused := found.get(f"{kind}_opt_out")) is not None:
            agreed = found.get(f"{kind}_opt_in", [""] * count)
            people[f"{kind}_opt_in"] = [_OPPOSITE[no] or yes for no, yes in zip(refused, agreed, strict=True)]
    tables = {"people": people}
    tables |= _standings(found, count, bad)
    tables |= _units(found, count, tables.get("standings"))
    return tables, bad


_OPPOSITE = {"yes": "no", "no": "", "": ""}


def _joined(one: Sequence[str], other: Sequence[str], sign: str) -> list[str]:
    return [f"{a}{sign}{b}" if a and b else a or b for a, b in zip(one, other, strict=True)]


def _names(found: Columns, count: int) -> Columns:
    """Middle names join the given names and a suffix the family name, so that none is lost."""
    blank = [""] * count
    names: Columns = {}
    given, family = found.get("given_name"), found.get("family_name")
    if (middle := found.get("middle_name")) is not None:
        given = _joined(given or blank, middle, " ")
    if (suffix := found.get("name_suffix")) is not None:
        family = _joined(family or blank, suffix, " ")
    if (full := found.get("full_name")) is not None:
        given, family = list(given or blank), list(family or blank)
        for place, text in enumerate(full):
            if text and not given[place] and not family[place]:
                name = _split_name(text)
                given[place], family[place] = name.given_names, f"{name.family} {name.suffix}".strip()
    if given is not None:
        names["given_name"] = given
    if family is not None:
        names["family_name"] = family
    return names


def _address(found: Columns, people: Columns, count: int, country: str) -> Columns:
    blank = [""] * count
    parts: Columns = {}
    countries = found.get("country", blank)
    if (house := found.get("house_number")) is not None:
        streets = zip(found.get("street", blank), house, countries, strict=True)
        parts["street"] = [with_house(street, number, of or country) for street, number, of in streets]
    if (second := found.get("street2")) is not None:
        parts["street"] = _joined(parts.get("street", found.get("street", blank)), second, ", ")
    if (ending := found.get("postcode_suffix")) is not None:
        parts["postcode"] = _joined(found.get("postcode", blank), ending, "-")
    if (whole := found.get("address")) is not None:
        split = [split_address(text, of or country) for text, of in zip(whole, countries, strict=True)]
        for name in ("street", "city", "region", "postcode", "country"):
            own = parts.get(name, people.get(name, blank))
            parts[name] = [a or getattr(address, name) for a, address in zip(own, split, strict=True)]
    return parts


def _birth(found: Columns, count: int, bad: list[Bad]) -> Columns:
    """Put a birth date together; without month and day it is the year alone."""
    years = found.get("birth_year")
    if years is None:
        return {}
    blank = [""] * count
    whole = found.get("birth_date", blank)
    months, days = found.get("birth_month", blank), found.get("birth_day", blank)
    dates = []
    for place, (text, year, month, day) in enumerate(zip(whole, years, months, days, strict=True)):
        date = text
        if not text and year:
            try:
                date = _birth_date(year, month, day)
            except BadValue as problem:
                bad.append(("birth_year", place, " ".join(filter(None, (year, month, day))), problem))
        dates.append(date)
    return {"birth_date": dates}


@lru_cache(maxsize=50_000)
def _birth_date(year: str, month: str, day: str) -> str:
    year, month, day = (text.removesuffix(".0") for text in (year, month, day))
    if month and not month.isdecimal():
        month = str(month_number(month) or month)
    text = f"{year}-{month}-{day}" if month and day else year
    return date_parser("", 0, partial=True)(text)


def _standings(found: Columns, count: int, bad: list[Bad]) -> dict[str, Columns]:
    """
    Make spells: a former member's ends on the day they left or their membership ran out.

    Where that day is unknown, what remains is a contact, with the reason.
    """
    if "standing" not in found and "joined_on" not in found:
        return {}
    blank = [""] * count
    statuses = found["standing"] if "standing" in found else [MEMBER if day else "" for day in found["joined_on"]]
    joined, left, expires = (found.get(name, blank) for name in ("joined_on", "left_on", "expires_on"))
    table: Columns = {"standing": [], "from": [], "to": [], "reason": []}
    for place, (status, begin, end, runs_out) in enumerate(zip(statuses, joined, left, expires, strict=True)):
        standing, reason = status, ""
        if status == FORMER:
            standing, reason, end = MEMBER, "lapsed", end or runs_out
            if not end:
                standing, begin = CONTACT, ""
                no_end = BadValue(
                    "The day on which this membership ended is not known; the person is kept as a contact."
                )
                bad.append(("standing" if "standing" in found else "joined_on", place, status, no_end))
        for name, value in zip(table, (standing, begin, end if standing == MEMBER else "", reason), strict=True):
            table[name].append(value)
    return {"standings": table}


def _units(found: Columns, count: int, standings: Columns | None) -> dict[str, Columns]:
    """Placements last as long as the membership; an office and a qualification have no days in a sheet."""
    tables: dict[str, Columns] = {}
    blank = [""] * count
    units = found.get("unit", found.get("unit_name"))
    if units is not None:
        table = {"unit": units}
        for name, source in (("name", "unit_name"), ("kind", "unit_kind"), ("parent", "parent_unit")):
            if source in found:
                table[name] = found[source]
        tables["units"] = table
        spell = (
            standings
            if standings is not None
            else {"from": found.get("joined_on", blank), "to": found.get("left_on", blank)}
        )
        tables["placements"] = {
            "unit": units, "from": spell["from"], "to": spell["to"], "primary": ["yes" if unit else "" for unit in units],
        }  # fmt: skip
    if "role" in found:
        tables["roles"] = {"unit": blank if units is None else units, "role": found["role"]}
    if "qualification" in found:
        tables["qualifications"] = {"qualification": found["qualification"]}
    return tables

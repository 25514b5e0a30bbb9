"""An address in one cell, taken apart."""

import re
from dataclasses import dataclass

from muster.core.places.regions import REGIONS
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.places import parse_country, region_code

# In these countries the number of the house stands before the street.
NUMBER_FIRST = frozenset({"US", "CA", "GB", "IE", "AU", "NZ", "FR", "LU"})

_CODE_THEN_CITY = re.compile(r"(?:[A-Z]{1,2}[- ])?(\d{4,5}|\d{3} \d{2})\s+(\D.*)")
_REGION_THEN_ZIP = re.compile(r"(\D*?)\s*(\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)")
_BRITISH_CODE = re.compile(r"(.*?)\s*\b([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of one address; '' where there is none."""

    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


def split_address(text: str, country: str) -> Address:
    """
    Take an address apart; what is not understood stays in the street, so that nothing is lost.

    :param country: where it lies if it does not say so, ISO 3166-1 alpha-2

    >>> split_address("12 Main St, Apt 3, Portland, OR 97201", "US")
    Address(street='12 Main St, Apt 3', city='Portland', region='OR', postcode='97201', country='')
    >>> split_address("Lindenweg 5, 10115 Berlin, Deutschland", "US")
    Address(street='Lindenweg 5', city='Berlin', region='', postcode='10115', country='DE')
    """
    parts = [part for line in text.splitlines() for piece in line.split(",") if (part := " ".join(piece.split()))]
    named = ""
    if len(parts) > 2:
        try:
            named = parse_country(parts[-1]) if parts[-1].upper() not in REGIONS.get(country, {}) else ""
        except BadValue:
            named = ""
        parts = parts[:-1] if named else parts
    if not parts:
        return Address()
    found = _tail(parts, named or country)
    if found is None:
        return Address(street=", ".join(parts), country=named)
    street, city, region, postcode = found
    return Address(", ".join(street), city, region, postcode, named)


def _tail(parts: list[str], country: str) -> tuple[list[str], str, str, str] | None:
    """Return street, city, region and postcode by what the last part looks like, None if it looks like nothing known."""
    last = parts[-1]
    if match := _CODE_THEN_CITY.fullmatch(last):
        return parts[:-1], match[2], "", match[1]
    regions = REGIONS.get(country, {})
    if match := _REGION_THEN_ZIP.fullmatch(last):
        before = match[1]
        if region_code(before, country) in regions and len(parts) > 1:
            return parts[:-2], parts[-2], region_code(before, country), match[2]
        city, _, state = before.rpartition(" ")
        if city and region_code(state, country) in regions:
            return parts[:-1], city, region_code(state, country), match[2]
        if not before and len(parts) > 2 and region_code(parts[-2], country) in regions:
            return parts[:-3], parts[-3], region_code(parts[-2], country), match[2]
        return None
    if country in ("GB", "IE") and (match := _BRITISH_CODE.fullmatch(last)):
        if match[1]:
            return parts[:-1], match[1], "", match[2]
        return (parts[:-2], parts[-2], "", match[2]) if len(parts) > 1 else None
    if len(parts) > 1 and region_code(last, country) in regions:
        return parts[:-2], parts[-2], region_code(last, country), ""
    return None


def with_house(street: str, house: str, country: str) -> str:
    """
    Join street and number as the country writes them.

    >>> with_house("Lindenweg", "5a", "DE"), with_house("Main St", "12", "US")
    ('Lindenweg 5a', '12 Main St')
    """
    parts = (house, street) if country in NUMBER_FIRST else (street, house)
    return " ".join(part for part in parts if part)

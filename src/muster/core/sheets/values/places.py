"""Countries, regions and coordinates."""

import csv
import re
from functools import lru_cache
from importlib import resources

from muster.core.places.regions import REGIONS
from muster.core.sheets.values.columns import BadValue, Parser
from muster.core.sheets.values.names import bare_key

_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the key of each name and code → ISO 3166-1 alpha-2."""
    text = resources.files("muster.core.sheets.values").joinpath("countries.csv").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for name in (row["code"], row["alpha3"], *row["names"].split("|")):
            found.setdefault(bare_key(name), row["code"])
    return found


def parse_country(text: str) -> str:
    """
    Return ISO 3166-1 alpha-2 for a code or a name; common names in English, German, French, Spanish and Swedish are known.

    :raises BadValue: no such country

    >>> [parse_country(text) for text in ("us", "GBR", "Schweden", "États-Unis", "Espagne", "")]
    ['US', 'GB', 'SE', 'US', 'ES', '']
    """
    if not text.strip():
        return ""
    code = _countries().get(bare_key(text))
    if code is None:
        raise BadValue("This country is not known.", "a country's name or its code of two letters, such as US")
    return code


def country_name(code: str) -> str:
    """
    Return what a country is called in English, the code itself where it is not known.

    >>> country_name("DE"), country_name("ZZ")
    ('Germany', 'ZZ')
    """
    return _country_names().get(code, code)


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    text = resources.files("muster.core.sheets.values").joinpath("countries.csv").read_text(encoding="utf-8")
    return {row["code"]: row["names"].split("|")[0] for row in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=50)
def _regions(country: str) -> dict[str, str]:
    return {bare_key(name): code for code, (name, _) in REGIONS.get(country, {}).items()}


def region_code(text: str, country: str) -> str:
    """
    Return the code of a state or province written out, for countries where codes are the custom; else the text itself.

    >>> region_code("oregon", "US"), region_code("Or", "US"), region_code("Bayern", "DE")
    ('OR', 'OR', 'Bayern')
    """
    upper = text.upper()
    if upper in REGIONS.get(country, {}):
        return upper
    return _regions(country).get(bare_key(text), text)


def degree_parser(limit: int) -> Parser:
    """Make a parser for degrees from -limit to limit, with a point or a comma."""

    def parse(text: str) -> str:
        text = text.strip()
        if not text:
            return ""
        if _NUMBER.fullmatch(text) and abs(float(text.replace(",", "."))) <= limit:
            return text.replace(",", ".").removeprefix("+")
        raise BadValue(f"This is no number of degrees from -{limit} to {limit}.", "a number such as 45.523")

    return parse

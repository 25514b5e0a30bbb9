"""Post codes as people write them, made comparable: the same for what is looked up and for what is uploaded."""

import re
import unicodedata

LONGEST_CODE = 10
# Digits of post codes that may begin with 0, which spreadsheet programs drop.
_ZERO_FILLED = {
    "US": 5, "PR": 5, "DE": 5, "FR": 5, "ES": 5, "IT": 5, "SE": 5, "FI": 5, "MX": 5, "NO": 4, "AU": 4, "PL": 5, "NZ": 4, "ZA": 4,
    "LT": 5, "SK": 5, "UA": 5, "TR": 5, "RO": 6, "JP": 7, "KR": 5, "CN": 6, "CO": 6, "PE": 5, "EC": 6, "GT": 5, "MY": 5,
}  # fmt: skip
_ZIP_PLUS_4 = re.compile(r"(\d{3,5})[- ](\d{4})")
_NINE_DIGITS = re.compile(r"([0-9]{5})[0-9]{4}")
_NO_SIGN_OF_A_CODE = re.compile(r"[^0-9A-Z]+")
# What stands before a post code on letters from abroad, where it is not the country's two letters.
_BEFORE = {"DE": "D", "AT": "A", "FR": "F", "SE": "S", "LU": "L", "ES": "E", "IT": "I", "BE": "B", "NO": "N"}
_DIGITS_BEHIND_LETTERS = re.compile(r"([A-Z]{1,2})[- ]?(?=[0-9])([0-9 -]+)")
_BRITISH = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}")
_BRITISH_CODES = frozenset({"GB", "IM", "JE", "GG"})
# Length of a whole code, and of its part that names the district.
_DISTRICTS = {"CA": (6, 3), "IE": (7, 3), "MT": (7, 3), "NL": (6, 4), "PT": (7, 4)}


def postcode(text: str, country: str) -> str:
    """
    Return a postcode, with the zeros at its start that a spreadsheet program took for a number's.

    >>> postcode("2139", "US"), postcode("501-0001", "US"), postcode("1067.0", "DE"), postcode("1010", "AT")
    ('02139', '00501-0001', '01067', '1010')
    """
    text = text.removesuffix(".0")
    length = _ZERO_FILLED.get(country)
    if length is None:
        return text
    if 2 < len(text) < length and text.isdecimal():
        return text.zfill(length)
    if country in ("US", "PR") and (match := _ZIP_PLUS_4.fullmatch(text)):
        return f"{match[1].zfill(5)}-{match[2]}"
    return text


def code_key(text: str, country: str) -> str:
    """
    Return what a post code is found by: capitals and digits alone, with the zeros at its start; '' of what holds none.

    :param country: ISO 3166-1 alpha-2

    >>> code_key(" sw1a 1aa", "GB"), code_key("K1A-0B1", "CA"), code_key("2139", "US"), code_key("90012-1234", "US")
    ('SW1A1AA', 'K1A0B1', '02139', '90012')
    >>> code_key("D-1067", "DE"), code_key("111 22", "SE"), code_key("SE-111 22", "SE"), code_key("00-001", "PL")
    ('01067', '11122', '11122', '00001')
    """
    if len(text) == 5 == _ZERO_FILLED.get(country, 5) and text.isdecimal() and text.isascii():
        return text
    text = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().upper()
    if country not in _BRITISH_CODES and text.startswith((country, _BEFORE.get(country, country))):
        behind = _DIGITS_BEHIND_LETTERS.fullmatch(text)
        text = behind[2] if behind and behind[1] in (country, _BEFORE.get(country)) else text
    if country not in _ZERO_FILLED:
        return _NO_SIGN_OF_A_CODE.sub("", text.removesuffix(".0"))
    key = postcode(_NO_SIGN_OF_A_CODE.sub("", postcode(text, country)), country)
    nine = _NINE_DIGITS.fullmatch(key) if country in ("US", "PR") else None
    return nine[1] if nine else key


def district(key: str, country: str) -> str:
    """
    Return the part of a whole post code that names its district, for countries where it stands alone too; else ''.

    >>> district("SW1A1AA", "GB"), district("K1A0B1", "CA"), district("1011AB", "NL"), district("SW1A", "GB")
    ('SW1A', 'K1A', '1011', '')
    """
    if country in _BRITISH_CODES:
        return key[:-3] if _BRITISH.fullmatch(key) else ""
    whole, part = _DISTRICTS.get(country, (0, 0))
    return key[:part] if whole and len(key) == whole else ""

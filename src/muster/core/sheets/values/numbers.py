"""Plain numbers."""

import re

from muster.core.sheets.values.columns import BadValue

LONGEST = 40
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[, '’\u00a0\u202f]\d{3})+(?:\.\d+)?|[+-]?\d{1,3}(?:[. ]\d{3})+(?:,\d+)?")


def parse_number(text: str) -> str:
    """
    Return a number with a point before its decimals, thousands not parted; a comma alone counts as the point.

    :raises BadValue: it is none

    >>> [parse_number(text) for text in ("12", "1,200", "1.200,50", "0,25", "5.0")]
    ['12', '1200', '1200.50', '0.25', '5']
    """
    text = text.strip()
    if not text:
        return ""
    plain = text
    if not _PLAIN.fullmatch(text):
        if _GROUPED.fullmatch(text):
            comma_decimal = text.rfind(",") > text.rfind(".") >= 0
            plain = re.sub(r"[. ]", "", text).replace(",", ".") if comma_decimal else re.sub(r"[^\d.+-]", "", text)
        else:
            plain = text.replace(",", ".")
    if not _PLAIN.fullmatch(plain) or len(plain) > LONGEST:
        raise BadValue("This is not a number.", "a number such as 12 or 0.5")
    return plain.removesuffix(".0").removeprefix("+")

"""What the cells of a column look like, whatever its header says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from muster.core.sheets.problems import shown

# Longer cells are none of these; the patterns would take for ever to find that out.
_LONGEST = 100
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+\d[\d ().-]{7,}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|0\d[\d ()/.-]{6,}")
_LOOSE_PHONE = re.compile(r"\+?[\d ()/.-]{6,}(?:\s*(?:x|ext).*)?", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}.*|\d{4,5}(?:\.0)?|\d{8}|.*[A-Za-zé]{3,}.*\d{4}.*"
)
_NUMBER = re.compile(r"\d{1,4}(?:\.0)?")
# Fields that cannot hold e-mail addresses or phone numbers, whatever the header says.
_OTHERS = "given_name family_name full_name street city region country postcode gender birth_date email phone"
HOLD_NO_CONTACT = frozenset(_OTHERS.split())
_DATE_FIELDS = frozenset({"birth_date", "joined_on", "left_on", "expires_on"})


@dataclass(frozen=True, slots=True)
class Content:
    """
    :ivar field: the field that such cells are surely for, '' if they say nothing
    :ivar name: what the user reads for it
    :ivar share: share of the filled cells that look like it
    :ivar filled: how many cells are filled
    :ivar samples: up to three values that differ
    """

    field: str
    name: str
    share: float
    filled: int
    samples: tuple[str, ...]
    looks: dict[str, float]

    def fits(self, field: str) -> bool:
        """Say whether most filled cells may be values of this field."""
        if not self.filled:
            return True
        if field in ("email", "phone"):
            return self.looks["email" if field == "email" else "loose phone"] >= 0.5
        if field in _DATE_FIELDS:
            return self.looks["date"] >= 0.5
        if field in ("birth_year", "birth_day"):
            return self.looks["number"] >= 0.5
        return True


def look_at(cells: Sequence[str]) -> Content:
    """Look at the first cells of a column."""
    filled = [text for cell in cells if (text := cell.strip())]
    samples = tuple(shown(text) for text in list(dict.fromkeys(filled))[:3])
    if not filled:
        return Content("", "", 0.0, 0, (), {})
    patterns = {"email": _EMAIL, "phone": _PHONE, "loose phone": _LOOSE_PHONE, "date": _DATE, "number": _NUMBER}
    looks = {
        name: sum(1 for text in filled if len(text) <= _LONGEST and pattern.fullmatch(text)) / len(filled)
        for name, pattern in patterns.items()
    }
    for field, name in (("email", "e-mail addresses"), ("phone", "phone numbers")):
        dates_too = field == "phone" and looks["date"] > 0.5
        if looks[field] >= 0.8 and not dates_too:
            return Content(field, name, looks[field], len(filled), samples, looks)
    return Content("", "", 0.0, len(filled), samples, looks)

"""What several pages of contacts need."""

from django.http import QueryDict


def number(typed: QueryDict, name: str) -> int | None:
    """Return a number of an address, None where it is none."""
    text = typed.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None

"""Merge fields: places in a letter where something of its reader stands, such as {given_name} or {given_name|friend}."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from muster.core.errors import DomainError

# Field → what it is, in the order in which the page tells of them.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "given_name": "what they are called",
        "name": "their whole name",
        "unit": "where they belong",
        "city": "their city",
        "sender": "the unit that writes",
    }
)
_SIGNS = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|\{")


class WrongField(DomainError):
    """A letter names a field that does not exist, or a brace is left open."""


@dataclass(frozen=True, slots=True)
class Field:
    """:ivar fallback: what stands there where nothing is known"""

    name: str
    fallback: str = ""

    def value(self, values: Mapping[str, str]) -> str:
        return values.get(self.name) or self.fallback


Part = str | Field


def read(text: str, *, where: str) -> list[Part]:
    """
    Return the parts of a text, words and fields in turn; two braces `{{` mean one.

    :param where: the field of the form the text was typed into, for the error
    :raises WrongField: there is no such field, or a brace is left open; it says in which line

    >>> read("Dear {given_name|friend},", where="body")
    ['Dear ', Field(name='given_name', fallback='friend'), ',']
    """
    parts: list[Part] = []
    at = 0
    for found in _SIGNS.finditer(text):
        parts.append(text[at : found.start()])
        at = found.end()
        if found[0] in ("{{", "}}"):
            parts.append(found[0][0])
        else:
            parts.append(_field(found, text, where))
    parts.append(text[at:])
    return [part for part in parts if part != ""]


def filled(parts: Sequence[Part], values: Mapping[str, str]) -> str:
    """Return the text as one reader reads it."""
    return "".join(part if isinstance(part, str) else part.value(values) for part in parts)


def _field(found: "re.Match[str]", text: str, where: str) -> Field:
    line = text.count("\n", 0, found.start()) + 1
    if found[1] is None:
        raise WrongField(f"Line {line}: a brace is left open. Write two, {{{{, where one is meant.", field=where)
    name, _, fallback = (part.strip() for part in found[1].partition("|"))
    if name in FIELDS:
        return Field(name, fallback)
    near = difflib.get_close_matches(name, FIELDS, n=1)
    known = f"Did you mean {{{near[0]}}}?" if near else f"There are {', '.join(f'{{{each}}}' for each in FIELDS)}."
    raise WrongField(f"Line {line}: there is no field {{{name}}}. {known}", field=where)

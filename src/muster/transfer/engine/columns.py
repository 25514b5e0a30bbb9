"""A column of the exchange folder, and where its cells go."""

from dataclasses import dataclass
from typing import Literal

Type = Literal[
    "text",
    "date",
    "flag",
    "number",
    "moment",
    "choice",
    "count",
    "cents",
    "sealed",
    "stage",
    "scale",
    "account",
    "case",
    "unit_kind",
]
# What a cell names and its column of the main table refers to by a number; looked up once for all rows.
NAMING = frozenset({"stage", "scale", "account", "case"})
# `from`, `to` and the like are words of SQL.
_STAGED = {"from": "from_on", "to": "to_on", "primary": "is_primary", "by": "by_whom", "at": "at_moment"}


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of the exchange folder.

    :ivar name: as it stands in the file
    :ivar target: the column of the main table, empty where it is a reference that is looked up
    :ivar required: an empty cell rejects the row
    :ivar expected: what a good cell holds, for messages
    :ivar blank: what stands in the main table where the cell is empty
    """

    name: str
    target: str
    type: Type = "text"
    required: bool = False
    expected: str = ""
    blank: str = ""

    @property
    def staged(self) -> str:
        return _STAGED.get(self.name, self.name)

    @property
    def found(self) -> str:
        """Return the column beside a staged row that holds the number of what it names."""
        return f"{self.staged}_id"


def plain(*names: str) -> tuple[Column, ...]:
    """Return columns of text that are called alike in the file and in the main table."""
    return tuple(Column(name, name) for name in names)

"""The files whose rows are of one unit each, and are known by it and a day or two: goals, kinds of earlier days, meetings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from muster.transfer.engine.columns import Column

UNIT = Column("unit", "", required=True, expected="the unit's id")
# What a new row holds that no cell says.
NOW, ZERO = "now", "zero"


@dataclass(frozen=True, slots=True)
class UnitRows:
    """
    A table of rows of units.

    :ivar key: columns that, with the unit, say which row it is
    :ivar changing: columns that a later import may change
    :ivar begins: column of the main table → what stands there in a new row whose cell is empty, or that has none
    :ivar needs: permissions, beside that to import, without which nothing of it comes in
    :ivar seen_with: the permission with which it goes out
    :ivar past: a column of a day that cannot be one to come
    """

    kind: str
    table: str
    key: tuple[Column, ...]
    changing: tuple[Column, ...]
    seen_with: str
    needs: tuple[str, ...] = ()
    past: str = ""
    begins: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[Column, ...]:
        return (UNIT, *self.key, *self.changing)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


_DAY = "a day such as 2024-05-31"
UNIT_ROWS: Mapping[str, UnitRows] = MappingProxyType(
    {
        rows.kind: rows
        for rows in (
            UnitRows(
                "goals",
                "planning_goal",
                (
                    Column("measure", "measure", required=True, expected="what is counted, such as members"),
                    Column("start_on", "start_on", "date", required=True, expected=_DAY),
                    Column("due_on", "due_on", "date", required=True, expected=_DAY),
                ),
                (
                    Column("start_value", "start_value", "number"),
                    Column("target", "target", "number", required=True, expected="a number"),
                ),
                seen_with="planning.view",
                needs=("planning.view", "planning.edit"),
                begins={"start_value": ZERO},
            ),
            UnitRows(
                "unit_kinds",
                "units_formerkind",
                (
                    Column(
                        "until",
                        "until_on",
                        "date",
                        required=True,
                        expected="the first day it was of that kind no longer",
                    ),
                ),
                (Column("kind", "kind_id", "unit_kind", required=True, expected="the kind it was before"),),
                seen_with="units.view",
                needs=("units.view", "units.edit"),
                past="until",
            ),
            UnitRows(
                "meetings",
                "contacts_unitmeeting",
                (Column("held_on", "held_on", "date", required=True, expected=_DAY),),
                (Column("people", "people_count", "count", required=True, expected="how many came, from 1"),),
                seen_with="contacts.view",
                needs=("contacts.view", "contacts.work"),
                past="held_on",
                begins={"noted_at": NOW},
            ),
        )
    }
)

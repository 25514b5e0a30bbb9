"""The tables of the exchange folder as queries over the main tables, each cell as it stands in the file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from muster.core.sheets.formulas import escape_formula
from muster.people import private
from muster.transfer.engine import contact_files
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine.columns import Column
from muster.transfer.engine.compare import flag_text
from muster.transfer.engine.contact_kinds import CONTACTS, ContactKind
from muster.transfer.engine.tables import COLUMNS, KINDS, PART_OF, PEOPLE_PRIVATE, REPEATS, SPELLS
from muster.transfer.engine.unit_kinds import UNIT_ROWS, UnitRows

CONTACT = ("email", "phone")
PRIVATE = tuple(column.name for column in PEOPLE_PRIVATE)

# What a row is called: its id in the folder it came from; else in the first system, where no other row has that id; else its own.
_CALLED = "INSERT INTO {called} SELECT r.id, COALESCE({value}, r.ref) FROM {table} r {ids} WHERE {seen} ORDER BY r.id"
_USABLE = (
    "(source = 'folder' OR value NOT IN (SELECT value FROM {ids} WHERE {among} GROUP BY value HAVING count(*) > 1))"
)
_IN_ORDER = "ORDER BY CASE source WHEN 'folder' THEN 0 ELSE 1 END, source, id"
# (expression, what to join for it): SQLite sorts everybody's ids slowly and in memory, PostgreSQL asks for each one's slowly.
_ID = {
    "sqlite": (f"(SELECT value FROM {{ids}} WHERE {{owner}} = r.id AND {_USABLE} {_IN_ORDER} LIMIT 1)", ""),
    "postgresql": (
        "q.value",
        f"LEFT JOIN (SELECT {{owner}}, value, ROW_NUMBER() OVER (PARTITION BY {{owner}} {_IN_ORDER}) AS place"
        f" FROM {{ids}} WHERE {_USABLE}) q ON q.{{owner}} = r.id AND q.place = 1",
    ),
}
# With which of those that go out each goes that is no first itself: the first of all, else the first of them that goes out,
# so that they count as one there too. Whoever sees none but one is told of no other.
_FIRSTS = (
    "(SELECT r.id, COALESCE(f.id, MIN(r.id) OVER (PARTITION BY r.{column})) AS first FROM contacts_inquiry r"
    " JOIN called_inquiry g ON g.id = r.id LEFT JOIN called_inquiry f ON f.id = r.{column} WHERE r.{column} IS NOT NULL)"
)
_PLACED = (
    "(SELECT person_id FROM people_placement WHERE unit_id IN ({units})"
    " AND from_on <= '{day}' AND (to_on IS NULL OR to_on > '{day}'))"
)


@dataclass(frozen=True)
class Extent:
    """
    What goes out; ids of units, None for everything.

    :ivar people_in: units whose people go out
    :ivar contact_in, private_in: units of whose people these columns go out
    :ivar contacts_in: units of which inquiries go out, and of whose people all that was done for them as contacts
    :ivar units: which units go out
    :ivar units_with: permission → units of which rows go out that are seen with it (`unit_kinds`)
    """

    day: date
    people_in: frozenset[int] | None
    contact_in: frozenset[int] | None
    private_in: frozenset[int] | None
    units: frozenset[int] | None
    contacts_in: frozenset[int] | None
    units_with: Mapping[str, frozenset[int] | None]


class Export:
    """Writes the files from one view of the database."""

    def __init__(self, extent: Extent, custom: Sequence[tuple[str, str]]) -> None:
        """:param custom: (key, column name) of the organisation's own fields"""
        self.extent = extent
        self.custom = custom
        self.dialect = dialects.current()
        self.sealer = private.sealer()
        self.private_cells = {name: [column.name for column in COLUMNS["people"]].index(name) for name in PRIVATE}

    @contextmanager
    def prepared(self) -> Iterator["Export"]:
        """Hold one view of the database, and make what every file needs: what people, units and inquiries are called."""
        extent = self.extent
        with self.dialect.snapshot():
            self._call("called_unit", "units_unit", "units_unitexternalid", "unit_id", _within("r.id", extent.units))
            self._call(
                "called_person",
                "people_person",
                "people_personexternalid",
                "person_id",
                self._placed("r.id", extent.people_in),
            )
            seen = f"r.mark <> 'spam' AND {self._of_inquiry('r', extent.contacts_in)}"
            self._call("called_inquiry", "contacts_inquiry", "contacts_inquiryexternalid", "inquiry_id", seen)
            try:
                yield self
            finally:
                for name in ("called_unit", "called_person", "called_inquiry"):
                    self._run(f"DROP TABLE {name}")

    def header(self, kind: str) -> list[str]:
        """Return the names of the columns of one file; those that somebody chose run as no formula."""
        own = [escape_formula(label) for _, label in self.custom] if kind == "people" else []
        return [column.name for column in COLUMNS[kind]] + own

    def write(self, kind: str, path: Path) -> int:
        """Write one file and return how many rows it holds."""
        finish = (
            self._with_private
            if kind == "people"
            else contact_files.opening(CONTACTS[kind])
            if kind in CONTACTS
            else None
        )
        return self.dialect.write_csv(path, self.header(kind), self._query(kind), finish)

    def _with_private(self, row: Sequence[Any]) -> Sequence[Any]:
        """Return a row of `_people` with the private part opened, in place of what is sealed at its end."""
        *cells, pk, sealed = row
        if sealed:
            for name, text in private.opened(int(pk), sealed, self.sealer).items():
                cells[self.private_cells[name]] = escape_formula(text)
        return cells

    def _call(self, called: str, table: str, ids: str, owner: str, seen: str) -> None:
        # Who is called so outside of what goes out does not count.
        among = f"{owner} IN (SELECT r.id FROM {table} r WHERE {seen})"
        value, joined = (part.format(ids=ids, owner=owner, among=among) for part in _ID[connection.vendor])
        self._run(f"CREATE TEMP TABLE {called} (id {self.dialect.number_type} PRIMARY KEY, called text NOT NULL)")
        self._run(_CALLED.format(called=called, value=value, table=table, ids=joined, seen=seen))

    def _placed(self, column: str, units: frozenset[int] | None) -> str:
        if units is None:
            return "true"
        return f"{column} IN " + _PLACED.format(units=_ids(units), day=self.extent.day)

    def _of_inquiry(self, alias: str, units: frozenset[int] | None) -> str:
        """Return the condition that an inquiry was sent to these units or is of somebody placed there."""
        if units is None:
            return "true"
        placed = self._placed(f"{alias}.person_id", units)
        # Never NULL, whichever of the two an inquiry lacks.
        return f"(COALESCE({alias}.unit_id IN ({_ids(units)}), false) OR COALESCE({placed}, false))"

    def _query(self, kind: str) -> str:
        if kind in SPELLS:
            return self._spells(kind)
        if kind in CONTACTS:
            return self._contacts(CONTACTS[kind])
        if kind in UNIT_ROWS:
            return self._of_units(UNIT_ROWS[kind])
        return {"units": self._units, "people": self._people, "inquiries": self._inquiries}[kind]()

    def _units(self) -> str:
        cells = self._cells(
            "units", "m", {"unit": "c.called", "kind": "k.code", "parent": "COALESCE(above.called, '')"}
        )
        return (
            f"SELECT {cells} FROM units_unit m JOIN called_unit c ON c.id = m.id JOIN units_unitkind k ON k.id = m.kind_id"
            " LEFT JOIN called_unit above ON above.id = m.parent_id ORDER BY m.id"
        )

    def _people(self) -> str:
        extent = self.extent
        found = {"person": "c.called", **dict.fromkeys(PRIVATE, "''")}
        if extent.contact_in is not None:
            seen = self._placed("m.id", extent.contact_in)
            found |= {name: f"CASE WHEN {seen} THEN m.{name} ELSE '' END" for name in CONTACT}
        own = [self._out(self.dialect.json_text("m.custom", key), "text") for key, _ in self.custom]
        cells = ", ".join([self._cells("people", "m", found), *own, "m.id", "v.sealed"])
        return (
            f"SELECT {cells} FROM people_person m JOIN called_person c ON c.id = m.id"
            f" LEFT JOIN people_personprivate v ON v.person_id = m.id AND {self._placed('m.id', extent.private_in)} ORDER BY m.id"
        )

    def _spells(self, kind: str) -> str:
        spell = SPELLS[kind]
        cells = self._cells(kind, "m", {"person": "c.called", "unit": "u.called"})
        units = " JOIN called_unit u ON u.id = m.unit_id" if spell.has_unit else ""
        return f"SELECT {cells} FROM {spell.table} m JOIN called_person c ON c.id = m.person_id{units} ORDER BY m.id"

    def _inquiries(self) -> str:
        found = {"inquiry": "i.called", "person": "COALESCE(c.called, '')"}
        if self.extent.contact_in is not None:
            seen = self._of_inquiry("m", self.extent.contact_in)
            found |= {name: f"CASE WHEN {seen} THEN m.{name} ELSE '' END" for name in CONTACT}
        # Where the case goes out, and the inquiry is of whose it is.
        theirs = f"k.person_id = m.person_id AND k.person_id = c.id AND {self._placed('k.person_id', self.extent.contacts_in)}"
        found |= {"taken_up": "k.opened_at"}
        # Of a unit that does not go out, nothing is told.
        found |= {"unit": "COALESCE(u.called, '')"}
        found |= {
            name: f"CASE WHEN u.id IS NOT NULL THEN m.{column} ELSE '' END"
            for name, column in (("routed_by", "routed_by"), ("reason", "routed_because"))
        }
        found |= {column.name: f"COALESCE({column.name}_called.called, '')" for column in (PART_OF, REPEATS)}
        # Spam goes out nowhere.
        found |= {"mark": "m.mark"}
        firsts = "".join(
            f" LEFT JOIN {_FIRSTS.format(column=column.found)} {column.name}_first ON {column.name}_first.id = m.id"
            f" LEFT JOIN called_inquiry {column.name}_called ON {column.name}_called.id = {column.name}_first.first"
            f" AND {column.name}_called.id <> m.id"
            for column in (PART_OF, REPEATS)
        )
        return (
            f"SELECT {self._cells('inquiries', 'm', found)} FROM contacts_inquiry m JOIN called_inquiry i ON i.id = m.id"
            " LEFT JOIN called_person c ON c.id = m.person_id LEFT JOIN called_unit u ON u.id = m.unit_id"
            f" LEFT JOIN contacts_case k ON k.id = m.case_id AND {theirs}{firsts} ORDER BY m.id"
        )

    def _contacts(self, contact: ContactKind) -> str:
        found, joined, more = contact_files.parts(contact)
        cells = ", ".join([self._cells(contact.kind, "m", {"person": "c.called", **found}), *more])
        return (
            f"SELECT {cells} FROM {contact.table} m JOIN called_person c ON c.id = m.person_id {joined}"
            f" WHERE {self._placed('m.person_id', self.extent.contacts_in)} ORDER BY m.id"
        )

    def _of_units(self, rows: UnitRows) -> str:
        seen = _within("m.unit_id", self.extent.units_with[rows.seen_with])
        found = {
            column.name: f"(SELECT kind.code FROM units_unitkind kind WHERE kind.id = m.{column.target})"
            for column in rows.columns
            if column.type == "unit_kind"
        }
        cells = self._cells(rows.kind, "m", {"unit": "u.called", **found})
        return f"SELECT {cells} FROM {rows.table} m JOIN called_unit u ON u.id = m.unit_id WHERE {seen} ORDER BY m.id"

    def _cells(self, kind: str, alias: str, found: Mapping[str, str]) -> str:
        return ", ".join(
            self._out(found.get(column.name, f"{alias}.{column.target}"), column.type) for column in _columns(kind)
        )

    def _out(self, expression: str, column_type: str) -> str:
        match column_type:
            case "date" | "count":
                return f"CAST({expression} AS text)"
            case "cents":
                return self.dialect.number_text(f"CAST({expression} AS double precision) / 100")
            case "flag":
                return f"NULLIF({flag_text(expression)}, '')"
            case "number":
                return self.dialect.number_text(expression)
            case "moment" | "case":
                return self.dialect.moment_text(expression)
        return self.dialect.safe_text(expression)

    def _run(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _columns(kind: str) -> tuple[Column, ...]:
    assert kind in KINDS
    return COLUMNS[kind]


def _ids(units: Iterable[int]) -> str:
    return ", ".join(str(int(pk)) for pk in sorted(units)) or "NULL"


def _within(column: str, units: frozenset[int] | None) -> str:
    return "true" if units is None else f"{column} IN ({_ids(units)})"

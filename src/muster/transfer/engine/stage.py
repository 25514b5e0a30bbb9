"""The staging area of one import: tables beside the main ones, and the one way to run a statement that names both."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connection

from muster.transfer.engine import dialect as dialects
from muster.transfer.engine.contact_kinds import CONTACTS
from muster.transfer.engine.tables import KINDS, PEOPLE_PRIVATE, SPELLS, staged_names

# What became of a staged row: created, updated, same as stored, merged into an earlier row, rejected.
CREATE, UPDATE, SAME, MERGED, REJECTED = "C", "U", "S", "M", "R"
_CHUNK = 10_000
_PROBLEMS = (
    "kind text NOT NULL, n {number} NOT NULL, row_number {number} NOT NULL, col text NOT NULL, value text NOT NULL,"
    " message text NOT NULL, expected text NOT NULL, rejects {number} NOT NULL, phase text NOT NULL"
)

# What a row of each kind points to, beside itself: positive numbers are rows that were there, -n is the staged row n.
_REFERENCES = {
    "units": ("parent_id", "kind_id"),
    "people": (),
    "inquiries": ("person_id", "unit_id", "taken_up_id", "part_of_id", "repeats_id"),
    **{
        kind: ("person_id", "unit_id", *(column.found for column in contact.naming))
        for kind, contact in CONTACTS.items()
    },
}
_OF_PEOPLE = {*SPELLS, "inquiries", *CONTACTS}


class Stage:
    """
    Runs statements written with `{s}` before each staging table and `{name}` for the parts given by name.

    :ivar batch_id: the batch whose rows are staged
    """

    def __init__(self, batch_id: int) -> None:
        self.batch_id = batch_id
        self.dialect = dialects.current()
        self.s = self.dialect.prefix(batch_id)

    def run(self, statement: str, parameters: Sequence[Any] = (), **parts: object) -> int:
        """Run one statement and return how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(self._filled(statement, parts), list(parameters))
            return int(cursor.rowcount)

    def rows(self, statement: str, parameters: Sequence[Any] = (), **parts: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query; only for what is known to be small."""
        with connection.cursor() as cursor:
            cursor.execute(self._filled(statement, parts), list(parameters))
            return list(cursor.fetchall())

    def value(self, statement: str, parameters: Sequence[Any] = (), **parts: object) -> Any:
        """Return the first value of the first row."""
        return self.rows(statement, parameters, **parts)[0][0]

    def count(self, table: str, where: str = "true") -> int:
        """Return how many rows of a staging table fit."""
        return int(self.value("SELECT count(*) FROM {s}{table} WHERE {where}", table=table, where=where))

    def load(self, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        """Append columns of equal length to a staging table."""
        if columns and columns[0]:
            self.dialect.load(self.s + table, names, columns)

    def stream(self, statement: str, parameters: Sequence[Any] = (), **parts: object) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query; memory does not grow with their number."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self._filled(statement, parts), list(parameters))
            while found := cursor.fetchmany(5_000):
                yield from found

    def index(self, table: str, *columns: str, unique: bool = False) -> None:
        """Make a staging table quick to look up by these columns, unless it is: what was read may be matched more than once."""
        name, on = self.dialect.index_name(self.s, f"{table}_{'_'.join(columns)}", table)
        self.run(f"CREATE {'UNIQUE ' if unique else ''}INDEX IF NOT EXISTS {name} ON {on} ({', '.join(columns)})")

    def note(self, key: str, value: object) -> None:
        """Keep a small fact about the staging area, any JSON value."""
        self.run("DELETE FROM {s}notes WHERE name = %s", [key])
        self.run("INSERT INTO {s}notes (name, value) VALUES (%s, %s)", [key, json.dumps(value)])

    def noted(self, key: str) -> Any:
        """Return what was kept under that key, or None."""
        found = self.rows("SELECT value FROM {s}notes WHERE name = %s", [key])
        return json.loads(found[0][0]) if found else None

    def _filled(self, statement: str, parts: dict[str, object]) -> str:
        return statement.format(s=self.s, **parts)


def make_tables(stage: Stage) -> None:
    """Make every staging table, empty."""
    number = stage.dialect.number_type
    stage.run("CREATE TABLE {s}notes (name text PRIMARY KEY, value text NOT NULL)")
    stage.run("CREATE TABLE {s}problems ({columns})", columns=_PROBLEMS.format(number=number))
    for kind in KINDS:
        text = ", ".join(f"{name} text NOT NULL DEFAULT ''" for name in staged_names(kind))
        extra = f", person_n {number} NOT NULL DEFAULT 0, guessed_from {number} NOT NULL DEFAULT 0"
        columns = f"row_number {number} NOT NULL, {text}{extra if kind in _OF_PEOPLE else ''}"
        stage.run(stage.dialect.create_table(f"{{s}}{kind}", columns))
    stage.run("CREATE TABLE {s}people_apart AS SELECT * FROM {s}people WHERE false")


def make_match_tables(stage: Stage) -> None:
    """Make the tables that say what each staged row is, empty, in place of what an earlier matching left."""
    number = stage.dialect.number_type
    for kind in KINDS:
        references = _REFERENCES.get(kind, ("person_id", "unit_id"))
        columns = ", ".join(f"{name} {number}" for name in ("id", *references))
        stage.run("DROP TABLE IF EXISTS {s}{kind}_x", kind=kind)
        stage.run(
            stage.dialect.create_table(
                f"{{s}}{kind}_x", columns + ", fate text NOT NULL, flag text NOT NULL DEFAULT ''"
            )
        )
    others = {
        "person_key": f"person text NOT NULL, n {number} NOT NULL",
        "unit_key": f"unit text PRIMARY KEY, unit_id {number} NOT NULL, n {number} NOT NULL",
        "visible": f"person_id {number} PRIMARY KEY",
        "candidates": f"n {number} NOT NULL, target {number} NOT NULL, level {number} NOT NULL",
        "together": f"n {number} NOT NULL, first {number} NOT NULL",
        "scope": f"unit_id {number} PRIMARY KEY",
    }
    for name, columns in others.items():
        stage.run("DROP TABLE IF EXISTS {s}{name}", name=name)
        stage.run("CREATE TABLE {s}{name} ({columns})", name=name, columns=columns)
    _make_private_tables(stage)
    stage.run("DELETE FROM {s}problems WHERE phase = 'match'")


def _make_private_tables(stage: Stage) -> None:
    """Make the tables of `held`; like what the file says, they are kept out of the database's own journal."""
    texts = ", ".join(f"{column.name} text NOT NULL" for column in PEOPLE_PRIVATE)
    number = stage.dialect.number_type
    sealed = f"person_id {number} NOT NULL, fate text NOT NULL, sealed text NOT NULL, birth_mark text NOT NULL"
    for name, columns in (("held", texts), ("born", "mark text NOT NULL"), ("sealed", sealed)):
        stage.run("DROP TABLE IF EXISTS {s}{name}", name=name)
        stage.run(stage.dialect.create_table(f"{{s}}{name}", columns))
        finish(stage, name)


def finish(stage: Stage, *tables: str) -> None:
    """Make loaded tables quick to look things up in."""
    for table in tables:
        for statement in stage.dialect.finish_table(stage.s + table):
            stage.run(statement)


def load_rows(stage: Stage, table: str, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a finished staging table, so many at a time; memory does not grow with their number."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        with stage.dialect.together():
            stage.load(table, names, list(zip(*chunk, strict=True)))
    for statement in stage.dialect.analyze(stage.s + table):
        stage.run(statement)


@contextmanager
def new_stage(batch_id: int) -> Iterator[Stage]:
    """Make an empty staging area and hold it open."""
    stage = Stage(batch_id)
    stage.dialect.create(batch_id)
    try:
        make_tables(stage)
        yield stage
    finally:
        stage.dialect.detach(batch_id)


@contextmanager
def open_stage(batch_id: int) -> Iterator[Stage | None]:
    """Hold a finished staging area open; None if it is gone or was never finished."""
    stage = Stage(batch_id)
    there = stage.dialect.attach(batch_id)
    try:
        yield stage if there and _is_complete(stage) else None
    finally:
        stage.dialect.detach(batch_id)


def _is_complete(stage: Stage) -> bool:
    present = {table for table in _tables(stage) if table == "notes"}
    return bool(present) and stage.noted("complete") is True


def _tables(stage: Stage) -> set[str]:
    if connection.vendor == "postgresql":
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        return {name for (name,) in stage.rows(query, [stage.s.rstrip(".")])}
    return {name for (name,) in stage.rows("SELECT name FROM {s}sqlite_master WHERE type = 'table'")}

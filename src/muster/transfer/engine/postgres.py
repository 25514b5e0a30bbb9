"""PostgreSQL: the staging area is a schema of unlogged tables, filled and emptied by COPY."""

import csv
import io
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from muster.access import rows
from muster.transfer.engine.dialect import RISKY, Column, Dialect, Finish, literal, pairs_of

# The rule of `core.sheets.formulas`, for text that begins with one of the risky signs.
_RUNS = r"^(=|@|\t|\r|[+-](?!\d+(\.\d+)?$)|''+(=|[+]|-|@|\t|\r))"

_INDEXES = (
    "SELECT quote_ident(c.relname), pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE i.indrelid = %s::regclass AND NOT i.indisunique AND NOT EXISTS"
    " (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid) ORDER BY c.relname"
)
# Only the owner of a table may change its indexes.
_OWNS = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass"
# What must not overlap, and what is referred to.
_RULES = (
    "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid = %s::regclass AND contype IN ('x', 'f') ORDER BY conname"
)


class Postgres(Dialect):
    """The staging area is a schema of unlogged tables, filled by COPY."""

    number_type = "bigint"

    def prepare(self) -> None:
        return

    def prefix(self, batch_id: int) -> str:
        return f"stage_{batch_id}."

    def create(self, batch_id: int) -> None:
        self.drop(batch_id)
        with self.cursor as cursor:
            cursor.execute(f"CREATE SCHEMA stage_{batch_id}")

    def attach(self, batch_id: int) -> bool:
        return batch_id in self.staged_batches()

    def detach(self, batch_id: int) -> None:
        return

    def drop(self, batch_id: int) -> None:
        with self.cursor as cursor:
            # Told through a notice otherwise, for every table.
            cursor.execute(f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS stage_{batch_id} CASCADE")
            cursor.execute("RESET client_min_messages")

    def staged_batches(self) -> list[int]:
        with self.cursor as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^stage_[0-9]+$'")
            return sorted(int(name.removeprefix("stage_")) for (name,) in cursor.fetchall())

    def create_table(self, name: str, columns: str) -> str:
        return f"CREATE UNLOGGED TABLE {name} (n bigint, {columns}) WITH (autovacuum_enabled = off)"

    def finish_table(self, name: str) -> list[str]:
        return [f"ALTER TABLE {name} ADD PRIMARY KEY (n)", *self.analyze(name)]

    def analyze(self, name: str) -> list[str]:
        return [f"ANALYZE {name}"]

    def index_name(self, prefix: str, name: str, table: str) -> tuple[str, str]:
        return name, prefix + table

    def load(self, table: str, names: Sequence[str], columns: Sequence[Column]) -> None:
        connection.ensure_connection()
        # Nothing staged is NULL: an empty cell is an empty text, and no cell reads like this.
        command = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT csv, NULL '{secrets.token_hex(16)}')"
        with connection.connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.write(_csv_text(zip(*columns, strict=True)))

    @contextmanager
    def together(self) -> Iterator[None]:
        with transaction.atomic():
            yield

    def reserve(self, table: str, count: int) -> int:
        with transaction.atomic(), self.cursor as cursor:
            # Nobody may draw a number between reading and moving the sequence; readers are not held up.
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            sequence = cursor.fetchone()[0]
            cursor.execute("SELECT nextval(%s)", [sequence])
            base = cursor.fetchone()[0]
            cursor.execute("SELECT setval(%s, %s)", [sequence, base + count])
        return int(base)

    def secondary(self, table: str) -> list[tuple[str, str]]:
        with self.cursor as cursor:
            cursor.execute(_OWNS, [table])
            if not cursor.fetchone()[0]:
                return []
            cursor.execute(_INDEXES, [table])
            indexes = [(f"DROP INDEX {name}", definition) for name, definition in cursor.fetchall()]
            cursor.execute(_RULES, [table])
            rules = [
                (
                    f"ALTER TABLE {table} DROP CONSTRAINT {name}",
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
                )
                for name, definition in cursor.fetchall()
            ]
        return indexes + rules

    def before_indexing(self) -> None:
        with self.cursor as cursor:
            # What is still to be checked at the end would be in the way of changing the tables.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")

    def json_object(self, pairs: Iterable[tuple[str, str]]) -> str:
        return f"jsonb_build_object({pairs_of(pairs)})"

    def restored(self, table: str) -> tuple[str, str]:
        return f" CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, c.before) AS r", "r.{column}"

    def merged_json(self, old: str, new: str) -> str:
        return f"({old} || CAST({new} AS jsonb))"

    def json_differs(self, old: str, new: str) -> str:
        return f"(CASE WHEN {new} <> '' THEN {old} || CAST({new} AS jsonb) <> {old} ELSE false END)"

    def date(self, expression: str) -> str:
        return f"CAST(NULLIF({expression}, '') AS date)"

    def moment(self, expression: str) -> str:
        return f"CAST(NULLIF({expression}, '') || '+00' AS timestamptz)"

    def json(self, expression: str) -> str:
        return f"CAST({expression} AS jsonb)"

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if connection.in_atomic_block:
            yield
            return
        with transaction.atomic():
            with self.cursor as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def write_csv(self, path: Path, header: Sequence[str], query: str, finish: Finish | None = None) -> int:
        with path.open("wb") as file:
            file.write(_csv_text([header]).encode())
            with connection.connection.cursor() as cursor:
                rows.tell(cursor, query)
                with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
                    for block in _finished(copy, finish) if finish else copy:
                        file.write(block)
                return int(cursor.rowcount)

    def json_text(self, expression: str, key: str) -> str:
        return f"({expression} ->> {literal(key)})"

    def number_text(self, expression: str) -> str:
        return f"CAST({expression} AS text)"

    def moment_text(self, expression: str) -> str:
        written = f"to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        return f"replace({written}, '.000000', '') || 'Z'"

    def safe_text(self, expression: str) -> str:
        # Most text begins with a letter, and all risky signs stand before the letters: told by one comparison.
        runs = f"({expression}) COLLATE \"C\" < 'A' AND substr({expression}, 1, 1) IN ({RISKY}) AND {expression} ~ '{_RUNS}'"
        # COPY writes an empty text with quotation marks, and NULL as nothing.
        return f"NULLIF(CASE WHEN {runs} THEN '''' || {expression} ELSE {expression} END, '')"


def _finished(blocks: Iterable[Any], finish: Finish) -> Iterator[bytes]:
    """Read the rows of a COPY, a row a block, and write them again."""
    rows = csv.reader(str(block, "utf-8") for block in blocks)
    while chunk := list(islice(rows, 1_000)):
        yield _csv_text(map(finish, chunk)).encode()


def _csv_text(rows: Iterable[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()

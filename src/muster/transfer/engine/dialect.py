"""What differs between SQLite and PostgreSQL, so that the set SQL of an import is written once."""

import csv
import hashlib
import io
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

Column = Sequence[Any]


class Dialect(ABC):
    """SQL fragments and bulk moves of one database; stateless."""

    number_type: str

    @abstractmethod
    def prefix(self, batch_id: int) -> str:
        """Return what stands before the name of a staging table."""

    @abstractmethod
    def create(self, batch_id: int) -> None:
        """Make an empty staging area, in place of one that may be there."""

    @abstractmethod
    def attach(self, batch_id: int) -> bool:
        """Make the staging area reachable for this connection; False if there is none."""

    @abstractmethod
    def detach(self, batch_id: int) -> None:
        """Let go of the staging area."""

    @abstractmethod
    def drop(self, batch_id: int) -> None:
        """Remove the staging area for good."""

    @abstractmethod
    def staged_batches(self) -> list[int]:
        """Return the ids of the batches that left a staging area."""

    @abstractmethod
    def create_table(self, name: str, columns: str) -> str:
        """Return the statement for a staging table whose rows are numbered by `n`."""

    @abstractmethod
    def finish_table(self, name: str) -> list[str]:
        """Return the statements to run when a staging table is loaded."""

    @abstractmethod
    def index_name(self, prefix: str, name: str, table: str) -> tuple[str, str]:
        """Return the name of an index and of its staging table, as CREATE INDEX wants them."""

    @abstractmethod
    def load(self, table: str, names: Sequence[str], columns: Sequence[Column]) -> None:
        """Append columns of equal length to a staging table."""

    @abstractmethod
    @contextmanager
    def together(self) -> Iterator[None]:
        """Run statements on the staging area as one transaction."""
        yield

    @abstractmethod
    def reserve(self, table: str, count: int) -> int:
        """Return a number `base` so that the ids base+1 … base+count are nobody else's."""

    @abstractmethod
    def json_object(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Return the expression for a JSON object of (key, expression)."""

    @abstractmethod
    def restored(self, table: str) -> tuple[str, str]:
        """Return (what to add to FROM, expression with {column}) that read a row back out of `c.before`."""

    @abstractmethod
    def merged_json(self, old: str, new: str) -> str:
        """Return the expression for a JSON object with the keys of another laid over it."""

    @abstractmethod
    def json_differs(self, old: str, new: str) -> str:
        """Return the condition that laying `new` (text) over `old` changes it."""

    def date(self, expression: str) -> str:
        """Return the expression that turns staged text into a date of the main tables."""
        return f"NULLIF({expression}, '')"

    def moment(self, expression: str) -> str:
        """Return the expression that turns staged text (UTC, without a zone) into a moment of the main tables."""
        return f"NULLIF({expression}, '')"

    def flag(self, expression: str) -> str:
        """Return the expression that turns yes, no or nothing into a truth value or NULL."""
        return f"CASE {expression} WHEN 'yes' THEN true WHEN 'no' THEN false END"

    def number(self, expression: str) -> str:
        """Return the expression that turns staged text into a number or NULL."""
        return f"CAST(NULLIF({expression}, '') AS double precision)"

    def json(self, expression: str) -> str:
        """Return the expression that turns staged text into JSON."""
        return expression

    @property
    def cursor(self) -> Any:
        return connection.cursor()


class Sqlite(Dialect):
    """The staging area is a file of its own, attached as `stage`: the main file is written only when publishing."""

    number_type = "INTEGER"

    def prefix(self, batch_id: int) -> str:
        return "stage."

    def path(self, batch_id: int) -> Path:
        return Path(settings.HOME) / "work" / f"import-{batch_id}.sqlite3"

    def create(self, batch_id: int) -> None:
        self.drop(batch_id)
        self.path(batch_id).touch(mode=0o600)
        self.attach(batch_id)

    def attach(self, batch_id: int) -> bool:
        if not self.path(batch_id).exists():
            return False
        self.detach(batch_id)
        with self.cursor as cursor:
            cursor.execute("ATTACH %s AS stage", [str(self.path(batch_id))])
            # What is staged can be read again from the file: safe against a failed statement is enough.
            cursor.execute("PRAGMA stage.journal_mode = MEMORY")
            cursor.execute("PRAGMA stage.synchronous = OFF")
            cursor.execute("PRAGMA stage.secure_delete = OFF")
            cursor.execute("PRAGMA stage.cache_size = -65536")
        connection.connection.create_function("md5", 1, _md5, deterministic=True)
        return True

    def detach(self, batch_id: int) -> None:
        with self.cursor as cursor:
            cursor.execute("PRAGMA database_list")
            if any(name == "stage" for _, name, _ in cursor.fetchall()):
                cursor.execute("DETACH stage")

    def drop(self, batch_id: int) -> None:
        self.detach(batch_id)
        self.path(batch_id).unlink(missing_ok=True)

    def staged_batches(self) -> list[int]:
        names = (path.stem.removeprefix("import-") for path in (Path(settings.HOME) / "work").glob("import-*.sqlite3"))
        return sorted(int(name) for name in names if name.isdecimal())

    def create_table(self, name: str, columns: str) -> str:
        return f"CREATE TABLE {name} (n INTEGER PRIMARY KEY, {columns})"

    def finish_table(self, name: str) -> list[str]:
        return []

    def index_name(self, prefix: str, name: str, table: str) -> tuple[str, str]:
        return prefix + name, table

    def load(self, table: str, names: Sequence[str], columns: Sequence[Column]) -> None:
        places = ", ".join("?" * len(names))
        connection.connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})",
            zip(*columns, strict=True),
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        # Not `atomic`: its BEGIN IMMEDIATE would lock the main file too.
        connection.ensure_connection()
        connection.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            connection.connection.execute("ROLLBACK")
            raise
        connection.connection.execute("COMMIT")

    def reserve(self, table: str, count: int) -> int:
        with transaction.atomic(), self.cursor as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            base = row[0] if row else 0
            if row:
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [base + count, table])
            else:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        return int(base)

    def json_object(self, pairs: Iterable[tuple[str, str]]) -> str:
        return f"json_object({_pairs(pairs)})"

    def restored(self, table: str) -> tuple[str, str]:
        return "", "json_extract(c.before, '$.{column}')"

    def merged_json(self, old: str, new: str) -> str:
        return f"json_patch({old}, {new})"

    def json_differs(self, old: str, new: str) -> str:
        return f"(CASE WHEN {new} <> '' THEN json_patch({old}, {new}) <> json({old}) ELSE false END)"


class Postgres(Dialect):
    """The staging area is a schema of unlogged tables, filled by COPY."""

    number_type = "bigint"

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
        return [f"ALTER TABLE {name} ADD PRIMARY KEY (n)", f"ANALYZE {name}"]

    def index_name(self, prefix: str, name: str, table: str) -> tuple[str, str]:
        return name, prefix + table

    def load(self, table: str, names: Sequence[str], columns: Sequence[Column]) -> None:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(zip(*columns, strict=True))
        connection.ensure_connection()
        # Nothing staged is NULL: an empty cell is an empty text, and no cell reads like this.
        command = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT csv, NULL '{secrets.token_hex(16)}')"
        with connection.connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.write(buffer.getvalue())

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

    def json_object(self, pairs: Iterable[tuple[str, str]]) -> str:
        return f"jsonb_build_object({_pairs(pairs)})"

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


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"'{key}', {expression}" for key, expression in pairs)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def current() -> Dialect:
    """Return the dialect of the database in use."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()

"""SQLite: the staging area is a file of its own; what SQL lacks is a function of ours."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from muster.core.sheets.formulas import escape_formula
from muster.transfer.engine.dialect import RISKY, Column, Dialect, Finish, literal, pairs_of

# A table whose rows must not overlap needs its indexes to see to it, row by row.
_INDEXES = (
    "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM main.sqlite_master t WHERE t.type = 'trigger' AND t.tbl_name = sqlite_master.tbl_name"
    " AND t.name LIKE '%%_no_overlap_insert') ORDER BY name"
)

# The paths of SQLite have no way to write these.
_NOT_IN_PATHS = frozenset('"\\')


class Sqlite(Dialect):
    """The staging area is a file of its own, attached as `stage`: the main file is written only when publishing."""

    number_type = "INTEGER"

    def prepare(self) -> None:
        connection.ensure_connection()
        for name, function in (("md5", _md5), ("escape_formula", escape_formula), ("plain_number", _plain_number)):
            connection.connection.create_function(name, 1, function, deterministic=True)

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
        self.prepare()
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

    def analyze(self, name: str) -> list[str]:
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
        if connection.in_atomic_block:
            yield
            return
        connection.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            # A full disk has rolled it back already.
            if connection.connection.in_transaction:
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

    def secondary(self, table: str) -> list[tuple[str, str]]:
        with self.cursor as cursor:
            cursor.execute(_INDEXES, [table])
            return [(f'DROP INDEX "{name}"', definition) for name, definition in cursor.fetchall()]

    def before_indexing(self) -> None:
        return

    def json_object(self, pairs: Iterable[tuple[str, str]]) -> str:
        return f"json_object({pairs_of(pairs)})"

    def restored(self, table: str) -> tuple[str, str]:
        return "", "json_extract(c.before, '$.{column}')"

    def merged_json(self, old: str, new: str) -> str:
        return f"json_patch({old}, {new})"

    def json_differs(self, old: str, new: str) -> str:
        return f"(CASE WHEN {new} <> '' THEN json_patch({old}, {new}) <> json({old}) ELSE false END)"

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self.prepare()
        raw = connection.connection
        if connection.in_atomic_block:
            yield
            return
        raw.execute("BEGIN")  # deferred: a reader, who holds nobody up
        try:
            yield
        finally:
            raw.execute("COMMIT")

    def write_csv(self, path: Path, header: Sequence[str], query: str, finish: Finish | None = None) -> int:
        rows = connection.connection.execute(query)
        rows.arraysize = 5_000
        count = 0
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            while found := rows.fetchmany():
                writer.writerows(map(finish, found) if finish else found)
                count += len(found)
        return count

    def json_text(self, expression: str, key: str) -> str:
        if _NOT_IN_PATHS & set(key):
            return f"(SELECT j.value FROM json_each({expression}) j WHERE j.key = {literal(key)})"
        path = literal(f'$."{key}"')
        return f"json_extract({expression}, {path})"

    def number_text(self, expression: str) -> str:
        return f"plain_number({expression})"

    def moment_text(self, expression: str) -> str:
        return f"replace({expression}, ' ', 'T') || 'Z'"

    def safe_text(self, expression: str) -> str:
        # Most text begins with a letter, and all risky signs stand before the letters: told by one comparison.
        runs = f"{expression} < 'A' AND substr({expression}, 1, 1) IN ({RISKY})"
        return f"CASE WHEN {runs} THEN escape_formula({expression}) ELSE {expression} END"


def _plain_number(number: float | None) -> str | None:
    return None if number is None else repr(float(number)).removesuffix(".0")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

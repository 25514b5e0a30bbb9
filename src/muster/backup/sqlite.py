"""SQLite: the engine's own backup, which copies one moment of the database while others write."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3

from muster.backup.databases import LEFT_OUT, Snapshot
from muster.backup.problems import BackupProblem, WrongBackup, told

FILE = "muster.sqlite3"


class Sqlite:
    """The database file of a home."""

    engine, label, part = "sqlite", "SQLite", "database.sqlite3"

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    def snapshot(self, target: Path) -> Snapshot:
        """Copy the database as it is at one moment; writers are not held up."""
        if not self.path.exists():
            raise BackupProblem(f"There is no database at {self.path}.")
        try:
            with (
                closing(sqlite3.connect(f"{self.path.as_uri()}?mode=rw", uri=True, timeout=20)) as source,
                closing(sqlite3.connect(str(target), isolation_level=None)) as copy,
            ):
                # A copy that a power cut spoils is a half file: it has no name yet.
                copy.execute("PRAGMA synchronous = OFF")
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute("PRAGMA secure_delete = ON")
                self._leave_out(copy)
                if (answer := copy.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                    raise BackupProblem(f"The database is damaged: {answer}. Restore the last good backup.")
                return Snapshot(f"SQLite {sqlite3.sqlite_version}", _counts(copy), _migrations(copy))
        except sqlite3.Error as error:
            if "full" in str(error) or "disk I/O" in str(error):
                raise BackupProblem(f"There is no room left for {target}. Make room and try again.") from error
            raise BackupProblem(f"The database cannot be read: {error}.") from error

    @staticmethod
    def _leave_out(copy: Any) -> None:
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in LEFT_OUT:
            if table in there:
                copy.execute(f"DELETE FROM {table}")  # noqa: S608  # one of two names of ours

    def see_that_it_is_free(self, beside: Path) -> None:
        """A file lies in the home and comes with it: there is nothing to see to."""

    def put(self, part: Path, home: Path, token: str) -> Mapping[str, int]:
        """Check the file to its last page and move it into the home."""
        try:
            with closing(sqlite3.connect(f"{part.as_uri()}?mode=rw", uri=True, isolation_level=None)) as copy:
                if (answer := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                    raise WrongBackup(f"The database in it is damaged: {answer}.")
                counts = _counts(copy)
        except sqlite3.Error as error:
            raise WrongBackup(f"The database in it cannot be read: {error}.") from error
        with told(home):
            part.rename(home / FILE)
        return counts

    def finished(self) -> None:
        """The file came with the home."""

    def taken_back(self) -> None:
        """The file goes with the home."""


def _counts(connection: Any) -> dict[str, int]:
    # Tables that only serve a search index are rebuilt from the others and named by their engine.
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}  # noqa: S608


def _migrations(connection: Any) -> list[str]:
    try:
        rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    except sqlite3.OperationalError:
        raise BackupProblem("There is no organisation here yet, so there is nothing to back up.") from None
    return sorted(f"{app}.{name}" for app, name in rows)

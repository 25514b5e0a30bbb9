"""
SQLite with a line for writers.

SQLite keeps none: each waits in its own busy handler and looks again after up to a tenth of a second, so that who comes at
the right moment goes first, and some wait for many seconds. Worse, a connection is locked while it waits there. Python may
clear away a cursor of that connection in the very thread that holds the write lock: then each waits for the other, and the
whole process with them, until the busy handler gives up.

So whoever wants the write lock first takes a lock on a file, which the kernel hands on in turn and takes back from whoever
dies. Only the first in line asks SQLite, again and again, and waits outside of it. Once the lock is there the next one moves up.
"""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from pysqlite3.dbapi2 import OperationalError

# What takes the write lock. The staging area of an import is a file of its own, in which nobody else writes.
_WRITES = re.compile(
    r"\s*(?:BEGIN\s+(?:IMMEDIATE|EXCLUSIVE)|VACUUM|REINDEX"
    r"|(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM|ALTER\s+TABLE"
    r"|(?:CREATE|DROP)(?:\s+UNIQUE)?\s+(?:TABLE|INDEX|TRIGGER)(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+(?!\"?(?:stage|temp)\b))",
    re.IGNORECASE,
)
_LOOK_AGAIN = 0.001


class Cursor(base.SQLiteCursorWrapper):
    """Stands in line before a statement that begins to write."""

    wrapper: "DatabaseWrapper"

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement."""
        if self.connection.in_transaction or not _WRITES.match(query):
            return super().execute(query, params)
        run = super().execute
        return self.wrapper.when_free(lambda: run(query, params))


class DatabaseWrapper(base.DatabaseWrapper):
    """
    One connection.

    :ivar patience: seconds that the first in line waits for the lock before the file counts as locked; None: as `timeout` says
    """

    patience: float | None = None

    def create_cursor(self, name: str | None = None) -> Cursor:
        """Return a cursor that knows where to stand in line."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    def when_free(self, run: Callable[[], Any]) -> Any:
        """Run a statement that takes the write lock as soon as it is one's turn."""
        timeout = float(self.settings_dict.get("OPTIONS", {}).get("timeout", 5))
        patience = timeout if self.patience is None else self.patience
        with _in_line(self.settings_dict["NAME"], None if self.patience is None else time.monotonic() + patience):
            until = time.monotonic() + patience
            self.connection.execute("PRAGMA busy_timeout=0")
            try:
                while True:
                    try:
                        return run()
                    except OperationalError as error:
                        if "locked" not in str(error) or time.monotonic() > until:
                            raise
                    time.sleep(_LOOK_AGAIN)
            finally:
                self.connection.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")


@contextmanager
def _in_line(database: object, until: float | None) -> Iterator[None]:
    """
    Be the first in line.

    :param until: when to give up (monotonic seconds), None to wait for those before
    """
    try:
        file = os.open(f"{database}-line", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if _is_file(database) else None
    except OSError:
        # Nothing can be written here: the database will say so itself.
        file = None
    if file is None:
        yield
        return
    try:
        if until is None:
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            _take(file, until)
        yield
    finally:
        os.close(file)


def _take(file: int, until: float) -> None:
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OperationalError("database is locked") from None
        time.sleep(_LOOK_AGAIN)


def _is_file(database: object) -> bool:
    return Path(str(database)).is_absolute()

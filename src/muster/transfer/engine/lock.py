"""One import at a time: a lock that the operating system or the database lets go of when its holder dies."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import Error, connection

from muster.core.errors import DomainError

_POSTGRES_KEY = 7_367_583_901
# Whoever only looks whether it is held lets go at once.
_TRIES, _BETWEEN_SECONDS = 5, 0.05


class ImportRunning(DomainError):
    """Another import, or the undoing of one, is being worked on."""

    def __init__(self) -> None:
        super().__init__("Another import is running. Nothing was done; try again when it has finished.")


@contextmanager
def import_lock() -> Iterator[None]:
    """
    Hold the lock.

    :raises ImportRunning: somebody else holds it
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_POSTGRES_KEY])
            if not cursor.fetchone()[0]:
                raise ImportRunning
        try:
            yield
        finally:
            # A connection that broke has let go of it already.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_POSTGRES_KEY])
        return
    with _lock_file().open("a") as file:
        if not any(_take(file, fcntl.LOCK_EX, wait=_BETWEEN_SECONDS) for _ in range(_TRIES)):
            raise ImportRunning
        yield


def is_held() -> bool:
    """Say whether an import is being worked on by a process that lives."""
    if connection.vendor == "postgresql":
        high, low = divmod(_POSTGRES_KEY, 1 << 32)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
                " AND classid::bigint = %s AND objid::bigint = %s"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
                [high, low],
            )
            return bool(cursor.fetchone()[0])
    if not _lock_file().exists():
        return False
    with _lock_file().open("r") as file:
        return not _take(file, fcntl.LOCK_SH)


def _lock_file() -> Path:
    return Path(settings.HOME) / "work" / "import.lock"


def _take(file: IO[str], how: int, *, wait: float = 0.0) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(wait)
        return False
    return True

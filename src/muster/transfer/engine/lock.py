"""One import at a time: a lock that the operating system or the database lets go of when its holder dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from muster.core.errors import DomainError

_POSTGRES_KEY = 7_367_583_901


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
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_POSTGRES_KEY])
        return
    with (Path(settings.HOME) / "work" / "import.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportRunning from None
        yield

"""When the disk or the database refuses: said in words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from muster.core.errors import DomainError

FULL = "The disk is full. Nothing was stored."
READ_ONLY = "The database or its folder cannot be written. Nothing was stored. `muster doctor` says more."
_FULL_WORDS = ("is full", "disk I/O error", "No space left", "could not extend file")
_READ_ONLY_WORDS = ("readonly database", "read-only transaction", "unable to open database file")
_FULL_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY_NUMBERS = {errno.EROFS, errno.EACCES, errno.EPERM}


class NoRoom(DomainError):
    """The disk is full, or the database cannot be written."""


def refusal(error: Exception) -> str | None:
    """Return what to tell where a disk or a database would take no more, None for any other error."""
    if isinstance(error, DatabaseError):
        text = str(error)
        if any(words in text for words in _FULL_WORDS):
            return FULL
        return READ_ONLY if any(words in text for words in _READ_ONLY_WORDS) else None
    if isinstance(error, OSError):
        return FULL if error.errno in _FULL_NUMBERS else READ_ONLY if error.errno in _READ_ONLY_NUMBERS else None
    return None


@contextmanager
def told() -> Iterator[None]:
    """
    Say it in words when there is no room.

    :raises NoRoom: in place of what the database or the system raised
    """
    try:
        yield
    except (DatabaseError, OSError) as error:
        message = refusal(error)
        if message is None:
            raise
        raise NoRoom(message) from error

"""What a backup asks of a database, whichever it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from muster.backup.problems import BackupProblem

# Open sign-ins would let a thief of the backup in without a password; the rate limits' counters are of the moment.
LEFT_OUT = ("accounts_session", "django_session", "muster_cache")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    What a database held at one moment.

    :ivar counts: table → rows, tables left out with 0
    """

    engine_version: str
    counts: Mapping[str, int]
    migrations: list[str]


class Database(Protocol):
    """
    :ivar engine: as the manifest names it
    :ivar label: as people name it
    :ivar part: name of its part in the archive
    """

    engine: str
    label: str
    part: str

    def snapshot(self, target: Path) -> Snapshot:
        """
        Write all of one moment to a new file, while others write.

        :raises BackupProblem: the database cannot be read, or is damaged
        """

    def see_that_it_is_free(self, beside: Path) -> None:
        """
        See that a backup may be put in; clear away what a killed restore left.

        :param beside: the folder in which restores unpack
        :raises BackupProblem: it holds something
        """

    def put(self, part: Path, home: Path, token: str) -> Mapping[str, int]:
        """
        Put a part into the database of a home that is not in place yet; return the counts found in it.

        :param token: where the home waits, seen from `beside`
        :raises BackupProblem: the database is damaged or does not take it
        """

    def finished(self) -> None:
        """Note that the home is in place."""

    def taken_back(self) -> None:
        """Undo `put`: the home will not be in place."""


def our_url() -> str:
    """Return the address of the database by the role that sees all of it: the owner's, where there is one."""
    url = os.environ.get("DATABASE_URL", "")
    return url and (os.environ.get("DATABASE_OWNER_URL") or url)


def database_of(url: str, home: Path) -> Database:
    """
    Return the database of an installation.

    :param url: as `our_url` returns it, empty for SQLite in the home
    :raises BackupProblem: the address is of neither kind
    """
    from muster.backup.postgres import Postgres
    from muster.backup.sqlite import Sqlite

    if not url:
        return Sqlite(home)
    if url.startswith(("postgres://", "postgresql://")):
        return Postgres(url)
    raise BackupProblem("DATABASE_URL must begin with postgres://, or be empty for SQLite.")

"""Putting a backup back: unpacked and checked beside the home, then in place by one rename."""

import errno
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.backup import archive, half, manifest, sealing
from muster.backup.databases import Database
from muster.backup.manifest import Manifest
from muster.backup.problems import BackupProblem, WrongBackup, told

NOTE = "restored.json"


@dataclass(frozen=True, slots=True)
class Restored:
    """
    :ivar seconds: how long it took
    """

    home: Path
    seconds: float
    manifest: Manifest


def restore_backup(
    *, file: Path, home: Path, database: Database, identities: Sequence[sealing.Identity] = ()
) -> Restored:
    """
    Restore into a home that is not there yet, or is an empty folder.

    Every part's hash and every table's count is checked before anything is in place; then the home appears by one rename.
    On PostgreSQL the database must be empty; a killed restore is noticed by the next one and cleared away.

    :raises BackupProblem: why nothing was restored
    """
    began = time.monotonic()
    prefix = f".{home.name}.restoring-"
    try:
        with told(home):
            _see_that_it_is_empty(home)
            home.parent.mkdir(parents=True, exist_ok=True)
            with half.half_folder(home.parent, prefix) as scratch:
                parts = scratch / "parts"
                parts.mkdir(mode=0o700)
                found = archive.unpack(file, parts, identities=identities)
                _see_that_it_fits(found, database)
                database.see_that_it_is_free(home.parent)
                half.sweep_folders(home.parent, prefix)
                _put(found, parts, scratch, home, database)
    except WrongBackup as problem:
        raise WrongBackup(f"{file} was not restored. {problem}") from problem
    return Restored(home, time.monotonic() - began, found)


def _see_that_it_is_empty(home: Path) -> None:
    if not home.exists():
        return
    if not home.is_dir() or any(home.iterdir()):
        raise BackupProblem(
            f"{home} is not empty, so nothing was restored. Move it away, or set MUSTER_HOME to a new folder."
        )


def _see_that_it_fits(found: Manifest, database: Database) -> None:
    manifest.check_known(found)
    if found.engine != database.engine or database.part not in found.parts:
        kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(found.engine, found.engine)
        mend = "Unset DATABASE_URL" if found.engine == "sqlite" else "Set DATABASE_URL to an empty database"
        raise WrongBackup(f"It was made on {kind}, and this is {database.label}. {mend}.")


def _put(found: Manifest, parts: Path, scratch: Path, home: Path, database: Database) -> None:
    staged = scratch / "home"
    staged.mkdir(mode=0o700)
    try:
        counts = database.put(parts / database.part, staged, scratch.name)
        wrong = _differences(found.counts, counts)
        if wrong:
            raise WrongBackup(f"It is not whole: {'; '.join(wrong[:3])}.")
        for folder in ("audit", "uploads", "keys"):
            if (parts / folder).is_dir():
                (parts / folder).rename(staged / folder)
        (staged / NOTE).write_bytes(manifest.write(found))
        (staged / NOTE).chmod(0o600)
        half.sync_tree(staged)
        _rename(staged, home)
    except BaseException:
        database.taken_back()
        raise
    half.sync_folder(home.parent)
    database.finished()


def _differences(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"{table} should have {expected.get(table, 0)} rows and has {found.get(table, 0)}"
        for table in sorted({*expected, *found})
        if expected.get(table) != found.get(table)
    ]


def _rename(staged: Path, home: Path) -> None:
    try:
        os.rename(staged, home)
    except OSError as error:
        if error.errno in (errno.EBUSY, errno.EXDEV):
            raise BackupProblem(
                f"{home} is a drive of its own, so it cannot be put in place at once."
                f" Set MUSTER_HOME to a folder in it: {home}/muster"
            ) from error
        raise

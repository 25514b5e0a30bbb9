"""
The numbers of erased records, one a line, in a file outside the database.

They say nothing by themselves. They lie beside the database and beside its backups, so that a restored backup from before an
erasure does not bring anybody back.
"""

import os
from collections.abc import Iterable
from pathlib import Path

NAME = "erasures.log"


def read(path: Path) -> set[str]:
    """Return the numbers in a file; empty where there is none."""
    return set(path.read_text("utf-8").split()) if path.exists() else set()


def add(path: Path, refs: Iterable[str]) -> None:
    """Add the numbers that are not in the file yet; it is on the disk when this returns, and only its owner reads it."""
    missing = sorted(set(refs) - read(path))
    if not missing:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.writelines(f"{ref}\n" for ref in missing)
        file.flush()
        os.fsync(file.fileno())

"""The folder that holds everything an installation owns: database, keys, uploads, backups, work in progress."""

import os
from pathlib import Path

from muster.core import keyfiles


def path() -> Path:
    """Return where `MUSTER_HOME` (default `./var`) is, whether it is there or not."""
    return Path(os.environ.get("MUSTER_HOME", "var")).resolve()


def home() -> Path:
    """
    Return `MUSTER_HOME`, made and closed to other users of the machine.

    A folder that was there before stays as open as it is; but from now on whatever this process writes, there and elsewhere,
    is for its own user only: the database, letters, uploads, lists.
    """
    os.umask(0o077)
    folder = path()
    for each in (folder, *(folder / name for name in ("keys", "uploads", "backups", "static", "work"))):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def key(folder: Path, name: str) -> str:
    """Return the secret of that name, made on first use; readable by the owner only."""
    return keyfiles.secret_text(folder / "keys", name)

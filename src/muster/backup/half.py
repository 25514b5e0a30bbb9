"""
Files and folders that are not finished: they carry a name of their own until they are, and a lock while somebody works on them.

The lock goes with the process that holds it, so what a killed run left behind is known by having none.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from muster.backup.problems import UNFINISHED

_RANDOM = "[0-9a-f]{16}"


@contextmanager
def half_file(final: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """
    Give a file to write beside `final`; when the block ends well it is on the disk under that name, else it is gone.

    :returns: its path until then, and the file, open for writing
    :raises OSError: the folder cannot be written, or the disk is full
    """
    path = final.with_name(f".{final.name}.{secrets.token_hex(8)}{UNFINISHED}")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            _lock(handle)
            yield path, file
            file.flush()
            os.fsync(handle)
            path.rename(final)
        sync_folder(final.parent)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def half_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Give an empty folder in `parent`, closed to others; it is gone when the block ends."""
    path = parent / f"{prefix}{secrets.token_hex(8)}"
    path.mkdir(mode=0o700)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(handle)
        yield path
    finally:
        os.close(handle)
        shutil.rmtree(path, ignore_errors=True)


def sweep_files(folder: Path) -> None:
    """Remove the half files that killed runs left in the folder."""
    _sweep(folder, re.compile(rf"\..+\.{_RANDOM}{re.escape(UNFINISHED)}"))


def sweep_folders(parent: Path, prefix: str) -> None:
    """Remove the half folders of that prefix that killed runs left behind."""
    _sweep(parent, re.compile(re.escape(prefix) + _RANDOM))


def sync_tree(folder: Path) -> None:
    """Bring every file and folder below onto the disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(root) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(root))


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk, where its file system can."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError:
        return  # some network drives know no such thing
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return  # a drive without locks: nothing there is ever swept


def _sweep(folder: Path, names: re.Pattern[str]) -> None:
    for path in folder.iterdir():
        if not names.fullmatch(path.name):
            continue
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # somebody works on it
        else:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        finally:
            os.close(handle)


def is_worked_on(path: Path) -> bool:
    """Say whether a living process holds a half file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False

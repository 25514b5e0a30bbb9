"""
Secrets in files: made on first use, readable by their owner only, with an id of their own so that they can be changed.

A ring is all keys of one purpose in one folder, `NAME.NUMBER-FINGERPRINT`. The newest is used; the older ones stay to read what
they wrote. The fingerprint is part of the id: a key that was lost and made anew is never mistaken for the old one.
"""

import base64
import binascii
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32


class KeyDamaged(Exception):
    """A key file does not hold the key that its name says; the message names the file."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """
    The keys of one purpose.

    :ivar keys: id → `KEY_BYTES` bytes, oldest first; kept out of every message
    """

    name: str
    keys: Mapping[str, bytes] = field(repr=False)

    @property
    def current_id(self) -> str:
        """Return the id of the newest key; an empty ring has none (`KeyError`)."""
        if not self.keys:
            raise KeyError(self.name)
        return list(self.keys)[-1]

    @property
    def current(self) -> bytes:
        """Return the newest key."""
        return self.keys[self.current_id]


def read_ring(folder: Path, name: str) -> KeyRing:
    """
    Return the keys there are, perhaps none.

    :raises KeyDamaged: a file was changed or cut off
    """
    pattern = re.compile(rf"{re.escape(name)}\.(([0-9]+)-[0-9a-f]{{12}})")
    found = sorted((int(match[2]), match[1]) for path in folder.iterdir() if (match := pattern.fullmatch(path.name)))
    return KeyRing(name, {key_id: _read(folder / f"{name}.{key_id}", key_id) for _, key_id in found})


def open_ring(folder: Path, name: str) -> KeyRing:
    """Return the keys there are; the first is made if there is none, once however many processes ask."""
    ring = read_ring(folder, name)
    if ring.keys:
        return ring
    with _held(folder):
        ring = read_ring(folder, name)
        return ring if ring.keys else _added(folder, ring)


def add_key(folder: Path, name: str) -> KeyRing:
    """Make a new key, used from now on, and return the ring with it."""
    with _held(folder):
        return _added(folder, read_ring(folder, name))


def secret_text(folder: Path, name: str) -> str:
    """Return the text of a secret that has one file and no id, made on first use (64 letters and digits)."""
    path = folder / name
    if not path.exists():
        with _held(folder):
            if not path.exists():
                _write(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def _added(folder: Path, ring: KeyRing) -> KeyRing:
    number = max((int(key_id.partition("-")[0]) for key_id in ring.keys), default=0) + 1
    key = secrets.token_bytes(KEY_BYTES)
    key_id = f"{number}-{_fingerprint(key)}"
    _write(folder / f"{ring.name}.{key_id}", base64.urlsafe_b64encode(key).decode() + "\n")
    return KeyRing(ring.name, {**ring.keys, key_id: key})


def _read(path: Path, key_id: str) -> bytes:
    try:
        key = base64.b64decode(path.read_bytes().strip(), altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES or _fingerprint(key) != key_id.partition("-")[2]:
        raise KeyDamaged(f"The key file {path} was changed or is damaged. Bring it back from a backup.")
    return key


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"muster key id\0" + key).hexdigest()[:12]


def _write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, after a power cut too; the name must be free."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Keep other processes from making keys in this folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

"""What is kept of the chain outside the database: the key, the daily heads, and how far the chain has come."""

import fcntl
import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from muster.audit.calc import chain
from muster.audit.calc.chain import HeadRow, Mac
from muster.core import keyfiles
from muster.core.keyfiles import KeyRing

RING = "audit"
_TIP_BYTES = 200


def keys_folder() -> Path:
    """Return the folder of the keys."""
    return _made(Path(settings.HOME) / "keys")


def folder() -> Path:
    """Return the folder of `heads` and `tip`."""
    return _made(Path(settings.HOME) / "audit")


def ring() -> KeyRing:
    """Return the keys of the trace; read again only when something in their folder has changed."""
    path = keys_folder()
    keys = _ring(path, path.stat().st_mtime_ns)
    return keys if keys.keys else keyfiles.open_ring(path, RING)


def mac_of(key_id: str) -> Mac | None:
    """Return what makes seals with that key, None where there is no such key."""
    key = ring().keys.get(key_id)
    return _mac(key) if key else None


def current_mac() -> tuple[str, Mac]:
    """Return (id, what makes seals) of the newest key."""
    keys = ring()
    return keys.current_id, _mac(keys.current)


def add_head(head: HeadRow) -> None:
    """Append a head to the file; it is on the disk when this returns."""
    handle = os.open(folder() / "heads", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{chain.head_line(head)}\n".encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)


def heads() -> list[HeadRow]:
    """
    Return the heads in the file, none where there is no file.

    :raises ValueError: a line cannot be read
    """
    path = folder() / "heads"
    return chain.read_heads(path.read_text(encoding="ascii").splitlines()) if path.exists() else []


def note_tip(position: int, sealed: bytes) -> None:
    """Keep the position and the seal of the latest entry; an earlier one than is kept already changes nothing."""
    key_id, mac = current_mac()
    signature = chain.tip_signature(mac, position=position, sealed=sealed)
    line = f"{position} {sealed.hex()} {key_id} {signature.hex()}\n".ljust(_TIP_BYTES).encode("ascii")
    handle = os.open(folder() / "tip", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        kept = os.pread(handle, 20, 0).split()
        if not kept or not kept[0].isdigit() or int(kept[0]) < position:
            # No fsync: after a power cut an older tip is as true as this one.
            os.pwrite(handle, line, 0)
    finally:
        os.close(handle)


def tip() -> tuple[int, bytes] | None:
    """
    Return (position, seal) of the latest entry that was ever stored, None where nothing is kept.

    :raises ValueError: the file was changed by somebody without the key
    """
    try:
        parts = (folder() / "tip").read_bytes().split()
    except FileNotFoundError:
        return None
    if len(parts) != 4:
        raise ValueError("tip")
    position, sealed = int(parts[0]), bytes.fromhex(parts[1].decode("ascii"))
    mac = mac_of(parts[2].decode("ascii"))
    if mac is None or chain.tip_signature(mac, position=position, sealed=sealed).hex() != parts[3].decode("ascii"):
        raise ValueError("tip")
    return position, sealed


@lru_cache(maxsize=2)
def _ring(path: Path, changed: int) -> KeyRing:
    return keyfiles.read_ring(path, RING)


@lru_cache(maxsize=16)
def _mac(key: bytes) -> Mac:
    return Mac(key)


def _made(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path

"""Making a backup: snapshot, pack, read back, and only then a name."""

import fcntl
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import muster
from muster.backup import archive, half, rotate, sealing
from muster.backup.databases import Database, Snapshot
from muster.backup.manifest import Manifest, Part
from muster.backup.problems import BackupProblem, told

_WORK = "backup-"
# The daily heads of the trace, and how far it has come.
_TRACE = "audit"


@dataclass(frozen=True, slots=True)
class Made:
    """
    :ivar size: bytes
    :ivar sha256: of the whole file, in hexadecimal
    :ivar seconds: how long it took
    :ivar identity: opens a sealed backup within this run; known to nobody else and kept nowhere
    """

    file: Path
    size: int
    sha256: str
    seconds: float
    is_sealed: bool
    manifest: Manifest
    identity: sealing.Identity = field(repr=False, compare=False, default=None)


def make_backup(
    *,
    home: Path,
    database: Database,
    target: Path,
    recipients: Sequence[str] = (),
    settings: Mapping[str, str],
    now: datetime,
) -> Made:
    """
    Write one backup and read it back; nothing stands under its name before that.

    What is kept of the trace outside the database is read first: it must not know of entries that are not in the backup. Then
    the database, then the uploads: an upload is stored before the row that names it. Keys go in only where it is sealed.

    :param target: an existing folder, in which the file gets a name from the time, or the file itself
    :param recipients: public keys to seal it to
    :param settings: name → value, no secrets
    :raises BackupProblem: why there is none
    """
    began = time.monotonic()
    to = sealing.recipients_of(recipients)
    final = _final(target, is_sealed=bool(to), now=now)
    # One more reader, for as long as this run lasts: what was sealed can be read back without the offline key.
    own = sealing.new_identity() if to else None
    work = home / "work"
    with told(final):
        half.sweep_files(final.parent)
        half.sweep_folders(work, _WORK)
        with half.half_folder(work, _WORK) as scratch, half.half_file(final) as (path, out):
            _copy_outside(home / _TRACE, scratch / _TRACE)
            snapshot = database.snapshot(scratch / database.part)
            describe = partial(_manifest, database, snapshot, settings, now)
            parts = _parts(home, scratch, database.part, with_keys=bool(to))
            manifest = archive.write(out, parts, recipients=[*to, own.to_public()] if own else [], describe=describe)
            out.flush()
            (scratch / database.part).unlink()
            archive.unpack(path, None, identities=[own] if own else [])
            size, sha256 = _hashed(path)
    return Made(final, size, sha256, time.monotonic() - began, bool(to), manifest, own)


def _manifest(
    database: Database, snapshot: Snapshot, settings: Mapping[str, str], now: datetime, parts: Mapping[str, Part]
) -> Manifest:
    return Manifest(
        muster=muster.__version__,
        created_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        engine=database.engine,
        engine_version=snapshot.engine_version,
        counts=snapshot.counts,
        migrations=snapshot.migrations,
        settings=settings,
        parts=parts,
    )


def _final(target: Path, *, is_sealed: bool, now: datetime) -> Path:
    if target.is_dir():
        return rotate.free_name(target, is_sealed=is_sealed, now=now)
    if target.exists():
        raise BackupProblem(
            f"{target} is there already. Take another name, or a folder: a file in it is named by the time."
        )
    if not target.parent.is_dir():
        raise BackupProblem(f"There is no folder {target.parent}.")
    return target


def _copy_outside(source: Path, target: Path) -> None:
    """Copy what is kept of the trace outside the database; each file in one piece, as whoever writes to it locks it."""
    target.mkdir(mode=0o700)
    for path in sorted(source.glob("[!.]*")):
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            (target / path.name).write_bytes(file.read())


def _parts(home: Path, scratch: Path, database: str, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    yield database, scratch / database
    for base, folder in ((scratch, _TRACE), (home, "uploads"), (home, "keys"))[: 3 if with_keys else 2]:
        for path in sorted((base / folder).rglob("*")):
            # What begins with a point is still being written.
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path.relative_to(base).as_posix(), path


def _hashed(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()

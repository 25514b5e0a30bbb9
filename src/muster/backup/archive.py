"""The file itself: a tar in gzip, its last member a manifest; sealed with age where there is somebody to seal it to."""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, cast

from muster.backup import manifest as manifests
from muster.backup import sealing
from muster.backup.manifest import Manifest, Part
from muster.backup.problems import WrongBackup

BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_FOLDERS = {"audit", "uploads", "keys"}
_DATABASES = {"database.sqlite3", "database.dump"}
_SMALL = 64 * BLOCK


def write(
    out: IO[bytes],
    parts: Iterable[tuple[str, Path]],
    *,
    recipients: Sequence[sealing.Recipient],
    describe: Callable[[Mapping[str, Part]], Manifest],
) -> Manifest:
    """
    Write the parts and the manifest that `describe` makes of their sizes and hashes.

    :param parts: (name in the archive, file); one that is gone by now is left out
    :param recipients: whom to seal it to; nobody: it stays open
    :raises OSError: a part cannot be read, or `out` not written
    """
    stream: AbstractContextManager[IO[bytes]] = sealing.sealed(out, recipients) if recipients else nullcontext(out)
    with (
        stream as plain,
        gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", bufsize=BLOCK, format=tarfile.PAX_FORMAT) as tar,
    ):
        _add_bytes(tar, manifests.HEADER, manifests.header())
        written = {name: part for name, path in parts if (part := _add(tar, name, path)) is not None}
        manifest = describe(written)
        _add_bytes(tar, manifests.NAME, manifests.write(manifest))
    return manifest


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Part | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        # Of a file that grows meanwhile, what it held now: the row that will name it is not in the database yet.
        size = os.fstat(file.fileno()).st_size
        hashing = _Hashing(file)
        tar.addfile(_member(name, size), hashing)
    return Part(size, hashing.sha256.hexdigest())


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_member(name, len(content)), io.BytesIO(content))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


class _Hashing:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data


def unpack(file: Path, into: Path | None, *, identities: Sequence[sealing.Identity]) -> Manifest:
    """
    Read a backup to its end and check every part against the manifest.

    :param into: an empty folder that takes the parts; None: only check
    :raises WrongBackup: damaged, cut off, foreign, or sealed and not opened by these identities
    :raises OSError: `into` cannot be written
    """
    try:
        with _plain(file, identities) as packed:
            found: dict[str, Part] = {}
            manifest = None
            with tarfile.open(fileobj=packed, mode="r|", bufsize=BLOCK) as tar:
                for member in _members(tar):
                    content = _content(tar, member)
                    if member.name == manifests.NAME:
                        manifest = manifests.read(content.read())
                    else:
                        found[member.name] = _take(content, into / member.name if into else None)
            while packed.read(BLOCK):
                pass  # its checksum comes last
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise WrongBackup("It is damaged or cut off.") from error
    if manifest is None or found != dict(manifest.parts):
        raise WrongBackup("It is damaged: its parts are not those that its list of contents names.")
    return manifest


@contextmanager
def _plain(file: Path, identities: Sequence[sealing.Identity]) -> Iterator[IO[bytes]]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise WrongBackup(f"It cannot be read: {error.strerror}.") from error
    with source:
        try:
            begin = source.read(len(sealing.MAGIC))
            source.seek(0)
        except OSError as error:
            raise WrongBackup(f"It cannot be read: {error.strerror}.") from error
        is_sealed = begin == sealing.MAGIC
        if not is_sealed and not begin.startswith(_GZIP):
            raise WrongBackup("It is not a backup of Muster.")
        if is_sealed and not identities:
            raise WrongBackup("It is sealed. Add --identity KEYFILE, the file with the private key.")
        stream: AbstractContextManager[IO[bytes]] = (
            sealing.opened(source, identities) if is_sealed else nullcontext(source)
        )
        with stream as plain, gzip.GzipFile(fileobj=plain, mode="rb") as packed:
            yield cast(IO[bytes], packed)


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    seen: set[str] = set()
    for member in tar:
        if not seen:
            if member.name != manifests.HEADER or not member.isreg() or member.size > BLOCK:
                raise WrongBackup("It is not a backup of Muster.")
            manifests.check_header(_content(tar, member).read())
            seen.add(member.name)
            continue
        if member.name in seen or not member.isreg() or not _is_ours(member):
            raise WrongBackup(f"It is damaged: it holds “{member.name[:80]}”, which no backup does.")
        seen.add(member.name)
        yield member
    if not seen:
        raise WrongBackup("It is not a backup of Muster.")


def _is_ours(member: tarfile.TarInfo) -> bool:
    """Say whether a backup may hold a file of that name; nothing may lead out of the folder it is unpacked to."""
    if member.name == manifests.NAME:
        return member.size <= _SMALL
    first, *rest = member.name.split("/")
    if not rest:
        return first in _DATABASES
    return first in _FOLDERS and all(part not in ("", ".", "..") and "\0" not in part for part in rest)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    assert content is not None  # a regular file has one
    return content


def _take(content: IO[bytes], target: Path | None) -> Part:
    sha256, size = hashlib.sha256(), 0
    with _created(target) if target else nullcontext() as file:
        while block := content.read(BLOCK):
            sha256.update(block)
            size += len(block)
            if file is not None:
                file.write(block)
    return Part(size, sha256.hexdigest())


def _created(target: Path) -> IO[bytes]:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

"""What a backup says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import muster
from muster.backup.problems import WrongBackup

FORMAT, VERSION = "muster-backup", 1
HEADER, NAME = "muster-backup.json", "manifest.json"


@dataclass(frozen=True, slots=True)
class Part:
    """
    :ivar size: bytes
    :ivar sha256: in hexadecimal
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    :ivar muster: version of the program that made it
    :ivar created_at: ISO 8601, UTC
    :ivar engine: `sqlite` or `postgresql`
    :ivar engine_version: for people to read
    :ivar counts: table → rows
    :ivar migrations: `app.name`, sorted
    :ivar settings: what stood in the environment and is no secret
    :ivar parts: name in the archive → size and hash
    """

    muster: str
    created_at: str
    engine: str
    engine_version: str
    counts: Mapping[str, int]
    migrations: list[str]
    settings: Mapping[str, str]
    parts: Mapping[str, Part]

    @property
    def has_keys(self) -> bool:
        return any(name.startswith("keys/") for name in self.parts)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def header() -> bytes:
    """Return the first member: what this is, for whoever opens it with tar."""
    return _json({"format": FORMAT, "version": VERSION, "muster": muster.__version__})


def check_header(text: bytes) -> None:
    """
    :raises WrongBackup: it is none of ours, or of a later format
    """
    try:
        said = json.loads(text)
        kind, version = said["format"], int(said["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise WrongBackup("It is not a backup of Muster.") from error
    if kind != FORMAT:
        raise WrongBackup("It is not a backup of Muster.")
    if version > VERSION:
        raise WrongBackup(f"It was made by a newer Muster ({said.get('muster')}). Upgrade Muster first.")


def write(manifest: Manifest) -> bytes:
    """Return the manifest as JSON."""
    return _json({"format": FORMAT, "version": VERSION, **asdict(manifest)})


def read(text: bytes) -> Manifest:
    """
    :raises WrongBackup: a field is missing or of another kind
    """
    try:
        said = json.loads(text)
        parts = {str(name): Part(int(part["size"]), str(part["sha256"])) for name, part in said["parts"].items()}
        return Manifest(
            muster=str(said["muster"]),
            created_at=str(said["created_at"]),
            engine=str(said["engine"]),
            engine_version=str(said["engine_version"]),
            counts={str(table): int(count) for table, count in said["counts"].items()},
            migrations=[str(name) for name in said["migrations"]],
            settings={str(name): str(value) for name, value in said["settings"].items()},
            parts=parts,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongBackup("It is damaged: its list of contents cannot be read.") from error


def check_known(manifest: Manifest) -> None:
    """
    See that this Muster knows every change of the tables that the backup has been through.

    :raises WrongBackup: it was made by a newer Muster
    """
    ours = Path(muster.__file__).parent
    for migration in manifest.migrations:
        app, _, name = migration.partition(".")
        folder = ours / app / "migrations"
        if folder.is_dir() and not (folder / f"{name}.py").is_file():
            raise WrongBackup(f"It was made by a newer Muster ({manifest.muster}, {migration}). Upgrade Muster first.")


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"

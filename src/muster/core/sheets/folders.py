"""The exchange folder, or a zip of it: which tables there are."""

import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from muster.core.sheets.delimited import Table
from muster.core.sheets.files import BLOCK_BYTES, OpenFile, nameless_file, open_file
from muster.core.sheets.problems import SheetError, SheetProblem, fatal
from muster.core.sheets.tables import open_table_file

KINDS = ("units", "people", "standings", "placements", "roles", "qualifications", "inquiries", "goals")
ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".ods")
MAX_PARTS = 10_000
MAX_UNPACKED, FREE_RATIO_BELOW, MAX_RATIO = 4 << 30, 50 << 20, 200
EXPECTED = "a folder or .zip with people.csv and, if you have them, " + ", ".join(
    f"{kind}.csv" for kind in KINDS if kind != "people"
)


@dataclass(frozen=True, slots=True)
class Folder:
    """
    The tables of an exchange folder.

    :ivar tables: kind (one of `KINDS`, in that order) → its table, perhaps without rows; ``people`` is always there
    :ivar warnings: files that were left out, and what the tables themselves warn of
    """

    name: str
    tables: dict[str, Table]
    warnings: tuple[SheetProblem, ...] = ()


def is_folder(path: Path) -> bool:
    """Say whether this is an exchange folder (a directory or a zip that is no workbook) and not a single sheet."""
    if path.is_dir():
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except Exception:
        return path.suffix.lower() == ".zip"
    return not names & {"[Content_Types].xml", "mimetype", "content.xml"}


def open_folder(path: Path, *, scratch: Path | None = None) -> Folder:
    """
    Open an exchange folder: a directory, or a .zip of one, with or without one folder inside.

    :param scratch: folder for nameless temporary files; the system's if None
    :raises SheetError: no people.csv, the same kind twice, nothing in any table, an unsafe or oversized archive, or a known
        file that cannot be read
    """
    if path.is_dir():
        return _read(path.name, _directory(path), scratch)
    with _archive(path) as archive:
        return _read(path.name, _members(path.name, archive, scratch), scratch)


Opener = Callable[[], OpenFile]


def _read(name: str, files: Mapping[str, Opener], scratch: Path | None) -> Folder:
    found: dict[str, str] = {}
    warnings: list[SheetProblem] = []
    for file in sorted(files):
        place = PurePosixPath(file)
        stem, ending = place.stem.lower(), place.suffix.lower()
        if stem not in KINDS or ending not in ENDINGS or len(place.parts) > 1:
            message = "This file was left out: its name is none of those that are read."
            warnings.append(SheetProblem(file, None, "", "", message))
        elif stem in found:
            raise fatal(file, f"The folder holds this table twice: {found[stem]} and {file}.")
        else:
            found[stem] = file
    if "people" not in found:
        raise fatal(name, "There is no people.csv in this folder.", expected=EXPECTED)
    tables = {
        kind: open_table_file(files[found[kind]](), scratch=scratch, allow_no_rows=True)
        for kind in KINDS
        if kind in found
    }
    if all(next(table.chunks(1), None) is None for table in tables.values()):
        raise fatal(name, "No file of this folder has any row below its column names.")
    for table in tables.values():
        warnings += table.warnings
    return Folder(name, tables, tuple(warnings))


def _directory(path: Path) -> dict[str, Opener]:
    entries = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    if len(entries) == 1 and entries[0].is_dir():
        return _directory(entries[0])
    return {entry.name: lambda entry=entry: open_file(entry) for entry in entries if entry.is_file()}  # type: ignore[misc]


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip; whatever zipfile makes of a broken one becomes a `SheetError`."""
    try:
        with zipfile.ZipFile(open_file(path).reader()) as archive:
            yield archive
    except SheetError:
        raise
    except OSError as error:
        raise fatal(path.name, f"This zip file cannot be read: {error.strerror or error}.") from None
    except Exception:
        raise fatal(path.name, "This zip file is broken.", expected=EXPECTED) from None


def _members(name: str, archive: zipfile.ZipFile, scratch: Path | None) -> dict[str, Opener]:
    parts = archive.infolist()
    _check_parts(name, parts)
    files = {_slashed(part): part for part in parts if not part.is_dir() and not _is_litter(_slashed(part))}
    tops = {PurePosixPath(file).parts[0] for file in files}
    if len(tops) == 1 and all("/" in file for file in files):
        files = {file.partition("/")[2]: part for file, part in files.items()}
    return {
        file: lambda file=file, part=part: _unpack(nameless_file(file, scratch), archive, part)  # type: ignore[misc]
        for file, part in files.items()
    }


def _slashed(part: zipfile.ZipInfo) -> str:
    return part.filename.replace("\\", "/")


def _is_litter(name: str) -> bool:
    """What operating systems put into archives by themselves."""
    parts = PurePosixPath(name).parts
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1] in ("Thumbs.db", "desktop.ini")


def _check_parts(name: str, parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        place = PurePosixPath(part.filename)
        if (
            place.is_absolute()
            or ".." in place.parts
            or "\\" in part.filename
            or ":" in part.filename
            or not place.parts
        ):
            raise fatal(name, "This zip file is not safe: it names a file outside its folder.", value=part.filename)
        if stat.S_ISLNK(part.external_attr >> 16):
            raise fatal(name, "This zip file is not safe: it holds a link to another file.", value=part.filename)
        if part.flag_bits & 1:
            raise fatal(name, "This zip file is locked with a password.", value=part.filename)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise fatal(
                name,
                "This zip file is packed in a way that is not read.",
                value=part.filename,
                expected="an ordinary zip",
            )
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    bomb = unpacked > FREE_RATIO_BELOW and unpacked > MAX_RATIO * packed
    if bomb or unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise fatal(name, "This zip file unpacks to far more than it should hold.")


def _unpack(target: OpenFile, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> OpenFile:
    """Copy one member; zipfile gives at most the size that was declared and checked, and verifies its checksum."""
    with archive.open(part) as opened:
        while block := opened.read(BLOCK_BYTES):
            view = memoryview(block)
            while view:
                view = view[os.write(target.descriptor, view) :]
    return target

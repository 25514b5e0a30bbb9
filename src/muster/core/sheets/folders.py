"""The exchange folder, or a zip of it: which tables there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from muster.core.sheets.archives import Archive
from muster.core.sheets.delimited import Table
from muster.core.sheets.files import OpenFile, open_file
from muster.core.sheets.problems import SheetError, SheetProblem, fatal
from muster.core.sheets.tables import ENDINGS, open_table_file

KINDS = (
    "units", "people", "standings", "placements", "roles", "qualifications", "inquiries", "goals",
    "unit_kinds", "meetings",
    "cases", "stages", "conversations", "assessments", "applications",
)  # fmt: skip
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
    """
    Say whether this is an exchange folder: a directory, or a zip that is neither a workbook nor holds one lone sheet.

    A lone sheet in a zip is what `open_table` reads, unless it is people.csv.
    """
    if _is_directory(path):
        return True
    if path.suffix.lower() not in ("", ".zip"):
        return False
    try:
        archive = Archive(open_file(path))
    except SheetError:
        return path.suffix.lower() == ".zip"
    lone = len(archive.files) == 1 and not any(PurePosixPath(name).stem.lower() in KINDS for name in archive.files)
    return not archive.is_workbook and not lone


def open_folder(path: Path, *, scratch: Path | None = None) -> Folder:
    """
    Open an exchange folder: a directory, or a .zip of one, with or without one folder inside.

    :param scratch: folder for nameless temporary files; the system's if None
    :raises SheetError: no people.csv, the same kind twice, nothing in any table, an unsafe or oversized archive, or a known
        file that cannot be read
    """
    if _is_directory(path):
        return _read(path.name or str(path), _directory(path), scratch)
    archive = Archive(open_file(path))
    unpacked = {name: lambda name=name: archive.unpack(name, scratch) for name in archive.files}
    return _read(path.name, unpacked, scratch)


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
    try:
        entries = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
        if len(entries) == 1 and entries[0].is_dir():
            return _directory(entries[0])
        return {entry.name: lambda entry=entry: open_file(entry) for entry in entries if entry.is_file()}  # type: ignore[misc]
    except OSError as error:
        raise fatal(path.name, f"This folder cannot be read: {error.strerror}.") from None


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # what is wrong with it is said where it is opened

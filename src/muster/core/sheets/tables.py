"""One table out of one file, whatever the kind of file: headers, then chunks of columns of text."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from muster.core.sheets.archives import Archive
from muster.core.sheets.delimited import Chunk, Table, open_delimited
from muster.core.sheets.files import OpenFile, open_file
from muster.core.sheets.problems import fatal
from muster.core.sheets.workbooks import ZIP, is_workbook, open_workbook

__all__ = ["Chunk", "Table", "open_table", "open_table_file"]

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a letter in RTF"),
)
_FOREIGN_TEXT = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "XML"),
)
_JSON = (b"{", b"[")


def open_table(path: Path, *, name: str = "", scratch: Path | None = None, allow_no_rows: bool = False) -> Table:
    """
    Open a sheet: CSV and its kin (any delimiter and encoding that can be told), XLSX, XLS, ODS, or a zip of one such file.

    :param name: what to call the file in problems; its own name if empty
    :param scratch: folder for nameless temporary files; the system's if None
    :param allow_no_rows: take a header without rows below it
    :raises SheetError: not a table, empty, no rows, headers twice, too large, encrypted, broken, unknown encoding
    """
    return open_table_file(open_file(path, name), scratch=scratch, allow_no_rows=allow_no_rows)


def open_table_file(file: OpenFile, *, scratch: Path | None = None, allow_no_rows: bool = False) -> Table:
    """Do as `open_table` for a file that is open already."""
    try:
        file = open_lone_sheet(file, scratch)
        head = file.head(64)
        if is_workbook(head):
            return open_workbook(file, scratch=scratch, allow_no_rows=allow_no_rows)
        _refuse_foreign(file.name, head)
        return open_delimited(file, allow_no_rows=allow_no_rows)
    except OSError as error:
        raise fatal(file.name, f"This file cannot be read: {error.strerror}.") from None


def open_lone_sheet(file: OpenFile, scratch: Path | None, *, beside: Collection[str] = ()) -> OpenFile:
    """
    Return the one sheet of a zip, or the file itself where it is no zip, or a workbook.

    :param beside: names of files in the zip that are no sheet
    :raises SheetError: the zip is broken, locked or a bomb, or holds none or several
    """
    if not file.head(64).startswith(ZIP) or (archive := Archive(file)).is_workbook:
        return file
    found = [path for path in archive.files if PurePosixPath(path).name not in beside]
    sheets = [path for path in found if PurePosixPath(path).suffix.lower() in ENDINGS]
    if len(sheets) != 1:
        raise fatal(
            file.name,
            f"This zip file holds {len(sheets)} sheets.",
            expected="one sheet, or an exchange folder with people.csv",
        )
    return archive.unpack(sheets[0], scratch)


def _refuse_foreign(name: str, head: bytes) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kind = next((kind for mark, kind in _FOREIGN if head.startswith(mark)), None)
    kind = kind or next((kind for mark, kind in _FOREIGN_TEXT if start.startswith(mark)), None)
    kind = kind or ("JSON" if start.startswith(_JSON) else None)
    if kind:
        raise fatal(name, f"This is not a table but {kind}.", expected="a CSV, XLSX, XLS or ODS file")

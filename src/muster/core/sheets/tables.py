"""One table out of one file, whatever the kind of file: headers, then chunks of columns of text."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePosixPath

from muster.core.sheets.archives import BROKEN, Archive
from muster.core.sheets.delimited import Chunk, Table, open_delimited
from muster.core.sheets.encodings import NO_TEXT
from muster.core.sheets.files import OpenFile, open_file
from muster.core.sheets.problems import SheetError, fatal
from muster.core.sheets.workbooks import ZIP, is_workbook, open_workbook

__all__ = ["Chunk", "Table", "open_table", "open_table_file"]

WORKBOOKS = (".xlsx", ".xls", ".ods")
ENDINGS = (".csv", ".tsv", ".txt", *WORKBOOKS)
NONE_OR_BROKEN = "This is no spreadsheet, or a broken one."
FALSE_NAME = "This is no spreadsheet, though its name says so."
SAVE_IT = "a file that a spreadsheet program saved: open the table there, and save it as XLSX or CSV"
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
        return _open_text(file, allow_no_rows=allow_no_rows)
    except OSError as error:
        raise fatal(file.name, f"This file cannot be read: {error.strerror}.") from None


def open_lone_sheet(file: OpenFile, scratch: Path | None, *, beside: Collection[str] = ()) -> OpenFile:
    """
    Return the one sheet of a zip, or the file itself where it is no zip, or a workbook.

    :param beside: names of files in the zip that are no sheet
    :raises SheetError: the zip is broken, locked or a bomb, or holds none or several
    """
    if not file.head(64).startswith(ZIP):
        return file
    try:
        archive = Archive(file)
    except SheetError as error:
        # What is locked, or a bomb, is told as it is.
        if error.problem.message == BROKEN and _is_named_workbook(file):
            raise fatal(file.name, NONE_OR_BROKEN, expected=SAVE_IT) from None
        raise
    if archive.is_workbook:
        return file
    found = [path for path in archive.files if PurePosixPath(path).name not in beside]
    sheets = [path for path in found if PurePosixPath(path).suffix.lower() in ENDINGS]
    if not sheets and _is_named_workbook(file):
        raise fatal(file.name, FALSE_NAME, expected=SAVE_IT)
    if len(sheets) != 1:
        raise fatal(
            file.name,
            f"This zip file holds {len(sheets)} sheets.",
            expected="one sheet, or an exchange folder with people.csv",
        )
    return archive.unpack(sheets[0], scratch)


def _open_text(file: OpenFile, *, allow_no_rows: bool) -> Table:
    """Open a text file. Many a program writes one and names it like a workbook: then what is wrong is told with that."""
    try:
        return open_delimited(file, allow_no_rows=allow_no_rows)
    except SheetError as error:
        found = error.problem
        if not (file.size and _is_named_workbook(file)):
            raise
        if NO_TEXT in found.message:
            raise fatal(file.name, FALSE_NAME, expected=SAVE_IT) from None
        told = f"{FALSE_NAME} As a text file: {found.message}"
        raise SheetError(replace(found, message=told, expected=SAVE_IT)) from None


def _is_named_workbook(file: OpenFile) -> bool:
    return PurePosixPath(file.name).suffix.lower() in WORKBOOKS


def _refuse_foreign(name: str, head: bytes) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kind = next((kind for mark, kind in _FOREIGN if head.startswith(mark)), None)
    kind = kind or next((kind for mark, kind in _FOREIGN_TEXT if start.startswith(mark)), None)
    kind = kind or ("JSON" if start.startswith(_JSON) else None)
    if kind:
        raise fatal(name, f"This is not a table but {kind}.", expected="a CSV, XLSX, XLS or ODS file")

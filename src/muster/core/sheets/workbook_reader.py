"""
Reads one workbook (XLSX, XLS, ODS) from standard input and writes its first table as CSV to standard output.

It runs as a process of its own with little memory and time, because a workbook of a few kilobytes can ask for all there
is. What it found out goes to standard error as one line of JSON.
"""

import csv
import io
import json
import os
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20
MAX_PARTS = 10_000
MAX_UNPACKED, FREE_RATIO_BELOW, MAX_RATIO = 2_000 * MEGABYTE, 50 * MEGABYTE, 200
TOO_BIG = "This workbook unpacks to far more than it should hold."
BROKEN = "This is no spreadsheet, or a broken one."
LOCKED = "This workbook is locked with a password."


class Refused(Exception):
    """The workbook cannot be read; the text says why."""


def limit_process(size: int) -> None:
    """Allow memory, processor time and output in proportion to the file's size in bytes."""
    memory = min(200 * MEGABYTE + 24 * size, 640 * MEGABYTE)
    seconds = 8 + 4 * size // MEGABYTE
    written = min(64 * MEGABYTE + 60 * size, 4_000 * MEGABYTE)
    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, amount in limits:
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (amount if hard < 0 else min(amount, hard), hard))


def check_archive(file: io.BufferedReader) -> set[str]:
    """Unpack every part of a zip into nothing: what it declares must be true and not too much. Return the names."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            declared = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            if len(parts) > MAX_PARTS or declared > MAX_UNPACKED:
                raise Refused(TOO_BIG)
            if declared > FREE_RATIO_BELOW and declared > MAX_RATIO * packed:
                raise Refused(TOO_BIG)
            for part in parts:
                with archive.open(part) as opened:
                    while block := opened.read(MEGABYTE):
                        if part.filename == "META-INF/manifest.xml" and b"encryption-data" in block:
                            raise Refused(LOCKED)
            return {part.filename for part in parts}
    except Refused:
        raise
    except Exception:
        raise Refused(BROKEN) from None


def text_of(cell: Any) -> str:
    """
    Write a cell as text: dates as ISO 8601, whole numbers without a point.

    >>> [text_of(cell) for cell in ("=1", 5.0, 1.5, True, date(2020, 1, 2), datetime(2020, 1, 2, 10, 30))]
    ['=1', '5', '1.5', 'yes', '2020-01-02', '2020-01-02T10:30:00']
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    return str(cell)


def choose_sheet(workbook: Any) -> tuple[str, Any, list[str]]:
    """
    Return the first sheet with rows below a header, else the first with anything, and the names of the other sheets with cells.

    :raises Refused: no sheet has any cell
    """
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    shown = [about for about in workbook.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]
    shown.sort(key=lambda about: about.visible != SheetVisibleEnum.Visible)
    found: tuple[str, Any] | None = None
    others: list[str] = []
    for about in shown:
        sheet = workbook.get_sheet_by_name(about.name)
        if sheet.height == 0:
            continue
        others.append(about.name)
        if found is None or (found[1].height < 2 <= sheet.height):
            found = (about.name, sheet)
    if found is None:
        raise Refused("The workbook is empty.")
    return *found, [name for name in others if name != found[0]]


def rows_of(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [cell if cell.__class__ is str else text_of(cell) for cell in row]


def ending_of(file: io.BufferedReader) -> str:
    """
    Tell the kind of workbook by its content, as the reader goes by the name.

    :raises Refused: locked, or a zip that is broken or a bomb
    """
    if file.read(4).startswith(b"PK"):
        file.seek(0)
        names = check_archive(file)
        return ".ods" if "content.xml" in names else ".xlsb" if "xl/workbook.bin" in names else ".xlsx"
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in file.read():
        raise Refused(LOCKED)
    return ".xls"


def convert() -> dict[str, Any]:
    """Do the work; the answer says which sheet was read and what others there are."""
    with open(sys.stdin.fileno(), "rb", closefd=False) as file:
        ending = ending_of(file)
    from python_calamine import PasswordError, load_workbook

    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder, f"workbook{ending}")
        named.symlink_to("/dev/fd/0")
        try:
            name, sheet, others = choose_sheet(load_workbook(named))
        except PasswordError:
            raise Refused(LOCKED) from None
    with open(sys.stdout.fileno(), "w", encoding="utf-8", errors="replace", newline="", closefd=False) as out:
        csv.writer(out, lineterminator="\n").writerows(rows_of(sheet))
    return {"sheet": name, "others": others}


def main() -> int:
    """Answer on standard error; never a traceback."""
    try:
        limit_process(os.fstat(sys.stdin.fileno()).st_size)
        answer = convert()
    except Refused as refusal:
        answer = {"error": str(refusal)}
    except (MemoryError, OSError):
        answer = {"error": "This workbook needs more memory than it may have."}
    except BaseException:  # a panic of the Rust reader is no Exception
        answer = {"error": BROKEN}
    sys.stderr.write("\n" + json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

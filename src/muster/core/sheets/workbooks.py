"""Workbooks (XLSX, XLS, ODS): turned into CSV by a process that may use little memory and time."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from muster.core.sheets.delimited import Table, open_converted
from muster.core.sheets.files import OpenFile, nameless_file
from muster.core.sheets.problems import SheetProblem, fatal

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The process limits its own processor time; this only ends one that waits for ever.
PATIENCE_SECONDS = 600
EXPECTED = "a workbook that opens in a spreadsheet program, or the table saved as CSV"


def is_workbook(head: bytes) -> bool:
    """Say whether a file that begins like this is a workbook, going by its content and not by its name."""
    return head.startswith((ZIP, OLE))


def open_workbook(file: OpenFile, *, scratch: Path | None, allow_no_rows: bool) -> Table:
    """
    Read the first sheet that has rows.

    :raises SheetError: empty, broken, locked with a password, or too large
    """
    converted = nameless_file(file.name, scratch)
    answer = _convert(file, converted)
    if "error" in answer:
        raise fatal(file.name, answer["error"], expected=EXPECTED)
    warnings = []
    if answer["others"]:
        others = ", ".join(f"“{name}”" for name in answer["others"])
        message = f"Only the sheet “{answer['sheet']}” was read. Other sheets with cells: {others}."
        warnings.append(SheetProblem(file.name, None, "", "", message))
    return open_converted(converted, warnings, allow_no_rows=allow_no_rows)


def _convert(file: OpenFile, converted: OpenFile) -> dict[str, str]:
    os.lseek(file.descriptor, 0, os.SEEK_SET)
    command = [sys.executable, "-I", "-m", "muster.core.sheets.workbook_reader"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            stdin=file.descriptor,
            stdout=converted.descriptor,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"error": "This workbook takes too long to read."}
    if done.returncode == -signal.SIGXCPU:
        return {"error": "This workbook takes too long to read."}
    if done.returncode:
        return {"error": "This workbook needs more memory than it may have."}
    answer: dict[str, str] = json.loads(done.stderr.splitlines()[-1])
    return answer

"""
A foreign file is read once by a process that may use little memory and time, before the worker reads it for good.

What hangs or eats memory there is refused; what is merely wrong with the file is found again, and said, by whoever reads it
next. Workbooks need no trial: `workbooks` never reads them in any other way than in such a process.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from muster.core.limited import limit_process
from muster.core.sheets.archives import Archive
from muster.core.sheets.delimited import open_delimited, open_headerless
from muster.core.sheets.files import OpenFile, open_file
from muster.core.sheets.problems import SheetError, fatal
from muster.core.sheets.workbooks import PATIENCE_SECONDS, ZIP, is_workbook

MEGABYTE = 1 << 20
# Reading does not take more memory for a larger file; most of this is Python itself.
MEMORY = 256 * MEGABYTE
LEAST_SECONDS, MEGABYTES_A_SECOND = 8, 2
OUT_OF_MEMORY = 3
# Columns of a table without a row of names; known ones have fewer.
_WIDTH = 20
SLOW = "This file takes too long to read."
HUNGRY = "This file needs more memory than it may have."
EXPECTED = "a table saved as CSV by a spreadsheet program"


def try_out(path: Path, *, name: str, scratch: Path | None) -> None:
    """
    Have a file read by a process of its own; a quarter of a second for a small one, two seconds for a million rows.

    A directory is not tried: it is named by somebody who has a shell on this machine.

    :param name: what to call the file in problems
    :raises SheetError: it takes more time or memory than a table of its size should
    """
    if path.is_dir():
        return
    file = open_file(path, name)
    seconds = LEAST_SECONDS + file.size // (MEGABYTES_A_SECOND * MEGABYTE)
    command = [sys.executable, "-I", "-m", "muster.core.sheets.trial", str(MEMORY), str(seconds), str(scratch or "")]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            stdin=file.descriptor,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise fatal(name, SLOW, expected=EXPECTED) from None
    if done.returncode == -signal.SIGXCPU:
        raise fatal(name, SLOW, expected=EXPECTED)
    if done.returncode:
        raise fatal(name, HUNGRY, expected=EXPECTED)


def read_all(file: OpenFile, scratch: Path | None, *, inside: bool = False) -> None:
    """
    Read every row of a text file, or of every text file in a zip.

    :param inside: it comes out of a zip already; what is packed twice is a workbook or nothing
    """
    head = file.head(64)
    if head.startswith(ZIP):
        archive = Archive(file)
        for path in () if archive.is_workbook or inside else archive.files:
            read_all(archive.unpack(path, scratch), scratch, inside=True)
    elif not is_workbook(head):
        try:
            table = open_delimited(file, allow_no_rows=True)
        except SheetError:
            table = open_headerless(file, [str(number) for number in range(_WIDTH)])
        for _ in table.chunks():
            pass


def main() -> int:
    """Read what comes on standard input; 0 unless time or memory ran out."""
    memory, seconds, scratch = sys.argv[1:]
    limit_process(int(memory), int(seconds))
    try:
        read_all(OpenFile("", os.dup(sys.stdin.fileno())), Path(scratch) if scratch else None)
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception:
        return 0  # whoever reads it next finds the same, and says it
    return 0


if __name__ == "__main__":
    sys.exit(main())

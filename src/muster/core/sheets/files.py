"""Open files that are read from the start again and again, by name or nameless."""

import io
import os
import stat
import tempfile
import weakref
from pathlib import Path

from muster.core.sheets.problems import fatal

BLOCK_BYTES = 1 << 20


class OpenFile:
    """A file held open, with the name that problems call it by; closed when nothing holds it any more."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self.descriptor = descriptor
        weakref.finalize(self, os.close, descriptor)

    @property
    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def head(self, count: int) -> bytes:
        """Return the first `count` bytes."""
        return os.pread(self.descriptor, count, 0)

    def reader(self) -> io.BufferedReader:
        """Return a new reader that stands at the start; readers do not disturb each other."""
        return io.BufferedReader(_FromStart(self), BLOCK_BYTES)


class _FromStart(io.RawIOBase):
    """Reads an open file with a position of its own."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._file.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = os.preadv(self._file.descriptor, [buffer], self._position)
        self._position += count
        return count


def open_file(path: Path, name: str = "") -> OpenFile:
    """
    Open a plain file.

    :raises SheetError: there is none, or it may not be read
    """
    name = name or path.name
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise fatal(name, "This is not a file.")
        return OpenFile(name, os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except (FileNotFoundError, NotADirectoryError):
        raise fatal(name, "There is no such file.") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no file can have this name"
        raise fatal(name, f"This file cannot be read: {why}.") from None


def nameless_file(name: str, scratch: Path | None) -> OpenFile:
    """Open a temporary file without a name on disk: nothing of it is left when the process ends, however it ends."""
    with tempfile.TemporaryFile(dir=scratch) as file:
        return OpenFile(name, os.dup(file.fileno()))

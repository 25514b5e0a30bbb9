"""A zip file, opened safely: nothing outside it is named, and nothing unpacks to far more than it should."""

import os
import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from muster.core.sheets.files import BLOCK_BYTES, OpenFile, nameless_file
from muster.core.sheets.problems import fatal

BROKEN = "This zip file is broken."
MAX_PARTS = 10_000
MAX_UNPACKED, FREE_RATIO_BELOW, MAX_RATIO = 4 << 30, 50 << 20, 200
_DRIVE = re.compile(r"[A-Za-z]:")
# What tells a workbook from any other zip.
_WORKBOOK_PARTS = frozenset({"[Content_Types].xml", "mimetype", "content.xml"})


class Archive:
    """
    The files of a zip.

    :ivar is_workbook: it is an XLSX or ODS file
    :ivar files: the path of each file, inside the one folder that holds all, if there is such a folder; what operating systems
        put into archives by themselves is left out
    """

    def __init__(self, file: OpenFile) -> None:
        """
        Look at what the zip declares.

        :raises SheetError: it is broken, locked, a bomb, or names files outside its folder
        """
        self._name = file.name
        try:
            self._zip = zipfile.ZipFile(file.reader())
            parts = self._zip.infolist()
        except MemoryError:
            raise
        except Exception:  # zipfile raises half a dozen kinds for broken files
            raise fatal(self._name, BROKEN) from None
        self.is_workbook = any(part.filename in _WORKBOOK_PARTS for part in parts)
        self._check(parts)
        found = {_path(part): part for part in parts if not part.is_dir() and not _is_litter(_path(part))}
        if len({PurePosixPath(path).parts[0] for path in found}) == 1 and all("/" in path for path in found):
            found = {path.partition("/")[2]: part for path, part in found.items()}
        self.files = found

    def _check(self, parts: list[zipfile.ZipInfo]) -> None:
        for part in parts:
            place = PurePosixPath(_path(part))
            if place.is_absolute() or ".." in place.parts or not place.parts or _DRIVE.match(place.parts[0]):
                raise fatal(
                    self._name, "This zip file is not safe: it names a file outside its folder.", value=part.filename
                )
            if stat.S_ISLNK(part.external_attr >> 16):
                raise fatal(
                    self._name, "This zip file is not safe: it holds a link to another file.", value=part.filename
                )
            if part.flag_bits & 1:
                raise fatal(self._name, "This zip file is locked with a password.", value=part.filename)
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                message = "This zip file is packed in a way that is not read."
                raise fatal(self._name, message, value=part.filename, expected="an ordinary zip file")
        unpacked = sum(part.file_size for part in parts)
        packed = max(1, sum(part.compress_size for part in parts))
        bomb = unpacked > FREE_RATIO_BELOW and unpacked > MAX_RATIO * packed
        if bomb or unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
            raise fatal(self._name, "This zip file unpacks to far more than it should hold.")

    def unpack(self, path: str, scratch: Path | None) -> OpenFile:
        """
        Copy one file out; zipfile gives at most the size that was declared, and verifies the checksum.

        :raises SheetError: it is broken, or there is no room for it
        """
        target = nameless_file(path, scratch)
        try:
            with self._zip.open(self.files[path]) as opened:
                while block := opened.read(BLOCK_BYTES):
                    view = memoryview(block)
                    while view:
                        view = view[os.write(target.descriptor, view) :]
        except OSError as error:
            raise fatal(self._name, f"This file cannot be unpacked: {error.strerror or error}.", value=path) from None
        except MemoryError:
            raise
        except Exception:
            raise fatal(self._name, BROKEN, value=path) from None
        return target


def _path(part: zipfile.ZipInfo) -> str:
    # Some programs of Windows write backslashes.
    return part.filename.replace("\\", "/")


def _is_litter(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1] in ("Thumbs.db", "desktop.ini")

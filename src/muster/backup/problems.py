"""What is said when a backup cannot be made or put back."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.core.errors import DomainError

# Ends the name of a file that is not finished; nobody should be told of it.
UNFINISHED = ".muster-part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BackupProblem(DomainError):
    """Nothing was done; the message says why and what to do."""


class WrongBackup(BackupProblem):
    """The file is damaged, cut off, sealed to somebody else, or no backup at all."""


@contextmanager
def told(where: Path) -> Iterator[None]:
    """
    Say in words what the operating system objected to.

    :param where: the file or folder being written, named where the system names none
    :raises BackupProblem: in place of any OSError
    """
    try:
        yield
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) and UNFINISHED not in error.filename else str(where)
        if error.errno in _FULL:
            raise BackupProblem(f"There is no room left for {name}. Make room and try again.") from error
        raise BackupProblem(f"{name} cannot be used: {error.strerror or error}.") from error

"""Names of backups in a folder, and how the oldest make room."""

import re
from datetime import UTC, datetime
from pathlib import Path

_OURS = re.compile(r"muster-(\d{8}T\d{6}Z)(?:-(\d+))?\.tar\.gz(?:\.age)?")


def free_name(folder: Path, *, is_sealed: bool, now: datetime) -> Path:
    """Return a name from the time that nothing in the folder has: `muster-20261101T120000Z.tar.gz`."""
    stem = f"muster-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    ending = ".tar.gz.age" if is_sealed else ".tar.gz"
    taken = {match.group(1, 2) for path in folder.iterdir() if (match := _OURS.fullmatch(path.name))}
    stamp, number = stem.removeprefix("muster-"), 1
    while (stamp, None if number == 1 else str(number)) in taken:
        number += 1
    return folder / f"{stem}{'' if number == 1 else f'-{number}'}{ending}"


def backups_in(folder: Path) -> list[Path]:
    """Return the backups in a folder that were named by the time, newest first."""
    found = [(match, path) for path in folder.iterdir() if (match := _OURS.fullmatch(path.name)) and path.is_file()]
    found.sort(key=lambda each: (each[0][1], int(each[0][2] or 1)), reverse=True)
    return [path for _, path in found]


def let_go(folder: Path, *, keep: int) -> list[Path]:
    """
    Remove all but the newest backups that were named by the time; other files are left alone.

    :param keep: how many stay, 1 or more
    :returns: what was removed
    :raises OSError: one cannot be removed
    """
    gone = backups_in(folder)[keep:]
    for path in gone:
        path.unlink()
    return gone

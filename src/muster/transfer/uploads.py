"""Files somebody sent: kept outside the web root, under names of our own."""

import secrets
from collections.abc import Iterable
from pathlib import Path, PurePath

from django.conf import settings


def new_folder() -> Path:
    """Make an empty folder for the files of one import; it is removed when they are of no use any more."""
    folder = Path(settings.HOME) / "uploads" / f"import-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700, parents=True)
    return folder


def keep(name: str, chunks: Iterable[bytes]) -> Path:
    """Store an upload in a new folder of its own and return its path; of the sender's name only the ending is kept."""
    ending = PurePath(name).suffix.lower()
    path = new_folder() / f"upload{ending if ending[1:].isalnum() else ''}"
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    return path

"""The folder that holds everything an installation owns: database, keys, uploads, backups, work in progress."""

import os
import secrets
from pathlib import Path


def home() -> Path:
    """Return `MUSTER_HOME` (default `./var`), made and closed to other users of the machine."""
    folder = Path(os.environ.get("MUSTER_HOME", "var")).resolve()
    for path in (folder, *(folder / name for name in ("keys", "uploads", "backups", "static", "work"))):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def key(folder: Path, name: str) -> str:
    """Return the secret of that name, made on first use; readable by the owner only."""
    path = folder / "keys" / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    secret = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret)
    return secret

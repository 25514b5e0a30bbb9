"""`muster restore`: an installation out of one file. Django is not loaded: it would begin a new one in MUSTER_HOME."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.errors import CommandProblem

if TYPE_CHECKING:
    from muster.backup.restore import Restored


def run(options: argparse.Namespace) -> int:
    """Restore into MUSTER_HOME and DATABASE_URL, both empty."""
    from muster.backup import sealing
    from muster.backup.databases import database_of, our_url
    from muster.backup.problems import BackupProblem
    from muster.backup.restore import restore_backup
    from muster.config.home import path

    try:
        identities = sealing.identities_of(Path(options.identity).expanduser()) if options.identity else []
        restored = restore_backup(
            file=Path(options.file).expanduser().resolve(),
            home=path(),
            database=database_of(our_url(), path()),
            identities=identities,
        )
    except BackupProblem as problem:
        raise CommandProblem(str(problem)) from problem
    _carry_erasures(Path(options.file).expanduser().resolve().parent, restored.home)
    _say(restored)
    return 0


def _carry_erasures(folder: Path, home: Path) -> None:
    """Who was erased since the backup is erased again when the server starts."""
    from muster.core import erased

    erased.add(home / erased.NAME, erased.read(folder / erased.NAME))


def _say(restored: "Restored") -> None:
    manifest = restored.manifest
    print(
        f"{restored.home} is restored: {manifest.rows:,} rows as they were at {manifest.created_at},"
        f" in {restored.seconds:.1f} s. Everybody signs in again."
    )
    if not manifest.has_keys:
        print(
            "The backup was not sealed and held no keys. If you have the old folder of keys, put it to"
            f" {restored.home}/keys before the first start; else new ones are made, and what only the old ones open stays shut."
        )
    if manifest.settings:
        settings = " ".join(f"{name}={value}" for name, value in manifest.settings.items())
        print(f"It ran with {settings}. Set that again where the service starts.")
    print("Next: muster doctor, then muster serve")

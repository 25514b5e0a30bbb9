"""`muster backup` and `muster backup-key`."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli import start
from muster.cli.errors import CommandProblem

if TYPE_CHECKING:
    from muster.backup.make import Made

# No secrets: what an operator has to set again on another machine.
SETTINGS = ("MUSTER_HOSTS", "MUSTER_HTTPS", "MUSTER_TIME_ZONE", "MUSTER_BACKUP_RECIPIENT")
OPEN = (
    "This backup is NOT SEALED: whoever gets hold of it can read everything in it, and the installation's keys were left out."
    " Seal it with --recipient KEY; `muster backup-key FILE` makes the pair of keys."
)


def run(options: argparse.Namespace) -> int:
    """Make a backup or a pair of keys."""
    return _new_key(Path(options.keyfile)) if options.command == "backup-key" else _backup(options)


def _backup(options: argparse.Namespace) -> int:
    start.organisation()
    from muster.backup import rotate
    from muster.backup.problems import BackupProblem, told
    from muster.config.home import path

    target = Path(options.path).expanduser().resolve() if options.path else path() / "backups"
    if options.keep is not None and (options.keep < 1 or not target.is_dir()):
        raise CommandProblem("--keep takes 1 or more, and a folder to keep them in.")
    try:
        made = _make(target, options.recipient)
        with told(target):
            gone = rotate.let_go(target, keep=options.keep) if options.keep is not None else []
    except BackupProblem as problem:
        start.note_end("backup", is_good=False, why=str(problem))
        raise CommandProblem(f"No backup was made. {problem}") from problem
    _carry_erasures(made.file.parent)
    _note(made)
    _say(made, gone, as_json=options.format == "json")
    return _drill(made) if options.drill else 0


def _make(target: Path, recipients: list[str]) -> "Made":
    from muster.backup.databases import database_of, our_url
    from muster.backup.make import make_backup
    from muster.config.home import path

    named = [text for text in os.environ.get("MUSTER_BACKUP_RECIPIENT", "").split(",") if text.strip()]
    return make_backup(
        home=path(),
        database=database_of(our_url(), path()),
        target=target,
        recipients=recipients or named,
        settings={name: os.environ[name] for name in SETTINGS if os.environ.get(name)},
        now=datetime.now(UTC),
    )


def _carry_erasures(folder: Path) -> None:
    """Whoever is erased later must not come back with an older file: the list lies beside all of them, the latest."""
    from muster.config.home import path
    from muster.core import erased

    erased.add(folder / erased.NAME, erased.read(path() / erased.NAME))


def _note(made: "Made") -> None:
    start.note_end(
        "backup",
        is_good=True,
        file=str(made.file),
        bytes=made.size,
        sha256=made.sha256,
        rows=made.manifest.rows,
        seconds=round(made.seconds, 1),
        is_sealed=made.is_sealed,
    )


def _say(made: "Made", gone: list[Path], *, as_json: bool) -> None:
    if as_json:
        answer = {
            "schema": "muster.backup/1",
            "file": str(made.file),
            "bytes": made.size,
            "sha256": made.sha256,
            "is_sealed": made.is_sealed,
            "rows": made.manifest.rows,
            "seconds": round(made.seconds, 2),
            "removed": [str(path) for path in gone],
        }
        print(json.dumps(answer, indent=1))
    else:
        print(f"{made.file}: {_size(made.size)}, {made.manifest.rows:,} rows, written and read back.")
        for path in gone:
            print(f"Removed {path}.")
    if not made.is_sealed:
        print(OPEN, file=sys.stderr)


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def _drill(made: "Made") -> int:
    from muster.cli import drill

    outcome = drill.drill(made.file, [made.identity] if made.is_sealed else [])
    drill.note(outcome)
    print(outcome.sentence, file=sys.stderr)
    return 0 if outcome.is_good else 1


def _new_key(keyfile: Path) -> int:
    from muster.backup import sealing

    identity = sealing.new_identity()
    made = datetime.now(UTC).isoformat(timespec="seconds")
    text = f"# made {made} by muster backup-key\n# public key: {identity.to_public()}\n{identity}\n"
    try:
        with os.fdopen(os.open(keyfile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
    except OSError as error:
        raise CommandProblem(f"{keyfile} cannot be written: {error.strerror}.") from error
    print(f"{keyfile} holds the private key. Without it no sealed backup opens again: keep two copies of the file,")
    print("neither of them on this machine. The public key, for --recipient or MUSTER_BACKUP_RECIPIENT:")
    print(identity.to_public())
    return 0

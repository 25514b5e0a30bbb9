"""`muster drill`: restore a backup into scratch, bring its tables up to date, count, and ask for the sign-in page."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.cli import start
from muster.cli.errors import CommandProblem

if TYPE_CHECKING:
    from muster.backup.databases import Database
    from muster.backup.manifest import Manifest

PREFIX = "drill-"
HOURS_AT_MOST = 2


@dataclass(slots=True)
class Drilled:
    """
    :ivar seconds: step → how long it took
    :ivar why: what went wrong, or ''
    """

    file: Path
    seconds: dict[str, float] = field(default_factory=dict)
    tables: int = 0
    rows: int = 0
    created_at: str = ""
    why: str = ""

    @property
    def is_good(self) -> bool:
        return not self.why

    @property
    def sentence(self) -> str:
        if self.why:
            return f"The drill failed. {self.why}"
        return (
            f"The drill passed: {self.file.name} came back with all {self.rows:,} rows of {self.tables} tables,"
            f" and the sign-in page answers. {sum(self.seconds.values()):.1f} s."
        )


def run(options: argparse.Namespace) -> int:
    """Drill one backup, record how it went; 0 passed, 2 failed."""
    start.organisation()
    from muster.backup import sealing
    from muster.backup.problems import BackupProblem

    try:
        identities = sealing.identities_of(Path(options.identity).expanduser()) if options.identity else []
    except BackupProblem as problem:
        raise CommandProblem(str(problem)) from problem
    outcome = drill(Path(options.file).expanduser().resolve() if options.file else _newest(), identities)
    note(outcome)
    if options.format == "json":
        print(json.dumps(_document(outcome), indent=1))
    else:
        print(outcome.sentence, file=sys.stdout if outcome.is_good else sys.stderr)
    return 0 if outcome.is_good else 2


def drill(file: Path, identities: Sequence[Any]) -> Drilled:
    """Try a backup out; nothing of it stays, and the running site is not touched."""
    from muster.backup import half
    from muster.backup.problems import BackupProblem, told
    from muster.backup.restore import restore_backup
    from muster.config.home import path

    outcome = Drilled(file)
    work = path() / "work"
    try:
        with told(work):
            half.sweep_folders(work, PREFIX)
            with half.half_folder(work, PREFIX) as scratch, _scratch_database(scratch / "home") as (database, url):
                restored = restore_backup(file=file, home=scratch / "home", database=database, identities=identities)
                outcome.seconds["restore"] = restored.seconds
                manifest = restored.manifest
                outcome.created_at, outcome.rows, outcome.tables = (
                    manifest.created_at,
                    manifest.rows,
                    len(manifest.counts),
                )
                outcome.why = _try_out(scratch / "home", url, manifest, outcome)
    except BackupProblem as problem:
        outcome.why = str(problem)
    return outcome


def note(outcome: Drilled) -> None:
    """Record how it went."""
    details = {"file": str(outcome.file), "rows": outcome.rows, "seconds": round(sum(outcome.seconds.values()), 1)}
    start.note_end("drill", is_good=outcome.is_good, **details, **({"why": outcome.why} if outcome.why else {}))


@contextmanager
def _scratch_database(home: Path) -> "Iterator[tuple[Database, str]]":
    from muster.backup.databases import database_of, our_url
    from muster.backup.postgres import Postgres

    ours = database_of(our_url(), home)
    if isinstance(ours, Postgres):
        with ours.scratch() as other:
            yield other, other.url
    else:
        yield ours, ""


def _try_out(home: Path, url: str, manifest: "Manifest", outcome: Drilled) -> str:
    """Let a process of its own start Muster on what was restored; return what is wrong, or ''."""
    began = time.monotonic()
    ours = {
        "MUSTER_HOME": str(home),
        "DATABASE_URL": url,
        # In scratch one role does for both.
        "DATABASE_OWNER_URL": "",
        "MUSTER_HTTPS": "0",
        "MUSTER_HOSTS": "localhost",
        "DJANGO_SETTINGS_MODULE": "muster.config.settings",
    }
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "muster.cli.trial"],
            input=json.dumps(sorted(manifest.counts)),
            env={**os.environ, **ours},
            capture_output=True,
            text=True,
            timeout=HOURS_AT_MOST * 3600,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"Muster did not start on it within {HOURS_AT_MOST} hours."
    outcome.seconds["start"] = time.monotonic() - began
    if answer.returncode != 0:
        return f"Muster does not start on it: {(answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1][:300]}"
    found = json.loads(answer.stdout)
    if found["page"] != 200:
        return f"The sign-in page answers {found['page']}."
    if found["unopened"]:
        parts = f"{found['unopened']:,} private part{'' if found['unopened'] == 1 else 's'}"
        return (
            f"{parts} of people cannot be opened with the keys in it."
            " Bring the missing key back into MUSTER_HOME/keys; muster doctor names it."
        )
    # What a newer Muster changes in the tables may well change their counts; before that, they were compared already.
    wrong = [] if found["migrated"] else [table for table, n in manifest.counts.items() if found["counts"][table] != n]
    return f"Counts differ after the start: {', '.join(wrong[:5])}." if wrong else ""


def _newest() -> Path:
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.backup import rotate
    from muster.config.home import path
    from muster.workflows import backups

    last = Path(backups.last_file(actor=system_actor("drill", on=timezone.localdate())) or "/nowhere")
    if last.is_file():
        return last
    found = rotate.backups_in(path() / "backups")
    if not found:
        raise CommandProblem("There is no backup to try out. Make one: muster backup, or name one: muster drill FILE")
    return found[0]


def _document(outcome: Drilled) -> dict[str, object]:
    return {
        "schema": "muster.drill/1",
        "ok": outcome.is_good,
        "file": str(outcome.file),
        "created_at": outcome.created_at,
        "tables": outcome.tables,
        "rows": outcome.rows,
        "seconds": {step: round(seconds, 2) for step, seconds in outcome.seconds.items()},
        "why": outcome.why,
    }

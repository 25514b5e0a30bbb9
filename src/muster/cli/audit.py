"""`muster audit`: is the trace as it was written; the trace as a file; a new key."""

import argparse
import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.cli import start
from muster.cli.errors import CommandProblem

if TYPE_CHECKING:
    from muster.audit.verification import Verdict

FORMAT = "muster.audit/1"
ACTOR = "system:command"


def run(options: argparse.Namespace) -> int:
    """Do what was asked; `verify` returns 1 where the trace is broken."""
    start.organisation()
    if options.act == "export":
        return _export(options.file)
    return _new_key() if options.act == "new-key" else _verify(as_json=options.format == "json")


def _verify(*, as_json: bool) -> int:
    from muster.audit.verification import verify

    began = time.perf_counter()
    verdict = verify()
    a_second = int(verdict.count / max(time.perf_counter() - began, 1e-6))
    if as_json:
        told: dict[str, Any] = {"format": FORMAT, "unbroken": verdict.broken is None, **asdict(verdict)}
        print(json.dumps(told | {"entries_per_second": a_second}))
    else:
        print("\n".join(_sentences(verdict, a_second)))
    return 0 if verdict.broken is None else 1


def _sentences(verdict: "Verdict", a_second: int) -> list[str]:
    if verdict.broken is not None:
        said = [f"BROKEN ({verdict.broken.kind}): {verdict.broken.says}"]
        said += [f"The {verdict.count:,} entries before it are as they were written."] if verdict.count else []
    elif verdict.count:
        said = [
            f"Unbroken: {verdict.count:,} entries, {verdict.first} to {verdict.last} UTC, are as they were written."
        ]
        said += [f"{verdict.heads:,} daily heads agree. Checked {a_second:,} entries a second."]
    else:
        said = ["There is no entry yet."]
    said += [f"{verdict.waiting:,} entries wait for their seals."] if verdict.waiting else []
    return said + verdict.notes


def _export(file: str | None) -> int:
    from django.utils import timezone

    from muster.audit import exports, services

    if file is None:
        raise CommandProblem("Say where to write: muster audit export FILE")
    path = Path(file)
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
            count = exports.write_lines(out)
        os.replace(part, path)
    except OSError as error:
        raise CommandProblem(f"Cannot write {file}: {error.strerror}.") from error
    services.record(
        user_id=None, actor_label=ACTOR, action="audit.trace.exported", now=timezone.now(), count=count, kind="json"
    )
    print(f"{count:,} entries are in {file}.")
    return 0


def _new_key() -> int:
    from django.utils import timezone

    from muster.audit import services

    key_id = services.change_key(actor_label=ACTOR, now=timezone.now())
    print(
        f"Entries are sealed with the key {key_id} from now on. Put a copy of the keys folder where the backup is not."
    )
    return 0

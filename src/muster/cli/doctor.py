"""`muster doctor`: what is wrong with this installation, and how to mend it."""

import argparse
import ctypes.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from muster.cli import start
from muster.cli.errors import CommandProblem


@dataclass(frozen=True, slots=True)
class Finding:
    """
    :ivar good: True all is well, False must be mended, None worth knowing
    """

    good: bool | None
    text: str


def run(options: argparse.Namespace) -> int:
    """Check everything, print one line each; 0 if nothing must be mended, else 2."""
    try:
        start.django()
    except (CommandProblem, SystemExit) as problem:
        print(f"✗ {problem}")
        return 2
    findings = [finding for check in CHECKS for finding in check()]
    for finding in findings:
        print({True: "✓", False: "✗", None: "·"}[finding.good], finding.text)
    return 2 if any(finding.good is False for finding in findings) else 0


def _folder() -> Iterator[Finding]:
    from django.conf import settings

    home = Path(settings.HOME)
    if os.stat(home).st_mode & 0o077:
        yield Finding(False, f"Others on this machine can read {home}. Mend it: chmod 700 {home}")
    else:
        yield Finding(True, f"{home} is closed to others.")
    free = shutil.disk_usage(home).free
    gigabytes = free / 1e9
    yield Finding(
        gigabytes > 1, f"{gigabytes:.1f} GB free on its disk." + ("" if gigabytes > 1 else " Make room: 1 GB at least.")
    )


def _database() -> Iterator[Finding]:
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding(False, f"The database does not answer: {error}. Check DATABASE_URL.")
        return
    if connection.vendor == "sqlite":
        yield from _sqlite_settings()
    else:
        version = connection.pg_version  # type: ignore[attr-defined]
        yield Finding(
            version >= 150000,
            f"PostgreSQL {version // 10000}." + ("" if version >= 150000 else " It must be 15 or newer."),
        )
        yield from _barrier()
    yield from _migrations()


def _barrier() -> Iterator[Finding]:
    from django.conf import settings

    from muster.access.owner import weakness

    if why := weakness():
        yield Finding(False if settings.HTTPS else None, why)
    else:
        yield Finding(True, "PostgreSQL itself shows nobody more rows than they may see.")


def _sqlite_settings() -> Iterator[Finding]:
    from muster.config.engine import wrong_settings

    wrong = wrong_settings()
    if wrong:
        yield Finding(
            False, f"SQLite does not run with {', '.join(wrong)}. Is MUSTER_HOME on a network drive? Use a local disk."
        )
    else:
        yield Finding(True, "SQLite runs with the settings that keep data safe.")
    from django.db import connection

    with connection.cursor() as cursor:
        answer = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    yield Finding(
        answer == "ok",
        "The database file is whole."
        if answer == "ok"
        else f"The database file is damaged: {answer}. Restore a backup.",
    )


def _migrations() -> Iterator[Finding]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding(
            False, f"{len(waiting)} changes of the tables wait. Mend it: muster init (new) or muster serve (upgrade)."
        )
    else:
        yield Finding(True, "The tables are up to date.")


def _organisation() -> Iterator[Finding]:
    from django.db import DatabaseError

    from muster.units.queries import load_tree

    try:
        units = len(load_tree().parents)
    except DatabaseError:
        return
    yield Finding(
        units > 0 or None, f"{units} units." if units else "No organisation yet: muster init --name … --admin-email …"
    )


def _keys() -> Iterator[Finding]:
    from django.db import DatabaseError

    from muster.people import private_keys

    try:
        missing = private_keys.missing_keys()
    except DatabaseError:
        return
    if missing:
        yield Finding(
            False,
            f"What is private of people is sealed with keys that are not here: {', '.join(missing)}. Bring"
            " MUSTER_HOME/keys back from where you keep a copy.",
        )
    else:
        yield Finding(True, "The keys of what is sealed are here.")


def _backups() -> Iterator[Finding]:
    from django.db import DatabaseError
    from django.utils import timezone

    from muster.access.actor import system_actor
    from muster.workflows import backups

    now = timezone.now()
    try:
        health = backups.health(actor=system_actor("doctor", on=timezone.localdate(now)), now=now)
    except DatabaseError:
        return
    for watch, mend in ((health.backup, "muster backup"), (health.drill, "muster drill, or backup --drill")):
        yield Finding(watch.is_good, watch.sentence + ("" if watch.is_good else f" Every night: {mend}"))


def _pango() -> Iterator[Finding]:
    if ctypes.util.find_library("pangoft2-1.0"):
        yield Finding(True, "PDF can be written.")
    else:
        yield Finding(
            None,
            "PDF cannot be written: apt-get install libpango-1.0-0 libpangoft2-1.0-0. Printing from the browser works.",
        )


def _https() -> Iterator[Finding]:
    from django.conf import settings

    from muster.core.mails.addresses import wrong_sender

    if not settings.HTTPS:
        yield Finding(None, "MUSTER_HTTPS=0: only for looking at it on this machine.")
    if "filebased" in settings.EMAIL_BACKEND:
        yield Finding(
            None, f"No mail server: letters are put into {settings.EMAIL_FILE_PATH}. Set MUSTER_MAIL to send them."
        )
    elif wrong := wrong_sender(settings.DEFAULT_FROM_EMAIL):
        yield Finding(False, wrong)
    hosts = ", ".join(settings.ALLOWED_HOSTS)
    yield Finding(None, f"The site answers to {hosts}. Others need MUSTER_HOSTS.")


def _mailbox() -> Iterator[Finding]:
    from django.conf import settings

    from muster.core.errors import DomainError
    from muster.workflows import mailbox

    if not settings.MAILBOX:
        yield Finding(None, "No mailbox is read. With MUSTER_MAILBOX letters become inquiries.")
        return
    try:
        count = mailbox.count_waiting()
    except DomainError as error:
        yield Finding(False, str(error))
    else:
        yield Finding(True, f"The mailbox can be read; letters that wait: {count:,}.")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _folder,
    _database,
    _organisation,
    _keys,
    _backups,
    _pango,
    _https,
    _mailbox,
)

"""How backups and drills ended: recorded in the trace, read back as what an administrator must know."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.access.actor import Actor
from muster.audit import queries as audit_queries
from muster.audit import services as audit

# A nightly job that is late by two hours has failed.
LATE = timedelta(hours=26)
LOG_ROWS = 20
_ENDED = {
    ("backup", True): "backup.file.made",
    ("backup", False): "backup.file.failed",
    ("drill", True): "backup.drill.passed",
    ("drill", False): "backup.drill.failed",
}
_SAID = {action: ended for ended, action in _ENDED.items()}


@dataclass(frozen=True, slots=True)
class Ended:
    """
    One backup or drill that came to an end.

    :ivar work: `backup` or `drill`
    :ivar details: what was recorded: `file`, `bytes`, `rows`, `seconds`, `is_sealed`, or `why`
    """

    work: str
    is_good: bool
    happened_at: datetime
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watch:
    """
    Whether one kind of work is as it should be.

    :ivar is_good: None: nothing was due yet
    :ivar sentence: what to know, and what to do
    :ivar last: the last that ended well
    """

    is_good: bool | None
    sentence: str
    last: Ended | None


@dataclass(frozen=True, slots=True)
class Health:
    """:ivar log: what ended, latest first, at most `LOG_ROWS`"""

    backup: Watch
    drill: Watch
    log: list[Ended]


def record_end(*, actor: Actor, work: str, is_good: bool, now: datetime, **details: Any) -> None:
    """
    Leave the result of a backup or a drill in the trace; one query.

    :param work: `backup` or `drill`
    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require("settings.edit", unit_id=None)
    audit.record(
        user_id=actor.user_id, actor_label=actor.label, action=_ENDED[work, is_good], now=now, unit_id=None, **details
    )


def health(*, actor: Actor, now: datetime) -> Health:
    """
    Say how backups and drills stand; six queries.

    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require("settings.edit", unit_id=None)
    founded = audit_queries.latest(("organisation.founded",), limit=1)
    is_due = not founded or now - founded[0].happened_at > LATE
    return Health(_watch("backup", now, is_due), _watch("drill", now, is_due), _latest(*_SAID, limit=LOG_ROWS))


def last_file(*, actor: Actor) -> str:
    """
    Return where the last good backup was written, or ''; one query.

    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require("settings.edit", unit_id=None)
    found = _latest(_ENDED["backup", True], limit=1)
    return str(found[0].details.get("file", "")) if found else ""


def _latest(*actions: str, limit: int) -> list[Ended]:
    return [
        Ended(*_SAID[entry.action], entry.happened_at, entry.details)
        for entry in audit_queries.latest(actions, limit=limit)
    ]


def _watch(work: str, now: datetime, is_due: bool) -> Watch:
    good, bad = (_latest(_ENDED[work, is_good], limit=1) for is_good in (True, False))
    last = good[0] if good else None
    if bad and (last is None or bad[0].happened_at > last.happened_at):
        return Watch(False, f"The last {work} failed: {bad[0].details.get('why', '')}", last)
    if last is None:
        return Watch(False if is_due else None, f"No {work} has been made yet.", None)
    age = now - last.happened_at
    return Watch(age <= LATE, f"The last {work} is {_ago(age)} old{'' if age <= LATE else ', too old'}.", last)


def _ago(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    count, noun = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return "less than an hour" if hours < 1 else f"{count} {noun}{'' if count == 1 else 's'}"

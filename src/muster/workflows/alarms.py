"""
Alarms on unusual reading: found every night in the trace, kept there as entries, acknowledged there by name.

An alarm belongs to the lowest unit that holds all it was reckoned from, so that it tells nothing of other units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce

from django.db import transaction
from django.utils import timezone

from muster.access import queries as access
from muster.access.actor import Actor, NotAllowed, system_actor
from muster.accounts import queries as accounts
from muster.audit import queries as trace
from muster.audit import services as audit
from muster.audit.calc import alarms as calc
from muster.audit.calc.words import LOOKED, actions_of
from muster.core.errors import DomainError
from muster.units import queries as units

RAISED, ACKNOWLEDGED = "audit.alarm.raised", "audit.alarm.acknowledged"
LOOKS = frozenset(actions_of(LOOKED))
# Files that tell of people; figures and what is held about oneself are not among them.
FILES = frozenset(
    {"people.list.exported", "reports.list.exported", "transfer.folder.exported", "transfer.rejected.exported"}
)
# How far back a night looks, so that nothing is missed when the worker stood still for some days.
DAYS = 7
OPEN_FOR = timedelta(days=28)


class NoSuchAlarm(DomainError):
    """It is not there, not to be seen, or acknowledged already."""


@dataclass(frozen=True, slots=True)
class Open:
    """
    An alarm nobody has acknowledged yet.

    :ivar who: the account it is about, as the trace calls it
    :ivar is_own: it is about the reader, who leaves it to others
    """

    entry_id: int
    rule: str
    who: str
    day: date
    count: int
    usual: float
    is_own: bool


def check(now: datetime) -> str:
    """Every night: raise an alarm for each account that read far more than usual on one of the last `DAYS` days."""
    today = timezone.localdate(now)
    acts, unit_ids = _acts(today)
    actor = system_actor("alarms", on=today)
    roles = access.roles_held(actor, acts)
    known = {_key(entry.details) for entry in trace.since([RAISED], _midnight(today - timedelta(days=DAYS)))}
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    every = [act for of_one in acts.values() for act in of_one]
    found = [alarm for day in days for alarm in calc.alarms(every, roles, day)]
    fresh = [alarm for alarm in found if (alarm.rule, alarm.user_id, alarm.day.isoformat()) not in known]
    tree = units.load_tree()
    with transaction.atomic():
        for alarm in fresh:
            audit.record(
                user_id=None,
                actor_label=actor.label,
                action=RAISED,
                unit_id=_common(tree, unit_ids[alarm.user_id]),
                count=alarm.count,
                now=now,
                rule=alarm.rule,
                user=alarm.user_id,
                day=alarm.day.isoformat(),
                usual=alarm.usual,
            )
    return f"New alarms on unusual reading: {len(fresh):,}." if fresh else "Nobody read more than usual."


def open_alarms(actor: Actor, *, now: datetime) -> list[Open]:
    """Return what nobody has acknowledged yet of the last `OPEN_FOR`, latest first, as far as the actor may read the trace."""
    if not actor.may("audit.view"):
        return []
    entries = list(access.trace(actor).filter(action__in=(RAISED, ACKNOWLEDGED), happened_at__gte=now - OPEN_FOR))
    done = {entry.details["alarm"] for entry in entries if entry.action == ACKNOWLEDGED}
    rows = [entry for entry in entries if entry.action == RAISED and entry.pk not in done]
    names = accounts.labels_of(entry.details["user"] for entry in rows) if rows else {}
    return [
        Open(
            entry.pk,
            entry.details["rule"],
            names.get(entry.details["user"], "an account"),
            date.fromisoformat(entry.details["day"]),
            entry.count,
            entry.details["usual"],
            entry.details["user"] == actor.user_id,
        )
        for entry in rows
    ]


@transaction.atomic
def acknowledge(*, actor: Actor, entry_id: int, now: datetime) -> None:
    """
    Write down that the actor has seen an alarm and looked into it.

    :raises NoSuchAlarm: it is not there, not to be seen, or acknowledged already
    :raises NotAllowed: it is about the actor
    """
    alarm = next((one for one in open_alarms(actor, now=now) if one.entry_id == entry_id), None)
    entry = trace.entry(entry_id)
    if alarm is None or entry is None:
        raise NoSuchAlarm("This alarm is not open any more.")
    if alarm.is_own:
        raise NotAllowed("This alarm is about you. Leave it to somebody else.")
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=ACKNOWLEDGED,
        unit_id=entry.unit_id,
        now=now,
        alarm=entry_id,
        user=entry.details["user"],
    )


def _acts(today: date) -> tuple[dict[int, list[calc.Act]], dict[int, set[int | None]]]:
    """Return what each account looked at and took out until yesterday, and in which units; one query."""
    acts: dict[int, list[calc.Act]] = {}
    unit_ids: dict[int, set[int | None]] = {}
    first = _midnight(today - timedelta(days=DAYS + calc.BEFORE))
    for user_id, at, action, count, unit_id in trace.doings(LOOKS | FILES, first, _midnight(today)):
        local = timezone.localtime(at)
        rows = None if action in LOOKS else count
        acts.setdefault(user_id, []).append(calc.Act(user_id, local.date(), local.hour, rows))
        unit_ids.setdefault(user_id, set()).add(unit_id)
    return acts, unit_ids


def _common(tree: units.Tree, unit_ids: Iterable[int | None]) -> int | None:
    """Return the lowest unit that stands above all of them or is one of them; None where one is none, or gone."""
    paths = [tree.above(unit_id) if unit_id in tree.parents else [] for unit_id in unit_ids]  # type: ignore[arg-type]
    shared = reduce(lambda one, other: [a for a, b in zip(one, other, strict=False) if a == b], paths)
    return shared[-1] if shared else None


def _key(details: dict[str, object]) -> tuple[object, object, object]:
    return details["rule"], details["user"], details["day"]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

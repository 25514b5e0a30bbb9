"""
What is done once a night: each step of `settings.NIGHTLY` (name → a function of `now` that returns a sentence) is a job.

Any number of workers may ask; a row per step and day lets only the first of them through.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from muster.access.actor import Actor
from muster.accounts.sessions import SessionStore
from muster.people.services import undo
from muster.workflows.models import NightlyRun

# By the organisation's own clock; most are asleep then.
BEGINS_AT_HOUR = 3
LATE = timedelta(hours=26)
KEEP_RUNS = timedelta(days=30)
# Jobs that send a letter hold addresses, or say what became of it.
KEEP_LETTERS = timedelta(days=1)
# The step of `settings.NIGHTLY` that checks the trace.
TRACE = "audit trail"
LETTERS = (
    Q(task_path__startswith="muster.accounts.tasks.")
    | Q(task_path="muster.contacts.tasks.send_answer")
    | Q(task_path="muster.mailings.tasks.send_trial")
)
# Every few minutes another; how the last went is enough.
MAILBOX = "muster.workflows.tasks.read_mailbox"


@dataclass(frozen=True, slots=True)
class StepReport:
    """
    How one step stands.

    :ivar finished_at: when it last ended well, None: never
    :ivar is_late: it should have ended well by now
    :ivar told: what it said last, also of a failure
    """

    step: str
    finished_at: datetime | None
    is_late: bool
    failed: bool
    told: str


def due(now: datetime) -> list[str]:
    """Return the steps nobody has asked for today, in the order of the settings; none before `BEGINS_AT_HOUR`; one query."""
    if timezone.localtime(now).hour < BEGINS_AT_HOUR:
        return []
    asked = set(NightlyRun.objects.filter(day=timezone.localdate(now)).values_list("step", flat=True))
    return [step for step in settings.NIGHTLY if step not in asked]


@transaction.atomic
def claim(step: str, *, now: datetime) -> bool:
    """Say whether today's run of the step is the caller's to ask for; the job is put in the queue in the same transaction."""
    _, is_new = NightlyRun.objects.get_or_create(step=step, day=timezone.localdate(now), defaults={"started_at": now})
    return is_new


def run(step: str, *, day: str, now: datetime) -> None:
    """
    Do the step and write down how it went; a step that fails says so and leaves the others alone.

    :param day: the day it was asked for, ISO 8601
    """
    try:
        told, failed = _function(step)(now), False
    except Exception as error:
        # Whatever it was, the administrator's page must say that it broke off.
        told, failed = f"{type(error).__name__}: {error}", True
    NightlyRun.objects.update_or_create(
        step=step,
        day=day,
        defaults={"finished_at": now, "failed": failed, "told": told[:500]},
        create_defaults={"started_at": now, "finished_at": now, "failed": failed, "told": told[:500]},
    )


def report(actor: Actor, *, now: datetime) -> list[StepReport]:
    """
    Return how every step stands, in the order of the settings; one query.

    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require("settings.edit", unit_id=None)
    latest: dict[str, NightlyRun] = {}
    done: dict[str, NightlyRun] = {}
    for one in NightlyRun.objects.order_by("day", "pk"):
        latest[one.step] = one
        if one.finished_at and not one.failed:
            done[one.step] = one
    return [_step_report(step, latest.get(step), done.get(step), now) for step in settings.NIGHTLY]


def trace_state(actor: Actor, *, now: datetime) -> StepReport | None:
    """Return how the nightly check of the trace stands, to whoever may read all of it, else None; one query."""
    if not actor.has_whole("audit.view"):
        return None
    runs = list(NightlyRun.objects.filter(step=TRACE).order_by("-day", "-pk")[: KEEP_RUNS.days])
    done = next((one for one in runs if one.finished_at and not one.failed), None)
    return _step_report(TRACE, runs[0] if runs else None, done, now)


def _step_report(step: str, latest: NightlyRun | None, done: NightlyRun | None, now: datetime) -> StepReport:
    finished_at = done.finished_at if done else None
    return StepReport(
        step,
        finished_at,
        is_late=finished_at is None or now - finished_at > LATE,
        failed=bool(latest and latest.failed),
        told=latest.told if latest else "",
    )


def forget_sessions(now: datetime) -> str:
    """Remove sign-ins that have run out, and counts of tries to sign in that are over."""
    SessionStore.clear_expired()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM muster_cache WHERE expires < %s",
            [connection.ops.adapt_datetimefield_value(now.astimezone(UTC))],
        )
    return "Sign-ins that had run out are removed."


def forget_reasons(now: datetime) -> str:
    """Forget why spells were changed, where that cannot be undone any more."""
    return f"The reasons of {undo.forget_old_reasons(now=now):,} changes are removed."


def forget_runs(now: datetime) -> str:
    """Remove finished jobs and nights older than `KEEP_RUNS`, jobs that sent or read letters after `KEEP_LETTERS`."""
    ended = (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)
    soon = LETTERS | Q(task_path=MAILBOX)
    old = Q(finished_at__lt=now - KEEP_RUNS) | soon & Q(finished_at__lt=now - KEEP_LETTERS)
    jobs, _ = DBTaskResult.objects.filter(old, status__in=ended).delete()
    NightlyRun.objects.filter(started_at__lt=now - KEEP_RUNS).delete()
    return f"{jobs:,} finished jobs are removed."


def _function(step: str) -> Callable[[datetime], str]:
    module, _, name = settings.NIGHTLY[step].rpartition(".")
    found: Callable[[datetime], str] = getattr(import_module(module), name)
    return found

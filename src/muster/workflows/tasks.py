"""What the worker does for nobody in particular."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from muster.audit import origin
from muster.workflows import mailbox, nightly
from muster.workflows.jobs import READY, RUNNING


@task()
def night(step: str, day: str) -> None:
    """Do one step of the night."""
    with origin.at(origin.JOB, step):
        nightly.run(step, day=day, now=timezone.now())


def ask_what_is_due() -> int:
    """Put what is due tonight in the queue, each step once however many ask; return how many were put there."""
    now = timezone.now()
    asked = 0
    for step in nightly.due(now):
        with transaction.atomic():
            if nightly.claim(step, now=now):
                night.enqueue(step, timezone.localdate(now).isoformat())
                asked += 1
    return asked


@task()
def read_mailbox() -> str:
    """Take in the letters that wait."""
    with origin.at(origin.JOB, "mailbox"):
        return str(mailbox.fetch(now=timezone.now()))


def ask_for_mail() -> bool:
    """Put the reading of the mailbox in the queue, unless there is none or it is there already; say whether it was put there."""
    waiting = DBTaskResult.objects.filter(task_path=read_mailbox.module_path, status__in=(READY, RUNNING))
    if not settings.MAILBOX or waiting.exists():
        return False
    read_mailbox.enqueue()
    return True

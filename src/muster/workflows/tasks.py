"""What the worker does for nobody in particular."""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from muster.audit import origin
from muster.workflows import nightly


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

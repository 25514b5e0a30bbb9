"""What became of a letter that somebody sent to themselves, to try it out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django_tasks_db.models import DBTaskResult

from muster.access.actor import Actor

# Its job; it goes the night after.
JOB = "muster.mailings.tasks.send_trial"
LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """
    :ivar at: when it was asked for
    :ivar fault: why it did not leave, '' where it did
    """

    at: datetime
    is_on_its_way: bool
    fault: str


def last_trial(actor: Actor, mailing_id: int, *, now: datetime) -> Trial | None:
    """Return the last letter to try out that the actor asked for within a day, None: there is none; one query."""
    args = [mailing_id, actor.user_id]
    jobs = DBTaskResult.objects.filter(task_path=JOB, enqueued_at__gt=now - LATELY, args_kwargs__args=args)
    for job in jobs.order_by("-enqueued_at", "pk")[:1]:
        on_its_way = job.status in ("READY", "RUNNING")
        return Trial(job.enqueued_at, on_its_way, "" if on_its_way else _fault(job))
    return None


def _fault(job: "DBTaskResult[..., str]") -> str:
    if job.status != "FAILED":
        return job.return_value or ""
    if job.exception_class_path.endswith(".NotReached"):
        return "The mail server cannot be reached. Try again later, or tell whoever looks after the server."
    return "Something went wrong with it. Whoever looks after the server finds more in the log."

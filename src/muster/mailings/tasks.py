"""What the worker does for letters, with the rights of whoever sent them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from muster.access.actor import Actor, actor_for, system_actor
from muster.audit import origin
from muster.core.mails import addresses
from muster.mailings.models import Mailing
from muster.mailings.post import Outcome, Post
from muster.mailings.queries import mailings as queries
from muster.mailings.services import delivery, reminders, sending, writing
from muster.people.queries.writing import Reader

# Then other jobs have their turn.
AT_ONCE = 200
WORKED_ON = ("READY", "RUNNING")


@task()
def send(mailing_id: int) -> None:
    """Send a part of a letter's outbox, and ask for the next part."""
    with origin.at(origin.JOB, f"letter {mailing_id}"):
        actor = _sender(mailing_id)
        again = delivery.deliver(actor=actor, mailing_id=mailing_id, post=Post(), clock=timezone.now, most=AT_ONCE)
    if again is not None:
        later: Any = send if again <= timezone.now() else send.using(run_after=again)
        later.enqueue(mailing_id)


@task()
def send_trial(mailing_id: int, user_id: int) -> str:
    """
    Send a letter that is being written to whoever writes it, as if it were to them; return why it was not taken, or ''.

    :raises NotReached: see `Post.open`
    """
    user = get_user_model().objects.get(pk=user_id)
    actor = actor_for(user, on=timezone.localdate())
    mailing = queries.mailing(actor, mailing_id)
    if mailing is None:
        return ""
    if addresses.wrong_sender(settings.DEFAULT_FROM_EMAIL):
        return delivery.NO_SENDER
    reader = Reader(0, user.email, user.name.partition(" ")[0], user.name or user.email, "", mailing.unit.name)
    message = writing.trial(actor=actor, mailing=mailing, reader=reader)
    post = Post()
    answer = post.offer(message.from_email, user.email)
    if answer.outcome is Outcome.TAKEN:
        answer = post.give(message)
    post.close()
    # Nobody does so by itself, as of letters to many.
    again = " Try again later." if answer.outcome is Outcome.LATER else ""
    return f"{answer.words.removesuffix('.')}.{again}" if answer.words else ""


@task()
def remind() -> None:
    """Send the reminders that are due, and ask for those that are due later."""
    actor = system_actor("reminders", on=timezone.localdate())
    again = reminders.deliver(actor=actor, post=Post(), clock=timezone.now, most=AT_ONCE)
    if again is not None:
        ask_reminders(again)


def ask_reminders(at: datetime) -> None:
    """Put the job that sends reminders in the queue, for then or, where that is past, for now."""
    later: Any = remind if at <= timezone.now() else remind.using(run_after=at)
    later.enqueue()


@transaction.atomic
def begin(*, actor: Actor, mailing_id: int, **given: Any) -> Mailing:
    """Send a letter as `sending.send_mailing`, and ask for the job in the same transaction."""
    mailing = sending.send_mailing(actor=actor, mailing_id=mailing_id, **given)
    if mailing.state == Mailing.State.SENDING:
        send.enqueue(mailing_id)
    return mailing


@transaction.atomic
def settle(*, actor: Actor, mailing_id: int, **given: Any) -> int:
    """Decide as `sending.settle`, and ask for the job where letters go again."""
    count = sending.settle(actor=actor, mailing_id=mailing_id, **given)
    if count and given["again"]:
        send.enqueue(mailing_id)
    return count


def ask_what_waits() -> int:
    """Ask again for what nobody works on, a job that was parked perhaps; return how many letters that is."""
    jobs = DBTaskResult.objects.filter(task_path=send.module_path, status__in=WORKED_ON)
    worked_on = {job["args"][0] for job in jobs.values_list("args_kwargs", flat=True)}
    waiting = queries.unfinished(system_actor("letters", on=timezone.localdate()))
    left = [mailing.pk for mailing in waiting if mailing.pk not in worked_on]
    for mailing_id in left:
        send.enqueue(mailing_id)
    return len(left)


def _sender(mailing_id: int) -> Actor:
    """Return whoever sent a letter with the rights of today; nobody where their account is gone."""
    today = timezone.localdate()
    sent = queries.mailing(system_actor("letters", on=today), mailing_id)
    return actor_for(sent.sent_by if sent and sent.sent_by else AnonymousUser(), on=today)

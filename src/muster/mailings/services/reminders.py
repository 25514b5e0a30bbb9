"""Letters about next steps that are due: one a day at most to each account that chose it, never twice."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from muster.access.actor import Actor
from muster.accounts.queries import NO_REMINDERS
from muster.core.mails import addresses
from muster.mailings.models import ON_ITS_WAY, Reminder, State
from muster.mailings.post import NotReached, Post
from muster.mailings.services import _outbox
from muster.mailings.services._outbox import Clock
from muster.mailings.services.writing import reminder

KEPT = timedelta(days=30)
# After this nobody wants to be reminded of that morning.
STALE, UNREACHED = timedelta(hours=12), timedelta(minutes=10)


@transaction.atomic
def queue(*, actor: Actor, day: date, counts: Mapping[int, int], due_at: datetime, now: datetime) -> int:
    """
    Put a letter for each account in the outbox and return how many wait; who has one of that day gets no other.

    :param counts: id of the account → how many next steps are due, at least one
    :param due_at: when they leave
    """
    Reminder.objects.filter(day__lt=day - KEPT).delete()
    Reminder.objects.bulk_create(
        (Reminder(user_id=pk, day=day, count=count, due_at=due_at, changed_at=now) for pk, count in counts.items()),
        batch_size=1_000,
        ignore_conflicts=True,
    )
    return Reminder.objects.filter(day=day, state=State.QUEUED).count()


def deliver(*, actor: Actor, post: Post, clock: Clock, most: int) -> datetime | None:
    """
    Send the reminders that are due, and return when there will be more to do; None: nothing.

    Like `delivery.deliver`; one that perhaps was sent is left at that: tomorrow there is another.

    :param most: how many at most
    """
    now = clock()
    rows: Any = Reminder.objects.all()
    rows.filter(state=State.SENDING, changed_at__lt=now - ON_ITS_WAY).update(state=State.DOUBTFUL)
    rows.filter(state=State.QUEUED, due_at__lt=now - STALE).update(state=State.LEFT_OUT, changed_at=now)
    if addresses.wrong_sender(settings.DEFAULT_FROM_EMAIL):
        return now + UNREACHED if rows.filter(state=State.QUEUED).exists() else None
    due = rows.filter(state=State.QUEUED, due_at__lte=now).select_related("user").order_by("due_at", "pk")
    try:
        for row in due[:most]:
            with _outbox.alone(row, rows, post, clock):
                _send(actor, row, rows, post, clock)
    except NotReached:
        return clock() + UNREACHED
    finally:
        post.close()
    following: datetime | None = rows.filter(state=State.QUEUED).aggregate(due=Min("due_at"))["due"]
    return following


def _send(actor: Actor, row: Reminder, rows: Any, post: Post, clock: Clock) -> None:
    user = row.user
    if not user.is_active or user.reminders == NO_REMINDERS:
        rows.filter(pk=row.pk, state=State.QUEUED).update(state=State.LEFT_OUT, changed_at=clock())
        return
    message = reminder(actor=actor, email=user.email, count=row.count, number=row.pk, day=row.day)
    _outbox.hand_over(row, rows, message, post, clock)

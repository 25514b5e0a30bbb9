"""Every morning: whoever chose so is told by e-mail how many of their next steps are due."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from muster.access.actor import actor_for, system_actor
from muster.accounts import queries as accounts
from muster.contacts.queries import follow_up
from muster.mailings import tasks
from muster.mailings.services import reminders

# By the organisation's own clock.
LEAVE_AT = time(7)


@transaction.atomic
def ask(now: datetime) -> str:
    """Put a letter in the outbox for each account that wants one today and has something due; it leaves at `LEAVE_AT`."""
    today = timezone.localdate(now)
    counts = {}
    for user in accounts.to_remind(today):
        actor = actor_for(user, on=today)
        if count := follow_up.count(actor, actor, "mine"):
            counts[user.pk] = count
    due_at = timezone.make_aware(datetime.combine(today, LEAVE_AT))
    actor = system_actor("reminders", on=today)
    waiting = reminders.queue(actor=actor, day=today, counts=counts, due_at=due_at, now=now)
    if not waiting:
        return "Nobody is reminded today."
    tasks.ask_reminders(due_at)
    return f"To be reminded of next steps: {waiting:,}."

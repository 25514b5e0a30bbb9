"""Noting that a unit met."""

from datetime import date, datetime, timedelta

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.models import UnitMeeting
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import leave_trace
from muster.core.errors import DomainError

MOST_PEOPLE = 10_000
LONGEST_AGO = timedelta(days=730)


class WrongMeeting(DomainError):
    """A day or a number that cannot be meant."""


class NoSuchMeeting(DomainError):
    """It is not there any more."""


@transaction.atomic
def note_meeting(*, actor: Actor, unit_id: int, held_on: date, people_count: int, now: datetime) -> UnitMeeting:
    """
    Note that a unit met and how many came; of a day that is noted already the number is put right.

    :param held_on: today or earlier, within two years
    :param people_count: 1 to `MOST_PEOPLE`
    :raises NotAllowed: the actor may not work on contacts in the unit
    :raises WrongMeeting: see there
    """
    actor.require(WORK, unit_id=unit_id)
    if not actor.on - LONGEST_AGO <= held_on <= actor.on:
        raise WrongMeeting("Choose today or an earlier day, of the last two years.", field="held_on")
    if not 1 <= people_count <= MOST_PEOPLE:
        raise WrongMeeting(f"Write how many came, from 1 to {MOST_PEOPLE:,}.", field="people_count")
    rows = UnitMeeting.objects.unscoped("the right to work in the unit was checked")
    noted = {"people_count": people_count, "noted_at": now, "noted_by_id": actor.user_id}
    meeting, _ = rows.update_or_create(unit_id=unit_id, held_on=held_on, defaults=noted)
    _trace(actor, "contacts.meeting.noted", meeting, now)
    return meeting


@transaction.atomic
def remove_meeting(*, actor: Actor, meeting_id: int, now: datetime) -> int:
    """
    Take a meeting away that was noted by mistake, and return its unit's id.

    :raises NotAllowed: the actor may not work on contacts in the unit
    :raises NoSuchMeeting: it is gone, or of a unit whose meetings the actor may not see
    """
    meeting = UnitMeeting.objects.visible_to(actor).filter(pk=meeting_id).order_by("pk").first()
    if meeting is None:
        raise NoSuchMeeting("That meeting is not here any more.")
    actor.require(WORK, unit_id=meeting.unit_id)
    _trace(actor, "contacts.meeting.removed", meeting, now)
    UnitMeeting.objects.unscoped("it was found above").filter(pk=meeting.pk).delete()
    return meeting.unit_id


def _trace(actor: Actor, action: str, meeting: UnitMeeting, now: datetime) -> None:
    on, people = meeting.held_on.isoformat(), meeting.people_count
    leave_trace(actor, action, now, of=meeting, unit_id=meeting.unit_id, on=on, people=people)

"""Noting that members have paid dues for the first time, on an evening on which many do; and that it was a mistake."""

from collections.abc import Collection
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from muster.access.actor import Actor, NotAllowed
from muster.contacts.models import Application
from muster.contacts.queries.following import WORK
from muster.contacts.services._applications import WrongDay
from muster.contacts.services._cases import leave_trace, require_work
from muster.core.errors import DomainError
from muster.people.queries import in_units, persons

MOST = 200
EARLIEST = date(1900, 1, 1)


class NothingNoted(DomainError):
    """No first payment of this person is noted."""


@transaction.atomic
def note_first_dues(*, actor: Actor, unit_id: int, person_ids: Collection[int], paid_on: date, now: datetime) -> int:
    """
    Note on the application of each of these members when they first paid, and return of how many that is new.

    Of whoever became a member without an application one is filed afterwards, accepted, of the day their membership began.
    Some six queries, and two for each of them that leave its entry in the trace.

    :param unit_id: where the entries of the trace belong
    :param person_ids: at most `MOST`; who is no member is left out, and so is whose first payment is noted already
    :param paid_on: from `EARLIEST` to today
    :raises NotAllowed: the actor may not work on contacts in the unit, or not with one of these
    :raises WrongDay: see there
    """
    actor.require(WORK, unit_id=unit_id)
    if not EARLIEST <= paid_on <= actor.on:
        raise WrongDay(f"Choose today or an earlier day, from {EARLIEST.year} on.", field="paid_on")
    chosen = frozenset(person_ids)
    # Held: where two note the same at once, the second finds what the first has noted.
    held = persons.ids_for(actor, WORK).select_for_update().filter(pk__in=chosen).order_by("pk")
    if chosen - set(held.values_list("pk", flat=True)) or len(chosen) > MOST:
        raise NotAllowed("You may not do this here.")
    since = in_units.members_since(actor, chosen)
    rows = Application.objects.unscoped("the right to talk to these people was checked")
    # Of a member one that is open still is accepted by the night.
    accepted = rows.filter(person_id__in=since, state__in=(Application.State.ACCEPTED, Application.State.OPEN))
    latest = {one.person_id: one for one in accepted.order_by("applied_on", "pk")}
    known = [one for one in latest.values() if one.dues_paid_on is None]
    for one in known:
        one.dues_paid_on, one.version = paid_on, one.version + 1
    rows.bulk_update(known, ["dues_paid_on", "version"])
    made = {"state": Application.State.ACCEPTED, "dues_paid_on": paid_on, "made_at": now, "made_by_id": actor.user_id}
    # Nobody here decided on it: they are a member since that day.
    new = rows.bulk_create(
        Application(person_id=pk, applied_on=day, decided_at=_midnight(day), **made)
        for pk, day in since.items()
        if pk not in latest
    )
    for one in (*known, *new):
        leave_trace(actor, "contacts.first_dues.noted", now, of=one, unit_id=unit_id, on=paid_on.isoformat())
    return len(known) + len(new)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@transaction.atomic
def take_back_first_dues(*, actor: Actor, unit_id: int, person_id: int, now: datetime) -> None:
    """
    Note that somebody has not paid yet after all; their application stays.

    :param unit_id: where the entry of the trace belongs
    :raises NotAllowed: the actor may not work on contacts in the unit, or not with this person
    :raises NothingNoted: see there
    """
    actor.require(WORK, unit_id=unit_id)
    require_work(actor, person_id)
    rows = Application.objects.unscoped("the right to talk to the person was checked").select_for_update()
    paid = list(rows.filter(person_id=person_id, state=Application.State.ACCEPTED).exclude(dues_paid_on=None))
    if not paid:
        raise NothingNoted("No first payment of theirs is noted.")
    for one in paid:
        before, one.dues_paid_on, one.version = one.dues_paid_on, None, one.version + 1
        one.save(update_fields=["dues_paid_on", "version"])
        on = before.isoformat() if before else ""
        leave_trace(actor, "contacts.first_dues.taken_back", now, of=one, unit_id=unit_id, on=on)

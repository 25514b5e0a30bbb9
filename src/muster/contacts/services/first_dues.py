"""Noting that members have paid dues for the first time, on an evening on which many do."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.contacts.models import Application
from muster.contacts.queries.following import WORK
from muster.contacts.services._applications import WrongDay
from muster.contacts.services._cases import leave_trace
from muster.people.queries import in_units, persons

MOST = 200


@transaction.atomic
def note_first_dues(*, actor: Actor, unit_id: int, person_ids: Collection[int], paid_on: date, now: datetime) -> int:
    """
    Note on the application of each of these members when they first paid, and return of how many that is new.

    Of whoever became a member without an application one is filed afterwards, accepted, of the day their membership began.

    :param unit_id: where the entry of the trace belongs
    :param person_ids: at most `MOST`; who is no member is left out, and so is whose first payment is noted already
    :raises NotAllowed: the actor may not work on contacts in the unit, or not with one of these
    :raises WrongDay: a day to come
    """
    actor.require(WORK, unit_id=unit_id)
    if paid_on > actor.on:
        raise WrongDay("Choose today or an earlier day.", field="paid_on")
    chosen = frozenset(person_ids)
    allowed = set(persons.ids_for(actor, WORK).filter(pk__in=chosen).values_list("pk", flat=True))
    if chosen - allowed or len(chosen) > MOST:
        raise NotAllowed("You may not do this here.")
    since = in_units.members_since(actor, chosen)
    rows = Application.objects.unscoped("the right to talk to these people was checked")
    accepted = rows.filter(person_id__in=since, state=Application.State.ACCEPTED).select_for_update()
    latest = {one.person_id: one for one in accepted.order_by("applied_on", "pk")}
    known = [one for one in latest.values() if one.dues_paid_on is None]
    for one in known:
        one.dues_paid_on, one.version = paid_on, one.version + 1
    rows.bulk_update(known, ["dues_paid_on", "version"])
    made = {"state": Application.State.ACCEPTED, "dues_paid_on": paid_on, "made_at": now, "made_by_id": actor.user_id}
    made |= {"decided_at": now, "decided_by_id": actor.user_id}
    new = [Application(person_id=pk, applied_on=day, **made) for pk, day in since.items() if pk not in latest]
    rows.bulk_create(new)
    count = len(known) + len(new)
    leave_trace(actor, "contacts.first_dues.noted", now, unit_id=unit_id, count=count, on=paid_on.isoformat())
    return count

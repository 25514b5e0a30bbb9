"""Giving everybody whom one organiser follows up to another, where they leave or have too many."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from muster.access.actor import Actor, actor_for
from muster.contacts.models import Case
from muster.contacts.queries import handing_over as queries
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import leave_trace
from muster.contacts.services.cases import NoSuchOwner


@dataclass(frozen=True, slots=True)
class HandedOver:
    """:ivar left: how many stay where they are, as the new owner may not talk to them"""

    count: int
    left: int


@transaction.atomic
def hand_over(*, actor: Actor, from_user_id: int, to_user_id: int | None, now: datetime) -> HandedOver:
    """
    Give the open cases of one account to another, of all people whom both the actor and the new owner may talk to.

    :param to_user_id: None: nobody's for now
    :raises NoSuchOwner: the old one owns nobody whom the actor may talk to, or the new one may talk to nobody here
    """
    cases = Case.objects.visible_to(actor, WORK).filter(closed_at=None, owner_id=from_user_id)
    ids = set(cases.values_list("pk", flat=True))
    if not ids:
        raise NoSuchOwner("They follow up nobody whom you may talk to.", field="giver")
    theirs = ids
    if to_user_id is not None:
        taker = queries.taker(actor, to_user_id)
        if taker is None:
            raise NoSuchOwner("They may talk to nobody here.", field="taker")
        may = Case.objects.visible_to(actor_for(taker, on=actor.on), WORK).filter(closed_at=None, owner_id=from_user_id)
        theirs = ids & set(may.values_list("pk", flat=True))
    rows = Case.objects.unscoped("the right to talk to these people was checked")
    moved = rows.filter(pk__in=theirs, closed_at=None, owner_id=from_user_id)
    count = moved.update(owner_id=to_user_id, version=F("version") + 1)
    if count:
        leave_trace(actor, "contacts.cases.handed_over", now, count=count, owner=[from_user_id, to_user_id])
    return HandedOver(count, len(ids) - count)

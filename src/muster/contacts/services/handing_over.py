"""Giving everybody whom one organiser follows up to another, where they leave or have too many."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from muster.access.actor import Actor, actor_for
from muster.contacts.models import Case, Welcome
from muster.contacts.queries import handing_over as queries
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import leave_trace
from muster.contacts.services.cases import NoSuchOwner

# What somebody answers for, and what else changes with the owner.
_KINDS: tuple[tuple[Any, dict[str, Any]], ...] = ((Case, {"version": F("version") + 1}), (Welcome, {}))


@dataclass(frozen=True, slots=True)
class HandedOver:
    """:ivar left: how many stay where they are, as the new owner may not talk to them"""

    count: int
    left: int


@transaction.atomic
def hand_over(*, actor: Actor, from_user_id: int, to_user_id: int | None, now: datetime) -> HandedOver:
    """
    Give the open cases and welcome steps of one account to another, of all whom both the actor and the new owner may talk to.

    :param to_user_id: None: nobody's for now
    :raises NoSuchOwner: the old one owns nobody whom the actor may talk to, or the new one may talk to nobody here
    """
    found = [_ids(model, actor, from_user_id) for model, _ in _KINDS]
    if not any(found):
        raise NoSuchOwner("They follow up nobody whom you may talk to.", field="giver")
    theirs = found
    if to_user_id is not None:
        taker = queries.taker(actor, to_user_id)
        if taker is None:
            raise NoSuchOwner("They may talk to nobody here.", field="taker")
        new_owner = actor_for(taker, on=actor.on)
        theirs = [ids & _ids(model, new_owner, from_user_id) for (model, _), ids in zip(_KINDS, found, strict=True)]
    count = 0
    for (model, changed), ids in zip(_KINDS, theirs, strict=True):
        rows = model.objects.unscoped("the right to talk to these people was checked")
        count += rows.filter(pk__in=ids, owner_id=from_user_id).update(owner_id=to_user_id, **changed)
    if count:
        leave_trace(actor, "contacts.cases.handed_over", now, count=count, owner=[from_user_id, to_user_id])
    return HandedOver(count, sum(map(len, found)) - count)


def _ids(model: Any, actor: Actor, owner_id: int) -> set[int]:
    """Return what an account has to do with people whom the actor may talk to."""
    rows = model.objects.visible_to(actor, WORK).filter(owner_id=owner_id, **queries.UNDER_WAY[model])
    return set(rows.values_list("pk", flat=True))

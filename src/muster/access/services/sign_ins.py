"""Ending where somebody else is signed in: of a phone that was lost, of somebody who must be out at once."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.access.services import grants
from muster.accounts import services as accounts
from muster.audit import services as audit


@transaction.atomic
def end_sign_ins(*, actor: Actor, user_id: int, now: datetime, but: str | None = None) -> int:
    """
    Sign an account out everywhere; it may sign in again.

    :param but: key of the session of whoever asks, who may ask for their own account
    :returns: number of browsers that were signed out
    :raises NotAllowed: the account reaches further than the actor
    """
    unit_id = grants.check_reaches_no_further(actor=actor, user_id=user_id)
    count = accounts.end_sessions(user_id=user_id, but=but)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="access.sign_ins.ended",
        now=now,
        unit_id=unit_id,
        count=count,
        user=user_id,
    )
    return count

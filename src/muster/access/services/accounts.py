"""Whether one may deal with somebody else's account: only where one may give every role it has."""

from muster.access.actor import Actor
from muster.access.models import Grant
from muster.access.services.grants import check_holds


def require_over_account(*, actor: Actor, user_id: int) -> None:
    """
    Do nothing if the account may do nothing, now or later, that the actor may not give there; one query.

    :raises NotAllowed: the account reaches further than the actor
    """
    holding = Grant.objects.not_over(actor.on).filter(user_id=user_id)
    for unit_id, permissions in holding.values_list("unit_id", "role__permissions"):
        actor.require("access.grant", unit_id=unit_id)
        check_holds(actor=actor, permissions=permissions, unit_id=unit_id)

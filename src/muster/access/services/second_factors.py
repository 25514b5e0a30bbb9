"""Taking a lost second factor away."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.access.services import grants
from muster.accounts import queries as account_queries
from muster.accounts import services as accounts
from muster.accounts import tasks
from muster.audit import services as audit


@transaction.atomic
def reset_second_factor(*, actor: Actor, user_id: int, now: datetime) -> int:
    """
    Take all second factors from an account whose owner lost them, sign it out everywhere, and tell the owner by mail.

    The next sign-in needs the password alone, and sets a new second factor up where one is required.

    :returns: number of factors removed; with none nothing was done
    :raises NotAllowed: the account reaches further than the actor
    """
    unit_id = grants.check_reaches_no_further(actor=actor, user_id=user_id)
    count = accounts.remove_second_factors(user_id=user_id)
    if count:
        audit.record(
            user_id=actor.user_id,
            actor_label=actor.label,
            action="access.second_factor.reset",
            now=now,
            unit_id=unit_id,
            user=user_id,
            factors=count,
        )
        tasks.send_letter.enqueue("account/email/second_factor_reset", account_queries.email_of(user_id))
    return count

"""One's own account, and whether one may deal with somebody else's: only where one may give every role it has."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.access.models import Grant
from muster.access.services.grants import check_holds
from muster.accounts import services as accounts
from muster.accounts.models import User
from muster.audit import services as audit


@transaction.atomic
def change_own_settings(*, actor: Actor, name: str, keyboard_shortcuts: bool, reminders: str, now: datetime) -> None:
    """
    Write down what somebody chose for their own account.

    :param reminders: one of `accounts.models.Reminders`

    The trace calls by name whoever acts: who takes another one, somebody else's perhaps, does so under the old one.
    """
    assert actor.user_id is not None  # only who is signed in has settings
    user = User.objects.get(pk=actor.user_id)
    before = user.trace_label
    accounts.change_own_settings(user=user, name=name, keyboard_shortcuts=keyboard_shortcuts, reminders=reminders)
    if user.trace_label != before:
        audit.record(user_id=user.pk, actor_label=before, action="accounts.name.changed", target=user, now=now)


def require_over_account(*, actor: Actor, user_id: int) -> None:
    """
    Do nothing if the account may do nothing, now or later, that the actor may not give there; one query.

    :raises NotAllowed: the account reaches further than the actor
    """
    holding = Grant.objects.not_over(actor.on).filter(user_id=user_id)
    for unit_id, permissions in holding.values_list("unit_id", "role__permissions"):
        actor.require("access.grant", unit_id=unit_id)
        check_holds(actor=actor, permissions=permissions, unit_id=unit_id)

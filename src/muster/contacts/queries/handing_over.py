"""Who follows people up, and who could instead."""

from typing import Any

from django.db.models import Count

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts.models import Case
from muster.contacts.queries.following import WORK


def givers(actor: Actor) -> list[tuple[int, str, int]]:
    """
    Return (id, name, how many) of whoever owns open cases of people whom the actor may talk to, by name; one query.

    Somebody whose rights are over is among them: it is they who are handed over.
    """
    cases = Case.objects.visible_to(actor, WORK).filter(closed_at=None).exclude(owner=None)
    counted = cases.order_by("owner__name", "owner_id").values_list("owner_id", "owner__name").annotate(Count("pk"))
    return [(pk, name if name and "@" not in name else f"account {pk}", number) for pk, name, number in counted]


def takers(actor: Actor) -> list[tuple[int, str]]:
    """Return (id, name) of the accounts that may talk to contacts in some unit where the actor may, by name; two queries."""
    return [(grant.user_id, grant.user.trace_label) for grant in _grants(actor).values()]


def taker(actor: Actor, user_id: int) -> Any:
    """Return the account of one of `takers`, None where it is none of them; two queries."""
    grant = _grants(actor).get(user_id)
    return None if grant is None else grant.user


def _grants(actor: Actor) -> dict[int, Any]:
    found = access.holders(actor, (WORK,), actor.units_for(WORK))
    return {grant.user_id: grant for grant in found}

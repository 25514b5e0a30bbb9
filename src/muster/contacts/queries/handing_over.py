"""Who follows people up, and who could instead."""

from collections import Counter
from typing import Any

from django.db.models import Count

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts.models import Case, Welcome
from muster.contacts.queries.following import WORK

# Where somebody answers for people, and what of it is under way.
UNDER_WAY: dict[type[Any], dict[str, Any]] = {Case: {"closed_at": None}, Welcome: {"done_at": None}}


def givers(actor: Actor) -> list[tuple[int, str, int]]:
    """
    Return (id, name, how many) of whoever owns open cases and welcome steps of people whom the actor may talk to, by name.

    Two queries.

    Somebody whose rights are over is among them: it is they who are handed over.
    """
    counts: Counter[tuple[str, int]] = Counter()
    for model, is_open in UNDER_WAY.items():
        rows = model.objects.visible_to(actor, WORK).filter(**is_open).exclude(owner=None).order_by()
        for pk, name, number in rows.values_list("owner_id", "owner__name").annotate(Count("pk")):
            counts[name, pk] += number
    return [
        (pk, name if name and "@" not in name else f"account {pk}", number)
        for (name, pk), number in sorted(counts.items())
    ]


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

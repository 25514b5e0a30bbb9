"""Claims of units: a list of them as a whole, with what it changes for inquiries and people at large."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.contacts.calc.claims import ClaimRow, Key
from muster.contacts.models import Claim
from muster.contacts.queries import plans
from muster.contacts.queries.plans import Plan
from muster.contacts.services import routing

PERMISSION = "units.edit"
_CHUNK = 2_000


def preview_claims(*, actor: Actor, rows: Sequence[ClaimRow], replace: bool = False) -> Plan:
    """
    Work out what `set_claims` would do, and do nothing.

    :raises NotAllowed: the actor may not change units everywhere
    """
    actor.require(PERMISSION, unit_id=None)
    return plans.plan(actor, rows, replace=replace)


@transaction.atomic
def set_claims(*, actor: Actor, rows: Sequence[ClaimRow], replace: bool = False, now: datetime) -> Plan:
    """
    Store a list of claims and send on the inquiries it alters, and those that wait; return what was done.

    Rows that cannot be taken are left out, and told. What was assigned by hand stays where it is.

    :param replace: the list is all there is: other claims go. Without it they stay
    :raises NotAllowed: the actor may not change units everywhere
    """
    done = preview_claims(actor=actor, rows=rows, replace=replace)
    new = {key: unit_id for key, unit_id in done.claims.items() if done.stored.get(key) != unit_id}
    gone = done.stored.keys() - done.claims.keys() if replace else set[Key]()
    Claim.objects.bulk_create(
        (Claim(kind=kind, country=country, value=value, unit_id=unit) for (kind, country, value), unit in new.items()),
        batch_size=_CHUNK,
        update_conflicts=True,
        unique_fields=["kind", "country", "value"],
        update_fields=["unit"],
    )
    _remove(gone)
    routing.send(actor=actor, routed=done.routed, now=now)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="contacts.claims.set",
        now=now,
        count=len(new) + len(gone),
        claims=len(done.claims),
        replaced=replace,
        removed=len(gone),
        moved=done.moved.inquiries,
        people=done.moved.people,
    )
    return done


def _remove(gone: set[Key]) -> None:
    if not gone:
        return
    claims = Claim.objects.unscoped("the right to change all claims was checked")
    stored = claims.order_by("pk").values_list("pk", "kind", "country", "value")
    ids = [pk for pk, *key in stored if tuple(key) in gone]
    for start in range(0, len(ids), _CHUNK):
        claims.filter(pk__in=ids[start : start + _CHUNK]).delete()

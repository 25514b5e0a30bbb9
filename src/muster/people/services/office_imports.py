"""What an import of offices does to rights: the same as if each office had been noted by hand (docs/adr/0008)."""

from collections.abc import Collection
from datetime import date, datetime

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.access.services import offices as access
from muster.core.spells import Spell
from muster.people.models import Office
from muster.people.queries.offices import waiting
from muster.people.services.offices import confirm_office

Known = tuple[int, date, date | None]


def before_import(*, actor: Actor) -> frozenset[Known]:
    """
    Let no grant reach beyond the offices as they are now; return the offices that wait for a word already, for `after_import`.

    Six queries at most. Call it in the transaction of the import.
    """
    ids = access_queries.offices_with_grants(actor)
    offices = Office.objects.unscoped("bookkeeping of grants, shows nothing").filter(pk__in=ids).order_by("pk")
    days = {pk: Spell(from_on, to_on) for pk, from_on, to_on in offices.values_list("pk", "from_on", "to_on")}
    access.keep_to_days(actor=actor, days=days)
    return frozenset((each.office_id, each.from_on, each.to_on) for each in waiting(actor))


def after_import(*, actor: Actor, known: Collection[Known], now: datetime) -> int:
    """
    Give the roles of the offices that the import brought or made longer, where the actor may; return how many that were.

    Those that waited before go on waiting: nobody looked at them.

    :param known: what `before_import` returned
    """
    new = [each for each in waiting(actor) if (each.office_id, each.from_on, each.to_on) not in known and each.may_give]
    for each in new:
        confirm_office(actor=actor, office_id=each.office_id, now=now)
    return len(new)

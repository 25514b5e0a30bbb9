"""How a change of somebody's offices reaches their rights (docs/adr/0008)."""

from collections.abc import Iterable
from datetime import datetime

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.access.calc import covers
from muster.access.offices import key_of
from muster.access.services import offices as access
from muster.core.spells import Spell
from muster.people.calc.spells import OFFICE, SpellRow
from muster.people.models import Person


def before_change(actor: Actor, rows: Iterable[SpellRow]) -> None:
    """Let no grant reach beyond the offices as they are now, so that what they gain next needs a word; a query if any is one."""
    days = {row.id: Spell(row.from_on, row.to_on) for row in rows if row.kind == OFFICE and row.id is not None}
    if days:
        access.keep_to_days(actor=actor, days=days)


def after_change(actor: Actor, person: Person, rows: Iterable[SpellRow], now: datetime) -> None:
    """Give the roles of offices that begin or change, where the actor may give them; the others wait for whoever may."""
    offices = [row for row in rows if row.kind == OFFICE and (row.to_on is None or row.to_on > actor.on)]
    if person.user_id is None or not offices:
        return
    roles = access_queries.office_roles(actor)
    given = access_queries.given_with_offices(actor, [row.id for row in offices if row.id is not None])
    for row in offices:
        # What is given already stays as it is: should this change be taken back, the longer days hold again.
        if covers(given.get((row.id or 0, person.user_id), ()), Spell(row.from_on, row.to_on), since=actor.on):
            continue
        known = roles.get(key_of(row.what))
        if known is None or not access_queries.may_give(actor, known.role, row.unit_id or 0):
            continue
        access.give_with_office(
            actor=actor,
            user_id=person.user_id,
            office_id=row.id or 0,
            office=row.what,
            unit_id=row.unit_id or 0,
            from_on=row.from_on,
            to_on=row.to_on,
            now=now,
        )

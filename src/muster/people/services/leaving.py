"""Somebody leaves, as whoever may change people notes it; what members do themselves is in `own`."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.people.calc import spells as calc
from muster.people.calc.spells import OFFICE, PLACEMENT, STANDING, DoesNotHold, SpellRow
from muster.people.services import _spells as spells


@transaction.atomic
def let_leave(*, actor: Actor, person_id: int, on: date, reason: str, stays: bool, now: datetime) -> int:
    """
    End what somebody is to the organisation on a day, and return the id of the audit entry.

    :param on: the first day they are no member any more
    :param stays: they are a contact from then on, where they are placed
    :raises NotAllowed: the actor may not change this person, or people in a unit where a placement or an office ends
    :raises DoesNotHold: they are neither member nor applicant then
    :raises EndsTooEarly: something of theirs begins that day or later
    """
    person = spells.locked_person(actor, person_id)

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        if not any(row.what in ("member", "applicant") and row.holds_on(on) for row in rows):
            raise DoesNotHold("They are neither member nor applicant on that day.", field="on")
        after = calc.left(rows, on, reason=reason, stays=stays)
        for row in set(rows) ^ set(after):
            spells.require_for_row(actor, row)
        return after

    return spells.change(
        actor=actor,
        person=person,
        kinds=[STANDING, PLACEMENT, OFFICE],
        plan=plan,
        action="people.person.let_go",
        now=now,
    )

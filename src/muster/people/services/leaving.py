"""Somebody leaves or is put away, as whoever may change people notes it; what members do themselves is in `own`."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.people.calc import spells as calc
from muster.people.calc.spells import OFFICE, PLACEMENT, STANDING, DoesNotHold, SpellRow
from muster.people.services import _spells as spells

JOINED = ("member", "applicant")


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
    return _end_all(actor, person_id, on, reason=reason, stays=stays, action="people.person.let_go", now=now, of=JOINED)


@transaction.atomic
def archive_person(*, actor: Actor, person_id: int, on: date, reason: str, now: datetime) -> int:
    """
    Put a person away: every standing, placement and office that goes on ends that day. Nothing is deleted, and the
    whole organisation's officers still find the record. Return the id of the audit entry.

    :raises NotAllowed: the actor may not change this person, or people in a unit they are placed in
    :raises EndsTooEarly: something began that day or later; it has to be taken out or corrected first
    """
    return _end_all(actor, person_id, on, reason=reason.strip(), stays=False, action="people.person.archived", now=now)


def _end_all(
    actor: Actor,
    person_id: int,
    on: date,
    *,
    reason: str,
    stays: bool,
    action: str,
    now: datetime,
    of: Collection[str] = (),
) -> int:
    """:param of: of these standings one must hold that day"""

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        if of and not any(row.what in of and row.holds_on(on) for row in rows):
            raise DoesNotHold(f"They are neither {' nor '.join(of)} on that day.", field="on")
        after = calc.left(rows, on, reason=reason, stays=stays)
        for row in set(rows) ^ set(after):
            spells.require_for_row(actor, row)
        return after

    person = spells.locked_person(actor, person_id)
    kinds = [STANDING, PLACEMENT, OFFICE]
    return spells.change(actor=actor, person=person, kinds=kinds, plan=plan, action=action, now=now)

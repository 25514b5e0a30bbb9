"""
Offices held in a unit: organiser of a branch, treasurer … An office gives rights only where the organisation says which role
it gives, and by the word of whoever may give that role there: who records it, or else who confirms it.
"""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.access.services import offices as access
from muster.core.errors import DomainError
from muster.people.calc import spells as calc
from muster.people.calc.spells import OFFICE, SpellRow
from muster.people.models import Office
from muster.people.services import _spells as spells


class NoAccount(DomainError):
    """Rights are of accounts, and this person has none."""


@transaction.atomic
def add_office(
    *,
    actor: Actor,
    person_id: int,
    unit_id: int,
    role: str,
    from_on: date,
    now: datetime,
    to_on: date | None = None,
) -> int:
    """
    Note that a person holds an office and return the id of the audit entry.

    :raises NotAllowed: the actor may not change this person, or people in that unit
    :raises UnitClosed: the unit is closed on the first day
    :raises AlreadyHolds, SpellsOverlap, EndsTooEarly: see `calc.spells`
    """
    actor.require("people.edit", unit_id=unit_id)
    person = spells.locked_person(actor, person_id)
    spells.require_open(unit_id, from_on)
    new = SpellRow(OFFICE, from_on, to_on, what=" ".join(role.split())[:60], unit_id=unit_id)
    return spells.change(
        actor=actor,
        person=person,
        kinds=[OFFICE],
        plan=lambda rows: calc.begun(rows, new),
        action="people.office.added",
        now=now,
        unit_id=unit_id,
        role=new.what,
    )


@transaction.atomic
def confirm_office(*, actor: Actor, office_id: int, now: datetime) -> None:
    """
    Give the person who holds an office the role that comes with it, while it is held.

    :raises NotAllowed: the actor may not give that role there, or there is no such office
    :raises NoAccount: the person has no account
    :raises OfficeGivesNothing: the office gives no role, or is over
    """
    offices = Office.objects.unscoped("asked for in the unit it is of, next").select_for_update(of=("self",))
    office = offices.filter(pk=office_id).select_related("person").order_by("pk").first()
    if office is None:
        raise NotAllowed("You may not do this here.")
    actor.require("access.grant", unit_id=office.unit_id)
    if office.person.user_id is None:
        raise NoAccount("This person has no account yet. Tie one to the person first.")
    access.give_with_office(
        actor=actor,
        user_id=office.person.user_id,
        office_id=office.pk,
        office=office.role,
        unit_id=office.unit_id,
        from_on=office.from_on,
        to_on=office.to_on,
        now=now,
    )

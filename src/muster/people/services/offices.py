"""Roles held in a unit: organiser of a branch, treasurer … They give no rights; grants do."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.people.calc import spells as calc
from muster.people.calc.spells import OFFICE, SpellRow
from muster.people.services import _spells as spells


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

"""What somebody has been trained for, from when to when."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.people.calc import spells as calc
from muster.people.calc.spells import QUALIFICATION, SpellRow
from muster.people.services import _spells as spells


@transaction.atomic
def add_qualification(
    *, actor: Actor, person_id: int, qualification: str, from_on: date, now: datetime, to_on: date | None = None
) -> int:
    """
    Note a qualification (`organiser` marks a trained organiser) and return the id of the audit entry.

    :raises NotAllowed: the actor may not change this person
    :raises AlreadyHolds, SpellsOverlap, EndsTooEarly: see `calc.spells`
    """
    person = spells.locked_person(actor, person_id)
    new = SpellRow(QUALIFICATION, from_on, to_on, what=" ".join(qualification.split())[:60])
    return spells.change(
        actor=actor,
        person=person,
        kinds=[QUALIFICATION],
        plan=lambda rows: calc.begun(rows, new),
        action="people.qualification.added",
        now=now,
        qualification=new.what,
    )

"""Where somebody is placed: one home unit at a time, further units beside it."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.people.calc import spells as calc
from muster.people.calc.spells import PLACEMENT, SpellRow
from muster.people.services import _spells as spells


@transaction.atomic
def move_person(*, actor: Actor, person_id: int, unit_id: int, on: date, now: datetime) -> int:
    """
    Give a person a new home unit from a day on, and return the id of the audit entry; the old one ends that day.

    :raises NotAllowed: the actor may not change people where the person is placed, in the old home unit or in the new one
    :raises UnitClosed: the new unit is closed on that day
    :raises AlreadyHolds, SpellsOverlap: see `calc.spells.moved`
    """
    actor.require("people.edit", unit_id=unit_id)
    person = spells.locked_person(actor, person_id)
    spells.require_open(unit_id, on)

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        after = calc.moved(rows, unit_id, on)
        _require_where_changed(actor, rows, after)
        return after

    return spells.change(
        actor=actor,
        person=person,
        kinds=[PLACEMENT],
        plan=plan,
        action="people.person.moved",
        now=now,
        unit_id=unit_id,
    )


@transaction.atomic
def add_placement(
    *,
    actor: Actor,
    person_id: int,
    unit_id: int,
    from_on: date,
    now: datetime,
    to_on: date | None = None,
    is_primary: bool = False,
) -> int:
    """
    Place a person in a unit beside where they are.

    :raises NotAllowed: the actor may not change this person, or people in that unit
    :raises UnitClosed: the unit is closed on the first day
    :raises AlreadyHolds, SpellsOverlap, EndsTooEarly: placed there already, or a second home unit
    """
    actor.require("people.edit", unit_id=unit_id)
    person = spells.locked_person(actor, person_id)
    spells.require_open(unit_id, from_on)
    new = SpellRow(PLACEMENT, from_on, to_on, unit_id=unit_id, is_primary=is_primary)
    return spells.change(
        actor=actor,
        person=person,
        kinds=[PLACEMENT],
        plan=lambda rows: calc.begun(rows, new),
        action="people.placement.added",
        now=now,
        unit_id=unit_id,
    )


def _require_where_changed(actor: Actor, before: list[SpellRow], after: list[SpellRow]) -> None:
    for row in set(before) ^ set(after):
        actor.require("people.edit", unit_id=row.unit_id)

"""Acts on units: rights, the rules of the tree, what they do to people, and the trace, in one transaction each."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.services import routing
from muster.people.services import unit_spells
from muster.units import queries as unit_queries
from muster.units.calc import UnitDetails
from muster.units.services import tree
from muster.workflows._units import record, sees


@dataclass(frozen=True, slots=True)
class Closed:
    """
    What closing a unit did.

    :ivar closing_id: what `undo_close` takes
    :ivar unit_ids: the units that were closed, the one that was named first
    :ivar placements: how many placements ended
    :ivar offices: how many offices ended
    :ivar inquiries: how many that nobody had taken up were sent on
    """

    closing_id: int
    unit_ids: list[int]
    placements: int
    offices: int
    inquiries: int


@transaction.atomic
def open_unit(*, actor: Actor, parent_id: int, details: UnitDetails, now: datetime) -> int:
    """
    Open a unit below another, and return its id.

    :raises NotAllowed: the actor may not change units there
    :raises BadDetails, KindNotAllowed, UnitClosed: see `units.services.rules`
    """
    actor.require("units.edit", unit_id=parent_id)
    unit = tree.create_unit(parent_id=parent_id, details=details, on=actor.on)
    record(actor, "units.unit.opened", unit, now, name=unit.name, kind=unit.kind.code, parent=parent_id)
    return unit.pk


@transaction.atomic
def edit_unit(*, actor: Actor, unit_id: int, version: int, details: UnitDetails, now: datetime) -> None:
    """
    Change what a unit says of itself.

    :param version: the version the actor has seen
    :raises NotAllowed: the actor may not change this unit
    :raises BadDetails, KindNotAllowed, UnitChanged: see `units.services.rules`
    """
    actor.require("units.edit", unit_id=unit_id)
    unit, changed = tree.change_unit(unit_id=unit_id, version=version, details=details, sees=sees(actor))
    record(actor, "units.unit.edited", unit, now, changed=changed)


@transaction.atomic
def move_unit(*, actor: Actor, unit_id: int, parent_id: int, now: datetime) -> int | None:
    """
    Put a unit below another and return the id of the unit it stood below before.

    Whoever is placed in it stays there; who may see them follows from the new place.

    :raises NotAllowed: the actor may not change units here, where it comes from or where it goes
    :raises KindNotAllowed, RootStays, UnitClosed, WouldHoldItself: see `units.services.tree`
    """
    old_parent_id = unit_queries.load_tree().parents[unit_id]
    for touched in (unit_id, old_parent_id, parent_id):
        actor.require("units.edit", unit_id=touched)
    unit = tree.move_unit(unit_id=unit_id, parent_id=parent_id, on=actor.on)
    record(actor, "units.unit.moved", unit, now, parent=[old_parent_id, parent_id])
    return old_parent_id


@transaction.atomic
def close_unit(
    *,
    actor: Actor,
    unit_id: int,
    on: date,
    now: datetime,
    with_below: bool = False,
    move_people_to: int | None = None,
) -> Closed:
    """
    Close a unit on a day: placements in it end or go on in another unit, offices end, and inquiries that wait are sent on.

    Of a day to come the night sends them on.

    :param on: the first day it is closed, of the past or the future
    :param with_below: close the open units below on the same day; without it they are in the way
    :param move_people_to: id of an open unit that takes the people in
    :raises NotAllowed: the actor may not change units and people here, or people where they go
    :raises BadDetails, RootStays, UnitClosed, UnitsBelowAreOpen: see `units.services.tree`
    :raises SpellsBeginLater: somebody is placed here on that day or later
    """
    actor.require("units.edit", unit_id=unit_id)
    closing, unit_ids = tree.close_units(unit_id=unit_id, on=on, now=now, with_below=with_below)
    if move_people_to is not None:
        tree.check_open(unit_id=move_people_to, on=on)
    spells = unit_spells.end_in_units(actor=actor, unit_ids=unit_ids, on=on, move_to=move_people_to)
    tree.keep_spells(closing_id=closing.pk, spells=spells)
    placements, offices = spells["placements"]["ended"], spells["offices"]["ended"]
    sent_on = routing.leave_closed(actor=actor, unit_ids=unit_ids, now=now)
    record(
        actor,
        "units.unit.closed",
        closing.unit,
        now,
        count=len(unit_ids),
        on=on.isoformat(),
        with_below=unit_ids[1:],
        placements=placements,
        offices=offices,
        people_to=move_people_to,
        inquiries=sent_on,
    )
    return Closed(closing.pk, unit_ids, placements, offices, sent_on)


@transaction.atomic
def undo_close(*, actor: Actor, closing_id: int, now: datetime) -> int:
    """
    Take a closing back within thirty days: units, placements and offices are exactly as before. Return the unit's id.

    Inquiries that were sent on stay where they are: somebody may be at them.

    :raises NotAllowed: the actor may not change these units, or the people in them
    :raises ClosingCannotBeUndone: too late, done already, or a unit was changed since
    :raises SpellsChanged: people were moved since
    :raises UnitClosed: the unit above was closed since
    """
    closing = unit_queries.closing(closing_id)
    actor.require("units.edit", unit_id=closing.unit_id if closing else None)
    if closing and not all(actor.may("units.edit", unit_id=int(pk)) for pk in closing.units_before):
        raise tree.ClosingCannotBeUndone("Something below it is not here any more. Open the units one by one.")
    unit, unit_ids, spells = tree.undo_closing(closing_id=closing_id, now=now, sees=sees(actor))
    unit_spells.put_back(actor=actor, spells=spells)
    record(actor, "units.unit.closing_undone", unit, now, count=len(unit_ids), closing=closing_id)
    return unit.pk


@transaction.atomic
def reopen_unit(*, actor: Actor, unit_id: int, now: datetime) -> None:
    """
    Open a closed unit again, without the people who were in it.

    :raises NotAllowed: the actor may not change this unit
    :raises UnitClosed, UnitOpen: see `units.services.tree`
    """
    actor.require("units.edit", unit_id=unit_id)
    unit, closed_on = tree.reopen_unit(unit_id=unit_id, sees=sees(actor))
    record(actor, "units.unit.reopened", unit, now, closed_on=closed_on.isoformat())

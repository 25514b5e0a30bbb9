"""Units that grow, a group into a branch, a branch into two: rights, the rules of the tree, people, and the trace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.services import routing
from muster.people.services import unit_spells
from muster.units import queries as unit_queries
from muster.units.calc import UnitDetails
from muster.units.services import growing
from muster.units.services.rules import BadDetails
from muster.workflows._units import record, sees

LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class SplitUp:
    """
    What splitting a unit did.

    :ivar split_id: what `undo_split` takes
    :ivar placements, offices: how many went on in the new unit, and how many ended
    """

    split_id: int
    new_unit_id: int
    placements: int
    offices: int


@transaction.atomic
def promote_unit(
    *,
    actor: Actor,
    unit_id: int,
    version: int,
    kind_id: int,
    on: date,
    missing: Sequence[str] = (),
    unknown: Sequence[str] = (),
    now: datetime,
) -> None:
    """
    Let a unit be of another kind from a day on: a group becomes a branch. Figures of earlier days know it as what it was.

    :param version: the version the actor has seen
    :param on: the first day, today or earlier
    :param missing: names of the criteria that are not met, for the trace; they do not stand in the way
    :param unknown: names of those of which the actor cannot know
    :raises NotAllowed: the actor may not change this unit
    :raises BadDetails, KindNotAllowed, UnitChanged, UnitClosed: see `units.services.rules`
    """
    actor.require("units.edit", unit_id=unit_id)
    if on > actor.on:
        raise BadDetails("Choose today or an earlier day.", field="on")
    former = growing.promote_unit(unit_id=unit_id, version=version, kind_id=kind_id, on=on, now=now, sees=sees(actor))
    kinds = [former.kind_id, kind_id]
    said = {"kind_id": kinds, "on": on.isoformat(), "missing": list(missing), "unknown": list(unknown)}
    record(actor, "units.unit.promoted", former.unit, now, count=1, **said)


@transaction.atomic
def undo_promotion(*, actor: Actor, unit_id: int, now: datetime) -> None:
    """
    Let a unit be again what it was before, within thirty days, as if it had never become anything else.

    :raises NotAllowed: the actor may not change this unit
    :raises PromotionCannotBeUndone, KindNotAllowed: see `units.services.growing`
    """
    actor.require("units.edit", unit_id=unit_id)
    former = growing.undo_promotion(unit_id=unit_id, now=now, sees=sees(actor))
    record(actor, "units.unit.promotion_undone", former.unit, now, on=former.until_on.isoformat())


@transaction.atomic
def split_unit(
    *, actor: Actor, unit_id: int, version: int, details: UnitDetails, person_ids: Iterable[int], now: datetime
) -> SplitUp:
    """
    Open a unit beside another and let some of its people go on there; the offices they hold in the first end.

    :param version: the version the actor has seen
    :param details: of the new unit; `opened_on` is the day of the split, of the past or the future
    :param person_ids: who goes, each placed in the unit on that day; some, not all
    :raises NotAllowed: the actor may not change units and people here and in the unit above
    :raises BadDetails, KindNotAllowed, UnitChanged, UnitClosed: see `units.services.rules`
    :raises NobodyGoes, SpellsBeginLater, SpellsChanged: see `people.services.unit_spells`
    """
    if details.opened_on is not None and details.opened_on > actor.on + LONGEST_AHEAD:
        raise BadDetails("Choose a day within a year from now.", field="opened_on")
    parent_id = unit_queries.load_tree().parents[unit_id]
    for touched in (unit_id, parent_id):
        actor.require("units.edit", unit_id=touched)
        actor.require("people.edit", unit_id=touched)
    opened = growing.open_beside(unit_id=unit_id, version=version, details=details, now=now)
    spells = unit_spells.move_some(
        actor=actor, unit_id=unit_id, person_ids=person_ids, on=opened.split_on, move_to=opened.new_unit_id
    )
    growing.keep_split_spells(split_id=opened.pk, spells=spells)
    placements, offices = spells["placements"]["ended"], spells["offices"]["ended"]
    said = {"on": opened.split_on.isoformat(), "placements": placements, "offices": offices}
    new, kind = opened.new_unit, opened.new_unit.kind.code
    record(actor, "units.unit.opened", new, now, name=new.name, kind=kind, parent=parent_id)
    record(actor, "units.unit.split", opened.unit, now, count=placements, new_unit=new.pk, **said)
    return SplitUp(opened.pk, new.pk, placements, offices)


@transaction.atomic
def undo_split(*, actor: Actor, split_id: int, now: datetime) -> int:
    """
    Take a split back within thirty days: everybody is where they were, the new unit never was open. Return the old unit's id.

    Inquiries that came to the new unit go where the rules send them now; what was given to it by hand goes to the old one.

    :raises NotAllowed: the actor may not change these units, or the people in them
    :raises UnitClosed: the old unit is closed by now
    :raises SplitCannotBeUndone: too late, done already, or the new unit was changed since
    :raises SpellsChanged: people were moved since
    """
    split = unit_queries.split(split_id)
    for touched in (split.unit_id, split.new_unit_id) if split else (None,):
        actor.require("units.edit", unit_id=touched)
    undone = growing.undo_split(split_id=split_id, on=actor.on, now=now)
    unit_spells.put_back(actor=actor, spells=undone.spells)
    unit_spells.check_empty(actor=actor, unit_id=undone.new_unit_id)
    sent_on = routing.route_elsewhere(
        actor=actor,
        unit_id=undone.new_unit_id,
        back_to=undone.unit_id,
        because=f"The split was taken back by which it had come to {undone.new_unit.name}",
        now=now,
    )
    said = {"new_unit": undone.new_unit_id, "inquiries": sent_on}
    record(actor, "units.unit.split_undone", undone.unit, now, **said)
    record(actor, "units.unit.closed", undone.new_unit, now, on=min(undone.split_on, actor.on).isoformat())
    return undone.unit_id

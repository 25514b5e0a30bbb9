"""Writes of the tree. Rights and traces stand above units (in `workflows`), the rules of the tree stand here."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from muster.core.errors import DomainError
from muster.units.calc import UnitDetails
from muster.units.models import Closing, Setting, Unit, UnitKind
from muster.units.services.rules import (
    BadDetails,
    Sees,
    UnitChanged,
    UnitClosed,
    check_details,
    check_kind,
    check_kind_of_existing,
    check_open_on,
    check_parents_open,
    lock_tree,
    names_of,
    said,
    save,
    tree_of,
)

UNDO_FOR = timedelta(days=30)
FORGOTTEN = "After that it is forgotten who was where: put people where they belong one by one."


class AlreadyFounded(DomainError):
    """There is a root unit already."""


class UnitOpen(DomainError):
    """The unit is not closed."""


class WouldHoldItself(DomainError):
    """The unit would come to stand below itself."""


class RootStays(DomainError):
    """The root can be neither moved nor closed."""


class UnitsBelowAreOpen(DomainError):
    """Units below are open, and nobody said to close them too."""


class ClosingCannotBeUndone(DomainError):
    """Too much has happened since, or too much time has passed."""


def found(*, name: str, country: str, second_factor: str) -> Unit:
    """
    Make the root unit and remember the first choices.

    :param country: ISO 3166-1 alpha-2
    :param second_factor: "required" of officers or "offered"
    :raises AlreadyFounded: there is a root unit
    """
    if Unit.objects.filter(parent=None).exists():
        raise AlreadyFounded("There is an organisation here already. Another one needs a MUSTER_HOME of its own.")
    for key, value in {"country": country.upper(), "second_factor": second_factor}.items():
        Setting.objects.update_or_create(key=key, defaults={"value": value})
    return Unit.objects.create(name=name, kind=UnitKind.objects.get(code="organisation"))


@transaction.atomic
def create_unit(*, parent_id: int, details: UnitDetails, on: date) -> Unit:
    """
    Make a unit below another.

    :param on: the day it is done; the parent must be open then
    :raises BadDetails, UnitClosed, KindNotAllowed: see the classes
    """
    parent = lock_tree()[parent_id]
    check_details(details)
    check_open_on(parent, on)
    check_kind(details.kind_id, parent)
    return Unit.objects.create(parent=parent, **asdict(details))


@transaction.atomic
def change_unit(*, unit_id: int, version: int, details: UnitDetails, sees: Sees) -> tuple[Unit, dict[str, list[str]]]:
    """
    Change what a unit says of itself.

    :param version: the version that was read before the change
    :param sees: whether the unit with that id may be spoken of
    :returns: the unit, and field → [before, after] of what differs
    :raises UnitChanged, BadDetails, KindNotAllowed: see the classes
    """
    units = lock_tree()
    unit = units[unit_id]
    if unit.version != version:
        raise UnitChanged("Somebody else changed this unit a moment ago. Look at it again, then save.")
    check_details(details)
    if unit.closed_on and details.opened_on and details.opened_on > unit.closed_on:
        raise BadDetails(f"It closed on {said(unit.closed_on)}, so it cannot open later.", field="opened_on")
    if details.kind_id != unit.kind_id:
        check_kind_of_existing(unit, details.kind_id, units, sees)
    changed = {}
    for name, value in asdict(details).items():
        if (before := getattr(unit, name)) != value:
            changed[name] = ["" if each is None else str(each) for each in (before, value)]
            setattr(unit, name, value)
    return save(unit), changed


@transaction.atomic
def move_unit(*, unit_id: int, parent_id: int, on: date) -> Unit:
    """
    Put a unit, with all that stands below it, below another.

    :param on: the day it is done; the new parent must be open then
    :raises RootStays, WouldHoldItself, UnitClosed, KindNotAllowed: see the classes
    """
    units = lock_tree()
    unit, parent = units[unit_id], units[parent_id]
    if unit.parent_id is None:
        raise RootStays("The whole organisation cannot be moved.")
    if parent_id in tree_of(units).below([unit_id]):
        raise WouldHoldItself(f"{unit.name} cannot be put below itself.", field="parent")
    if unit.closed_on is None or unit.closed_on > on:
        check_open_on(parent, on, field="parent")
    check_kind(unit.kind_id, parent, field="parent")
    unit.parent = parent
    return save(unit)


@transaction.atomic
def close_units(*, unit_id: int, on: date, now: datetime, with_below: bool) -> tuple[Closing, list[int]]:
    """
    Close a unit on a day, and on the same day what is still open below it.

    :param on: the first day it is closed
    :returns: the record that an undo needs, and the ids of the units that were closed, the given one first
    :raises RootStays, UnitClosed, UnitsBelowAreOpen, BadDetails: see the classes
    """
    units = lock_tree()
    unit = units[unit_id]
    if unit.parent_id is None:
        raise RootStays("The whole organisation cannot be closed.")
    if unit.closed_on is not None:
        raise UnitClosed(f"{unit.name} closed on {said(unit.closed_on)} already.")
    below = [
        units[pk]
        for pk in sorted(tree_of(units).below([unit_id]) - {unit_id})
        if (closed := units[pk].closed_on) is None or closed > on
    ]
    if below and not with_below:
        raise UnitsBelowAreOpen(f"Still open below it: {names_of(below)}. Close them first or close them too.")
    closing = [unit, *below]
    if late := [each for each in closing if each.opened_on and each.opened_on > on]:
        raise BadDetails(f"{late[0].name} opened on {said(late[0].opened_on)}, after that day.", field="closed_on")
    record = Closing.objects.create(
        unit=unit,
        closed_on=on,
        closed_at=now,
        units_before={str(each.pk): each.closed_on and each.closed_on.isoformat() for each in closing},
    )
    ids = [each.pk for each in closing]
    Unit.objects.filter(pk__in=ids).update(closed_on=on, version=F("version") + 1)
    return record, ids


def check_open(*, unit_id: int, on: date) -> None:
    """Do nothing if the unit is open on that day and goes on; one query. :raises UnitClosed: it is not."""
    unit = Unit.objects.get(pk=unit_id)
    if unit.closed_on is not None:
        raise UnitClosed(f"{unit.name} closed on {said(unit.closed_on)}.", field="move_people_to")
    if unit.opened_on is not None and unit.opened_on > on:
        raise UnitClosed(f"{unit.name} opened on {said(unit.opened_on)} only.", field="move_people_to")


def keep_spells(*, closing_id: int, spells: Mapping[str, Any]) -> None:
    """Store with a closing what it did to people's spells, JSON values; one query."""
    Closing.objects.filter(pk=closing_id).update(spells=spells)


@transaction.atomic
def reopen_unit(*, unit_id: int, sees: Sees) -> tuple[Unit, date]:
    """
    Open a closed unit again; what stood in it is not put back (that is what undoing a closing does).

    :param sees: whether the unit with that id may be spoken of
    :returns: the unit, and the day it had been closed on
    :raises UnitOpen: it is not closed
    :raises UnitClosed: the unit above it is closed
    """
    units = lock_tree()
    unit = units[unit_id]
    if unit.closed_on is None:
        raise UnitOpen(f"{unit.name} is not closed.")
    check_parents_open([unit], units, sees)
    closed_on, unit.closed_on = unit.closed_on, None
    return save(unit), closed_on


@transaction.atomic
def undo_closing(*, closing_id: int, now: datetime, sees: Sees) -> tuple[Unit, list[int], dict[str, Any]]:
    """
    Give the units of a closing the closing days they had before.

    :param sees: whether the unit with that id may be spoken of
    :returns: the unit, the ids of all units opened again, and the stored `spells`
    :raises ClosingCannotBeUndone: it was undone, is older than thirty days, or a unit was changed since
    """
    units = lock_tree()
    record = Closing.objects.select_for_update(of=("self",)).select_related("unit").get(pk=closing_id)
    if record.undone_at is not None or now - record.closed_at > UNDO_FOR or not record.spells:
        raise ClosingCannotBeUndone(f"A closing can be undone once, and within thirty days. {FORGOTTEN}")
    before = {int(pk): value and date.fromisoformat(value) for pk, value in record.units_before.items()}
    closed = [units[pk] for pk in before if pk in units]
    if len(closed) < len(before) or any(unit.closed_on != record.closed_on for unit in closed):
        raise ClosingCannotBeUndone("It was opened again or closed on another day since, so there is nothing to undo.")
    check_parents_open([unit for unit in closed if unit.parent_id not in before], units, sees)
    for unit in closed:
        unit.closed_on = before[unit.pk]
        unit.version += 1
    Unit.objects.bulk_update(closed, ["closed_on", "version"], batch_size=200)
    Closing.objects.filter(pk=closing_id).update(undone_at=now)
    return units[record.unit_id], list(before), record.spells

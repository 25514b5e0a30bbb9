"""Writes of the tree. Rights and traces stand above units (in `workflows`), the rules of the tree stand here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from muster.core.errors import DomainError
from muster.units.calc import UnitDetails
from muster.units.models import Closing, Setting, Unit, UnitKind
from muster.units.queries import Tree

UNDO_FOR = timedelta(days=30)
Sees = Callable[[int], bool]


class AlreadyFounded(DomainError):
    """There is a root unit already."""


class BadDetails(DomainError):
    """Something a unit says of itself cannot be."""


class KindNotAllowed(DomainError):
    """A unit of that kind may not stand there."""


class UnitChanged(DomainError):
    """Somebody else changed the unit since it was read."""


class UnitClosed(DomainError):
    """The unit is closed, or closed on that day."""


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
    parent = _lock_tree()[parent_id]
    _check_details(details)
    _check_open(parent, on)
    _check_kind(details.kind_id, parent)
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
    units = _lock_tree()
    unit = units[unit_id]
    if unit.version != version:
        raise UnitChanged("Somebody else changed this unit a moment ago. Look at it again, then save.")
    _check_details(details)
    if unit.closed_on and details.opened_on and details.opened_on > unit.closed_on:
        raise BadDetails(f"It closed on {_day(unit.closed_on)}, so it cannot open later.", field="opened_on")
    if details.kind_id != unit.kind_id:
        _check_kind_of_existing(unit, details.kind_id, units, sees)
    changed = {}
    for name, value in asdict(details).items():
        if (before := getattr(unit, name)) != value:
            changed[name] = ["" if each is None else str(each) for each in (before, value)]
            setattr(unit, name, value)
    return _save(unit), changed


@transaction.atomic
def move_unit(*, unit_id: int, parent_id: int, on: date) -> Unit:
    """
    Put a unit, with all that stands below it, below another.

    :param on: the day it is done; the new parent must be open then
    :raises RootStays, WouldHoldItself, UnitClosed, KindNotAllowed: see the classes
    """
    units = _lock_tree()
    unit, parent = units[unit_id], units[parent_id]
    if unit.parent_id is None:
        raise RootStays("The whole organisation cannot be moved.")
    if parent_id in _tree(units).below([unit_id]):
        raise WouldHoldItself(f"{unit.name} cannot be put below itself.", field="parent")
    if unit.closed_on is None or unit.closed_on > on:
        _check_open(parent, on, field="parent")
    _check_kind(unit.kind_id, parent, field="parent")
    unit.parent = parent
    return _save(unit)


@transaction.atomic
def close_units(*, unit_id: int, on: date, now: datetime, with_below: bool) -> tuple[Closing, list[int]]:
    """
    Close a unit on a day, and on the same day what is still open below it.

    :param on: the first day it is closed
    :returns: the record that an undo needs, and the ids of the units that were closed, the given one first
    :raises RootStays, UnitClosed, UnitsBelowAreOpen, BadDetails: see the classes
    """
    units = _lock_tree()
    unit = units[unit_id]
    if unit.parent_id is None:
        raise RootStays("The whole organisation cannot be closed.")
    if unit.closed_on is not None:
        raise UnitClosed(f"{unit.name} closed on {_day(unit.closed_on)} already.")
    below = [
        units[pk]
        for pk in sorted(_tree(units).below([unit_id]) - {unit_id})
        if (closed := units[pk].closed_on) is None or closed > on
    ]
    if below and not with_below:
        raise UnitsBelowAreOpen(f"Still open below it: {_names(below)}. Close them first or close them too.")
    closing = [unit, *below]
    if late := [each for each in closing if each.opened_on and each.opened_on > on]:
        raise BadDetails(f"{late[0].name} opened on {_day(late[0].opened_on)}, after that day.", field="closed_on")
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
        raise UnitClosed(f"{unit.name} closed on {_day(unit.closed_on)}.", field="move_people_to")
    if unit.opened_on is not None and unit.opened_on > on:
        raise UnitClosed(f"{unit.name} opened on {_day(unit.opened_on)} only.", field="move_people_to")


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
    units = _lock_tree()
    unit = units[unit_id]
    if unit.closed_on is None:
        raise UnitOpen(f"{unit.name} is not closed.")
    _check_parents_open([unit], units, sees)
    closed_on, unit.closed_on = unit.closed_on, None
    return _save(unit), closed_on


@transaction.atomic
def undo_closing(*, closing_id: int, now: datetime, sees: Sees) -> tuple[Unit, list[int], dict[str, Any]]:
    """
    Give the units of a closing the closing days they had before.

    :param sees: whether the unit with that id may be spoken of
    :returns: the unit, the ids of all units opened again, and the stored `spells`
    :raises ClosingCannotBeUndone: it was undone, is older than thirty days, or a unit was changed since
    """
    units = _lock_tree()
    record = Closing.objects.select_related("unit").get(pk=closing_id)
    if record.undone_at is not None or now - record.closed_at > UNDO_FOR:
        raise ClosingCannotBeUndone("A closing can be undone once, and within thirty days.")
    before = {int(pk): value and date.fromisoformat(value) for pk, value in record.units_before.items()}
    closed = [units[pk] for pk in before if pk in units]
    if len(closed) < len(before) or any(unit.closed_on != record.closed_on for unit in closed):
        raise ClosingCannotBeUndone("It was opened again or closed on another day since, so there is nothing to undo.")
    _check_parents_open([unit for unit in closed if unit.parent_id not in before], units, sees)
    for unit in closed:
        unit.closed_on = before[unit.pk]
        unit.version += 1
    Unit.objects.bulk_update(closed, ["closed_on", "version"], batch_size=200)
    Closing.objects.filter(pk=closing_id).update(undone_at=now)
    return units[record.unit_id], list(before), record.spells


def _lock_tree() -> dict[int, Unit]:
    """Let nobody else change the tree before this transaction ends; one change at a time keeps it a tree."""
    return {
        unit.pk: unit for unit in Unit.objects.select_for_update(of=("self",)).select_related("kind").order_by("pk")
    }


def _tree(units: Mapping[int, Unit]) -> Tree:
    return Tree({pk: unit.parent_id for pk, unit in units.items()})


def _save(unit: Unit) -> Unit:
    unit.version += 1
    unit.save()
    return unit


def _check_details(details: UnitDetails) -> None:
    if problem := details.first_problem():
        field, message = problem
        raise BadDetails(message, field=field)


def _check_open(unit: Unit, on: date, *, field: str | None = None) -> None:
    if unit.closed_on is not None and unit.closed_on <= on:
        raise UnitClosed(f"{unit.name} closed on {_day(unit.closed_on)}.", field=field)


def _check_parents_open(units: Iterable[Unit], all_units: Mapping[int, Unit], sees: Sees) -> None:
    for unit in units:
        parent = all_units[unit.parent_id] if unit.parent_id else None
        if parent is not None and parent.closed_on is not None:
            called = f"{parent.name}, above it," if sees(parent.pk) else "The unit above it"
            raise UnitClosed(f"{called} is closed. That has to be open first.")


def _check_kind(kind_id: int, parent: Unit, *, field: str = "kind") -> None:
    if not parent.kind.allowed_children.filter(pk=kind_id).exists():
        kind = UnitKind.objects.get(pk=kind_id)
        allowed = ", ".join(parent.kind.allowed_children.values_list("name", flat=True)) or "nothing"
        raise KindNotAllowed(
            f"“{kind.name}” may not stand below “{parent.kind.name}”. Allowed there: {allowed}.", field=field
        )


def _check_kind_of_existing(unit: Unit, kind_id: int, units: Mapping[int, Unit], sees: Sees) -> None:
    parent = units[unit.parent_id] if unit.parent_id is not None else None
    if parent is not None and sees(parent.pk):
        _check_kind(kind_id, parent)
    elif parent is not None and not parent.kind.allowed_children.filter(pk=kind_id).exists():
        raise KindNotAllowed("A unit of that kind may not stand where this one does.", field="kind")
    below = [each for each in units.values() if each.parent_id == unit.pk]
    allowed = set(UnitKind.objects.get(pk=kind_id).allowed_children.values_list("pk", flat=True))
    if wrong := [each for each in below if each.kind_id not in allowed]:
        raise KindNotAllowed(f"What stands below it could not stay there: {_names(wrong)}.", field="kind")


def _names(units: list[Unit]) -> str:
    shown = ", ".join(unit.name for unit in units[:3])
    return f"{shown} and {len(units) - 3} more" if len(units) > 3 else shown


def _day(day: date | None) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}" if day else ""

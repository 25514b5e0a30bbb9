"""What every change of the tree keeps to: one at a time, what may stand where, what is open, and how a refusal is worded."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from muster.core.errors import DomainError
from muster.units.calc import UnitDetails
from muster.units.models import Unit, UnitKind
from muster.units.queries import Tree

Sees = Callable[[int], bool]


class BadDetails(DomainError):
    """Something a unit says of itself cannot be."""


class KindNotAllowed(DomainError):
    """A unit of that kind may not stand there."""


class UnitChanged(DomainError):
    """Somebody else changed the unit since it was read."""


class UnitClosed(DomainError):
    """The unit is closed, or closed on that day."""


def lock_tree() -> dict[int, Unit]:
    """
    Let nobody else change the tree before this transaction ends; one change at a time keeps it a tree. Two queries.

    Whoever places somebody in a unit meanwhile does not wait for it. The kinds are read afterwards: PostgreSQL leaves a row out
    that it waited for, where what was joined to it has changed.
    """
    units = {unit.pk: unit for unit in Unit.objects.select_for_update(no_key=True).order_by("pk")}
    kinds = {kind.pk: kind for kind in UnitKind.objects.order_by("pk")}
    for unit in units.values():
        unit.kind = kinds[unit.kind_id]
    return units


def tree_of(units: Mapping[int, Unit]) -> Tree:
    """Return the shape of these units."""
    return Tree({pk: unit.parent_id for pk, unit in units.items()})


def save(unit: Unit) -> Unit:
    """Store a unit that was changed, under a new version."""
    unit.version += 1
    unit.save()
    return unit


def check_details(details: UnitDetails) -> None:
    """Do nothing if a unit can be so; :raises BadDetails: it cannot."""
    if problem := details.first_problem():
        field, message = problem
        raise BadDetails(message, field=field)


def check_open_on(unit: Unit, on: date, *, field: str | None = None) -> None:
    """Do nothing if a unit has not closed by that day; :raises UnitClosed: it has."""
    if unit.closed_on is not None and unit.closed_on <= on:
        raise UnitClosed(f"{unit.name} closed on {said(unit.closed_on)}.", field=field)


def check_parents_open(units: Iterable[Unit], all_units: Mapping[int, Unit], sees: Sees) -> None:
    """Do nothing if what stands above each is open; :raises UnitClosed: something is not."""
    for unit in units:
        parent = all_units[unit.parent_id] if unit.parent_id else None
        if parent is not None and parent.closed_on is not None:
            called = f"{parent.name}, above it," if sees(parent.pk) else "The unit above it"
            raise UnitClosed(f"{called} is closed. That has to be open first.")


def check_kind(kind_id: int, parent: Unit, *, field: str = "kind") -> None:
    """Do nothing if one of that kind may stand below the unit; :raises KindNotAllowed: it may not."""
    if not parent.kind.allowed_children.filter(pk=kind_id).exists():
        kind = UnitKind.objects.get(pk=kind_id)
        allowed = ", ".join(parent.kind.allowed_children.values_list("name", flat=True)) or "nothing"
        raise KindNotAllowed(
            f"“{kind.name}” may not stand below “{parent.kind.name}”. Allowed there: {allowed}.", field=field
        )


def check_kind_of_existing(unit: Unit, kind_id: int, units: Mapping[int, Unit], sees: Sees) -> None:
    """Do nothing if a unit may take that kind where it stands, with what stands below it; :raises KindNotAllowed: it may not."""
    parent = units[unit.parent_id] if unit.parent_id is not None else None
    if parent is not None and sees(parent.pk):
        check_kind(kind_id, parent)
    elif parent is not None and not parent.kind.allowed_children.filter(pk=kind_id).exists():
        raise KindNotAllowed("A unit of that kind may not stand where this one does.", field="kind")
    below = [each for each in units.values() if each.parent_id == unit.pk]
    allowed = set(UnitKind.objects.get(pk=kind_id).allowed_children.values_list("pk", flat=True))
    if wrong := [each for each in below if each.kind_id not in allowed]:
        raise KindNotAllowed(f"What stands below it could not stay there: {names_of(wrong)}.", field="kind")


def names_of(units: list[Unit]) -> str:
    """Return the names of the first three, and how many more there are."""
    shown = ", ".join(unit.name for unit in units[:3])
    return f"{shown} and {len(units) - 3} more" if len(units) > 3 else shown


def said(day: date | None) -> str:
    """Return for example `Sun 1 Nov 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}" if day else ""

"""
The register as arrays, for figures over everybody.

Each function takes the units the figures are about: `unit_ids`, or None for the whole organisation, placed or not. People
belong to units in which they had their primary placement on some day up to `until`: history needs those who have moved or
left since, too. Whoever may not see reports (`reports.view`) there gets nothing. Days are numbers since 1970, ends are the
first day after and `OPEN` where a spell goes on.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from muster.access.actor import Actor
from muster.access.arrays import DayNumber, columns
from muster.people.models import Person, Placement, Qualification, Standing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PERMISSION = "reports.view"
OPEN = date.max.toordinal() - date(1970, 1, 1).toordinal() + 1

Units = frozenset[int] | None


def member_spells(actor: Actor, unit_ids: Units, *, until: date) -> list[NDArray[np.int64]]:
    """Return person, begin and end of every member spell begun by that day, in no order; one query."""
    spells = Standing.objects.unscoped("narrowed to the units of the report")
    return _spells(actor, spells.filter(standing=Standing.Kind.MEMBER), unit_ids, until)


def qualification_spells(actor: Actor, unit_ids: Units, *, qualification: str, until: date) -> list[NDArray[np.int64]]:
    """Return person, begin and end of every spell of that qualification begun by that day, in no order; one query."""
    spells = Qualification.objects.unscoped("narrowed to the units of the report")
    return _spells(actor, spells.filter(qualification=qualification), unit_ids, until)


def placement_spells(actor: Actor, unit_ids: Units, *, until: date) -> list[NDArray[np.int64]]:
    """
    Return person, begin, end, unit and whether primary (1 or 0) of every placement begun by that day; one query.

    Also placements of these people in units that are not among `unit_ids`.
    """
    spells = Placement.objects.unscoped("narrowed to the units of the report")
    return _spells(actor, spells, unit_ids, until, F("unit_id"), Cast("is_primary", IntegerField()))


def cities(actor: Actor, unit_ids: Units, *, until: date) -> list[tuple[int, str, str, str]]:
    """
    Return (person, city, region, country) of whoever has a city of their own; one query.

    Where somebody lives now is told to whoever may see them now: of those who have moved out of the actor's units, nothing.
    """
    people = Person.objects.visible_to(actor, PERMISSION).exclude(city="")
    found = _of_report(actor, people, "pk", unit_ids, until)
    return list(found.order_by().values_list("pk", "city", "region", "country"))


def ids_of_report(actor: Actor, unit_ids: frozenset[int], *, until: date) -> QuerySet[Any, Any]:
    """Return a subquery of the ids of the people a report about these units may count."""
    allowed = unit_ids if actor.has_whole(PERMISSION) else unit_ids & actor.units_for(PERMISSION)
    placed = Placement.objects.unscoped("this is the rule of reports itself").filter(
        is_primary=True, from_on__lte=until
    )
    return placed.filter(unit_id__in=allowed).values("person_id")


def _spells(actor: Actor, spells: QuerySet[Any], unit_ids: Units, until: date, *more: Any) -> list[NDArray[np.int64]]:
    begun = _of_report(actor, spells.filter(from_on__lte=until), "person_id", unit_ids, until)
    end = Coalesce(DayNumber("to_on"), Value(OPEN))
    return columns(begun.values_list("person_id", DayNumber("from_on"), end, *more), 3 + len(more))


def _of_report(actor: Actor, rows: QuerySet[Any], person: str, unit_ids: Units, until: date) -> QuerySet[Any]:
    if unit_ids is None:
        return rows if actor.has_whole(PERMISSION) else rows.none()
    return rows.filter(**{f"{person}__in": ids_of_report(actor, unit_ids, until=until)})


def sources_and_homes(actor: Actor, among: QuerySet[Any, Any]) -> dict[int, tuple[str, str]]:
    """
    Return person → (how they came, name of the home unit), '' where that is not known, of whoever the actor may see; two queries.

    :param among: a subquery of ids of people
    """
    people = Person.objects.visible_to(actor).filter(pk__in=among).order_by()
    homes = Placement.objects.unscoped("of people whom the actor may see").on(actor.on)
    homes = homes.filter(is_primary=True, person_id__in=people.values("pk")).order_by()
    units = dict(homes.values_list("person_id", "unit__name"))
    return {pk: (source, units.get(pk, "")) for pk, source in people.values_list("pk", "source")}

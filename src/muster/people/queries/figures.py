"""
The people behind the figures of a balance sheet, as far as the actor may see them, by name.

`unit_ids` are the units the figure is about (by primary placement), None for the whole organisation, placed or not.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from muster.access.actor import Actor
from muster.people.models import Person, PersonQuerySet, Placement, Qualification, SpellQuerySet, Standing

Units = frozenset[int] | None


def members(actor: Actor, unit_ids: Units, on: date) -> PersonQuerySet:
    """Return the members on a day; one query."""
    found = Person.objects.visible_to(actor).with_standing(Standing.Kind.MEMBER, on)
    if unit_ids is not None:
        found = found.placed_in(unit_ids, on, primary_only=True)
    return found.order_by("name_key", "pk")


def qualified(actor: Actor, unit_ids: Units, on: date, *, qualification: str) -> PersonQuerySet:
    """Return the members who hold a qualification on a day; one query."""
    held = Qualification.objects.unscoped("narrows people that are scoped already").on(on)
    return members(actor, unit_ids, on).filter(pk__in=held.filter(qualification=qualification).values("person_id"))


def members_not_placed_in(
    actor: Actor, unit_ids: Units, on: date, *, others: frozenset[int], inside: frozenset[int] | None = None
) -> PersonQuerySet:
    """Return the members with no placement in `others` on a day, and with one in `inside` where that is given; one query."""
    placed = Placement.objects.unscoped("narrows people that are scoped already").on(on).filter(unit_id__in=others)
    found = members(actor, unit_ids, on).exclude(pk__in=placed.values("person_id"))
    return found if inside is None else found.placed_in(inside, on)


def members_without_home(actor: Actor, unit_ids: Units, on: date) -> PersonQuerySet:
    """Return the members without a primary placement on a day, whom only figures of the whole organisation count; one query."""
    homes = Placement.objects.unscoped("narrows people that are scoped already").on(on).filter(is_primary=True)
    return members(actor, unit_ids, on).exclude(pk__in=homes.values("person_id"))


def members_of_city(
    actor: Actor, unit_ids: Units, on: date, *, city: tuple[str, str, str], units_there: frozenset[int]
) -> PersonQuerySet:
    """
    Return the members of a city (name, region, country) on a day; one query.

    :param units_there: the units in that city, which lend it to members who name no city of their own
    """
    name, region, country = city
    homes = Placement.objects.unscoped("narrows people that are scoped already").on(on).filter(is_primary=True)
    by_unit = Q(city="", pk__in=homes.filter(unit_id__in=units_there).values("person_id"))
    return members(actor, unit_ids, on).filter(Q(city=name, region=region, country=country) | by_unit)


def joined(actor: Actor, unit_ids: Units, first: date, last: date) -> SpellQuerySet[Standing]:
    """Return the member spells that began by joining from the first to the last day, in these units; one query."""
    begun = _spells(actor, unit_ids, Q(from_on__lte=OuterRef("from_on")), Q(to_on__gt=OuterRef("from_on")))
    begun = begun.filter(~Exists(_others().filter(to_on=OuterRef("from_on"))), from_on__range=(first, last))
    return begun.select_related("person").order_by("from_on", "pk")


def left(actor: Actor, unit_ids: Units, first: date, last: date) -> SpellQuerySet[Standing]:
    """Return the member spells that ended by leaving from the first to the last day, in these units till then; one query."""
    ended = _spells(actor, unit_ids, Q(from_on__lt=OuterRef("to_on")), Q(to_on__gte=OuterRef("to_on")))
    ended = ended.filter(~Exists(_others().filter(from_on=OuterRef("to_on"))), to_on__range=(first, last))
    return ended.select_related("person").order_by("to_on", "pk")


def _others() -> SpellQuerySet[Standing]:
    others = Standing.objects.unscoped("other spells of the same people")
    return others.filter(standing=Standing.Kind.MEMBER, person_id=OuterRef("person_id"))


def _spells(actor: Actor, unit_ids: Units, begun: Q, not_ended: Q) -> SpellQuerySet[Standing]:
    """Return the member spells at whose turning point the primary placement lay in these units."""
    spells = Standing.objects.visible_to(actor).filter(standing=Standing.Kind.MEMBER)
    if unit_ids is None:
        return spells
    homes = Placement.objects.unscoped("narrows spells that are scoped already").filter(
        begun, Q(to_on=None) | not_ended, person_id=OuterRef("person_id"), is_primary=True, unit_id__in=unit_ids
    )
    return spells.filter(Exists(homes))

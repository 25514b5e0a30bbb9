"""Filters of a list as conditions on rows."""

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from muster.access.actor import Actor
from muster.core.sheets.values.names import bare_key
from muster.people.calc.listing import CURRENT, Filters
from muster.people.models import Person, Placement, Qualification, SpellQuerySet, Standing
from muster.people.queries._matching import people_named
from muster.units import queries as unit_queries

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")

# Whoever is placed in one of these is not at large.
COUNTED_KINDS = ("branch", "group")


def narrowed(rows: Rows, actor: Actor, filters: Filters, *, key: str = "pk", by_filter: bool = False) -> Rows:
    """
    Keep the rows whose person fits every filter; no query of its own, one where `at_large` is set.

    :param key: "pk" for rows of Person, "person" for spells that `held` has kept
    :param by_filter: let the database collect whom a selective filter finds first, rather than ask each row in turn
    """
    of_row = OuterRef("pk" if key == "pk" else "person_id")
    prefix = "" if key == "pk" else "person__"
    if key == "pk":
        rows = rows.filter(*_standing(actor, filters, of_row))
    if filters.text and by_filter:
        rows = rows.filter(**{f"{key}__in": people_named(filters.text)})
    else:
        for word in bare_key(filters.text).split():
            rows = rows.filter(**{f"{prefix}name_key__contains": word})
    if filters.tag:
        rows = _tagged(rows, filters.tag, key if by_filter else "", prefix)
    if filters.qualification:
        trained = (
            Qualification.objects.unscoped("narrows rows that are scoped already")
            .on(actor.on)
            .filter(qualification__iexact=filters.qualification)
        )
        found = (
            Q(**{f"{key}__in": trained.values("person_id")}) if by_filter else Exists(trained.filter(person_id=of_row))
        )
        rows = rows.filter(found)
    if filters.city:
        rows = rows.filter(**{f"{prefix}city__iexact": filters.city})
    if filters.region:
        rows = rows.filter(**{f"{prefix}region__iexact": filters.region})
    if filters.at_large:
        placed = (
            Placement.objects.unscoped("narrows rows that are scoped already")
            .on(actor.on)
            .filter(unit_id__in=open_branches_and_groups(actor))
        )
        rows = rows.filter(~Exists(placed.filter(person_id=of_row)))
    return rows


def held(rows: "SpellQuerySet[Standing]", actor: Actor, filters: Filters) -> "SpellQuerySet[Standing]":
    """Keep the spells by which people fit the filter's standing and days; for `former` and `everyone` of membership."""
    current = filters.standing in CURRENT
    rows = rows.on(actor.on).filter(standing=filters.standing) if current else rows.filter(standing="member")
    if filters.standing == "former":
        rows = rows.filter(to_on__lte=actor.on)
    if filters.joined_from:
        rows = rows.filter(from_on__gte=filters.joined_from)
    if filters.joined_to:
        rows = rows.filter(from_on__lt=filters.joined_to)
    return rows


def _standing(actor: Actor, filters: Filters, of_row: OuterRef) -> list[Any]:
    conditions: list[Any] = []
    if filters.standing != "everyone" or filters.joined_from or filters.joined_to:
        spells = held(Standing.objects.unscoped("narrows rows that are scoped already"), actor, filters)
        conditions.append(Exists(spells.filter(person_id=of_row)))
    if filters.standing == "former":
        now = (
            Standing.objects.unscoped("narrows rows that are scoped already")
            .on(actor.on)
            .filter(standing="member", person_id=of_row)
        )
        conditions.append(~Exists(now))
    return conditions


def _tagged(rows: Rows, tag: str, key: str, prefix: str) -> Rows:
    if key:
        # Only tagged people stand in the index that this reads.
        tagged = Person.objects.unscoped("narrows rows that are scoped already").exclude(tags="")
        return rows.filter(**{f"{key}__in": _tagged(tagged, tag, "", "").order_by().values("pk")})
    parted = rows.alias(parted=Concat(Value(";"), f"{prefix}tags", Value(";")))
    return parted.filter(parted__icontains=f";{tag};")


def open_branches_and_groups(actor: Actor) -> list[int]:
    """Return the ids of the branches and groups that are open on the actor's day, anywhere; one query."""
    open_units = unit_queries.open_on(unit_queries.units(), actor.on).filter(kind__code__in=COUNTED_KINDS)
    return list(open_units.order_by("pk").values_list("pk", flat=True))

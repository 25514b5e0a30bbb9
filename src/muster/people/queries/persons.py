"""Reads of the register."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from muster.access.actor import Actor
from muster.people.models import Person, PersonQuerySet, Placement


def people(actor: Actor) -> PersonQuerySet:
    """Return everyone the actor may see, by name."""
    return Person.objects.visible_to(actor).order_by("name_key", "pk")


def ids_placed_in(actor: Actor, unit_ids: frozenset[int]) -> QuerySet[Placement, Any]:
    """Return a subquery of the ids of people placed in these units on the actor's day; no rights are checked."""
    placed = Placement.objects.unscoped("the caller scopes by these units").on(actor.on)
    return placed.filter(unit_id__in=unit_ids).values("person_id")


def ids_with_home_in(actor: Actor, unit_ids: frozenset[int], on: date) -> QuerySet[Placement, Any]:
    """Return a subquery of the ids of people whose primary placement on that day lies in these units; no rights are checked."""
    placed = Placement.objects.unscoped("the caller scopes by these units").on(on)
    return placed.filter(unit_id__in=unit_ids, is_primary=True).values("person_id")

"""Reads of the register."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.people.models import Person, PersonQuerySet, Placement, Standing


class NoOwnRecord(DomainError):
    """The account belongs to nobody in the register."""


def people(actor: Actor) -> PersonQuerySet:
    """Return everyone the actor may see, by name."""
    return Person.objects.visible_to(actor).order_by("name_key", "pk")


def is_anybody_there(actor: Actor) -> bool:
    """Say whether anybody at all is in the register; one query."""
    return Person.objects.unscoped("that a register is empty says nothing of anybody").exists()


def ids_placed_in(actor: Actor, unit_ids: frozenset[int]) -> QuerySet[Placement, Any]:
    """Return a subquery of the ids of people placed in these units on the actor's day; no rights are checked."""
    placed = Placement.objects.unscoped("the caller scopes by these units").on(actor.on)
    return placed.filter(unit_id__in=unit_ids).values("person_id")


def ids_with_home_in(actor: Actor, unit_ids: frozenset[int], on: date) -> QuerySet[Placement, Any]:
    """Return a subquery of the ids of people whose primary placement on that day lies in these units; no rights are checked."""
    placed = Placement.objects.unscoped("the caller scopes by these units").on(on)
    return placed.filter(unit_id__in=unit_ids, is_primary=True).values("person_id")


def callable_among(actor: Actor, ids: list[int]) -> list[int]:
    """
    Return those of these people who have a phone number and have not said no to calls, in the same order.

    Only those whose contact details the actor may see; one query for each thousand.
    """
    found: list[int] = []
    for start in range(0, len(ids), 1_000):
        among = ids[start : start + 1_000]
        rows = Person.objects.visible_to(actor, "people.contact", row_by_row=True).filter(pk__in=among)
        reached = set(rows.exclude(phone="").exclude(phone_opt_in=False).values_list("pk", flat=True))
        found += [pk for pk in among if pk in reached]
    return found


def who_may_be_called(actor: Actor) -> PersonQuerySet:
    """Return the people the actor may see who have not said no to calls, to be asked for one in turn."""
    return Person.objects.visible_to(actor, row_by_row=True).exclude(phone_opt_in=False)


def unit_ids_of(actor: Actor, person_id: int) -> list[int]:
    """Return the units a person is placed in on the actor's day, the primary one first; no rights are checked. One query."""
    placed = Placement.objects.unscoped("the caller has checked the person").on(actor.on).filter(person_id=person_id)
    return list(placed.order_by("-is_primary", "pk").values_list("unit_id", flat=True))


def ids_with_standing(actor: Actor, standing: str) -> QuerySet[Standing, Any]:
    """Return a subquery of the ids of people who hold a standing on the actor's day; no rights are checked."""
    held = Standing.objects.unscoped("the caller scopes the rows it narrows").on(actor.on)
    return held.filter(standing=standing).values("person_id")


def own_person(actor: Actor) -> Person:
    """
    Return the record of whoever acts, which they may see whatever their roles; one query.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    own = Person.objects.unscoped("everybody may see their own record").filter(user_id=actor.user_id or 0)
    person = own.order_by("pk").first()
    if person is None:
        raise NoOwnRecord("Your account is not linked to a person yet. Ask whoever gave you your role.")
    return person


def ids_for(actor: Actor, permission: str) -> QuerySet[Person, Any]:
    """Return a subquery of the ids of people with whom the actor may do this."""
    return Person.objects.visible_to(actor, permission).values("pk")


def ids_of_refs(actor: Actor, refs: Iterable[str]) -> list[int]:
    """Return the ids of the people with these numbers whom the actor may see; one query."""
    found = Person.objects.visible_to(actor).filter(ref__in=list(refs))
    return list(found.order_by("pk").values_list("pk", flat=True))

"""People without a branch or group, who are looked after by whoever is near."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from muster.access.actor import Actor
from muster.people.calc.spells import STANDINGS
from muster.people.models import Person, PersonQuerySet, Placement, Standing
from muster.people.queries._narrowing import COUNTED_KINDS, open_branches_and_groups

# (person, post code, city, region, country)
Home = tuple[int, str, str, str, str]


def homes_at_large(actor: Actor) -> list[Home]:
    """
    Return where everybody lives who has a standing on the actor's day and is in no open branch or group, by number; two queries.

    Nobody is asked for rights: it says nothing of who they are, and where they are sent follows for all alike.
    """
    people = Person.objects.unscoped("who looks after people is decided for all alike")
    return list(_at_large(actor, people).order_by("pk").values_list("pk", "postcode", "city", "region", "country"))


def people_at_large(actor: Actor) -> PersonQuerySet:
    """Return those of them whom the actor may see, by name; two queries."""
    return _at_large(actor, Person.objects.visible_to(actor)).order_by("name_key", "pk")


@dataclass(frozen=True, slots=True)
class Since:
    """
    :ivar standing: the highest that holds
    :ivar on: from which day they have been at large with a standing
    """

    standing: str
    on: date


def at_large_since(actor: Actor, ids: Collection[int]) -> dict[int, Since]:
    """
    Return person → what they are and since when at large, of people whom the caller has found to be so; two queries.

    That is since the last branch or group that they were in ended, or closed; else since their standing began.
    """
    found: dict[int, Since] = {}
    held = Standing.objects.unscoped("of people whom the caller has checked").on(actor.on).filter(person_id__in=ids)
    for row in sorted(held.order_by("pk"), key=lambda row: STANDINGS.index(row.standing)):
        first = min(row.from_on, found[row.person_id].on) if row.person_id in found else row.from_on
        found[row.person_id] = Since(found[row.person_id].standing if row.person_id in found else row.standing, first)
    placed = Placement.objects.unscoped("of people whom the caller has checked").filter(
        person_id__in=ids, unit__kind__code__in=COUNTED_KINDS, from_on__lte=actor.on
    )
    for person_id, to_on, closed_on in placed.order_by("pk").values_list("person_id", "to_on", "unit__closed_on"):
        ends = [day for day in (to_on, closed_on) if day is not None and day <= actor.on]
        if ends and person_id in found and min(ends) > found[person_id].on:
            found[person_id] = Since(found[person_id].standing, min(ends))
    return found


def _at_large(actor: Actor, people: PersonQuerySet) -> PersonQuerySet:
    of_row = OuterRef("pk")
    standing = Standing.objects.unscoped("narrows rows").on(actor.on).filter(person_id=of_row)
    units: Iterable[int] = open_branches_and_groups(actor)
    placed = Placement.objects.unscoped("narrows rows").on(actor.on).filter(person_id=of_row, unit_id__in=units)
    return people.filter(Exists(standing), ~Exists(placed))

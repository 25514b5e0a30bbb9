"""People without a branch or group, who are looked after by whoever is near."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from muster.access.actor import Actor
from muster.people.models import Person, PersonQuerySet, Placement, Standing
from muster.people.queries._narrowing import open_branches_and_groups

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


def _at_large(actor: Actor, people: PersonQuerySet) -> PersonQuerySet:
    of_row = OuterRef("pk")
    standing = Standing.objects.unscoped("narrows rows").on(actor.on).filter(person_id=of_row)
    units: Iterable[int] = open_branches_and_groups(actor)
    placed = Placement.objects.unscoped("narrows rows").on(actor.on).filter(person_id=of_row, unit_id__in=units)
    return people.filter(Exists(standing), ~Exists(placed))

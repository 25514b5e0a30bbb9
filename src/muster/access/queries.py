"""Reads of units, roles and grants under an actor's rights (units themselves know nothing of rights: they stand below)."""

from django.db.models import QuerySet

from muster.access.actor import Actor
from muster.access.models import Grant, Role
from muster.units import queries as unit_queries
from muster.units.queries import Tree


def unit_ids(actor: Actor, permission: str = "units.view") -> frozenset[int]:
    """Return the ids of the units the permission reaches; one query for whoever it reaches everywhere, else none."""
    if actor.everywhere:
        return frozenset(unit_queries.load_tree().parents)
    return actor.units_for(permission)


def units(actor: Actor, permission: str = "units.view"):  # type: ignore[no-untyped-def]  # the Unit model is private to units
    """Return the units the actor may see, with their kind, by name; a QuerySet of `units.Unit`."""
    found = unit_queries.units()
    return found if actor.has_whole(permission) else found.filter(pk__in=actor.units_for(permission))


def tree(actor: Actor) -> Tree:
    """Return the part of the tree the actor may see; a visible unit below an unseen one becomes a root of its own."""
    whole = unit_queries.load_tree()
    seen = unit_ids(actor)
    return Tree({pk: (parent if parent in seen else None) for pk, parent in whole.parents.items() if pk in seen})


def top_unit_id(actor: Actor, permission: str = "units.view") -> int | None:
    """Return the highest unit the permission reaches (of several, the one with most below), or None; one query."""
    reached = unit_ids(actor, permission)
    whole = unit_queries.load_tree()
    tops = [pk for pk in reached if whole.parents.get(pk) not in reached]
    return max(tops, key=lambda pk: (len(whole.below([pk])), -pk), default=None)


def roles(actor: Actor) -> QuerySet[Role]:
    """Return every role, by name; their names are no secret."""
    return Role.objects.order_by("name", "pk")


def grants(actor: Actor) -> QuerySet[Grant]:
    """Return the grants in units where the actor may give roles, latest first."""
    found = Grant.objects.select_related("user", "role", "unit").order_by("-from_on", "pk")
    return found if actor.has_whole("access.grant") else found.filter(unit_id__in=actor.units_for("access.grant"))

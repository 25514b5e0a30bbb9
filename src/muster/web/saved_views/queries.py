"""Reads of saved views."""

from django.db.models import Q

from muster.access.actor import Actor
from muster.units.queries import load_tree
from muster.web.models import SavedView, SavedViewQuerySet

SHOWN = 30


def saved_views(actor: Actor, page: str, unit_id: int | None) -> list[SavedView]:
    """
    Return the views of a list to offer in a unit, by name, at most `SHOWN`; one query.

    One's own, and those shared with that unit or one above it.
    """
    path = [] if unit_id is None else (actor.tree or load_tree()).above(unit_id)
    found = _there(actor).filter(page=page)
    return list(found.filter(Q(user_id=actor.user_id) | Q(unit_id__in=path)).order_by("name", "pk")[:SHOWN])


def saved_view(actor: Actor, view_id: int) -> SavedView | None:
    """Return a view the actor may see, None where there is none; one query."""
    return _there(actor).filter(pk=view_id).order_by("pk").first()


def may_change(actor: Actor, view: SavedView) -> bool:
    """Say whether the actor may rename or remove it: their own, or one shared where they may change people."""
    if view.user_id == actor.user_id:
        return True
    return view.unit_id is not None and actor.may("people.edit", unit_id=view.unit_id)


def _there(actor: Actor) -> SavedViewQuerySet:
    return SavedView.objects.visible_to(actor).filter(removed_at=None)

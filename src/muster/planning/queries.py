"""Reads of goals."""

from muster.access.actor import Actor
from muster.planning.models import Goal, GoalQuerySet


def goals(actor: Actor) -> GoalQuerySet:
    """Return the goals the actor may see, the first due first."""
    found: GoalQuerySet = Goal.objects.visible_to(actor).order_by("due_on", "unit_id", "measure", "pk")
    return found

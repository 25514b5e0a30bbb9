"""Reads of imports."""

from django.db.models import QuerySet

from muster.access.actor import Actor
from muster.transfer.models import Batch


def batches(actor: Actor) -> QuerySet[Batch]:
    """Return the imports the actor may see, latest first: all with the right over everything, else one's own."""
    found = Batch.objects.order_by("-created_at", "-pk")
    if actor.has_whole("transfer.import"):
        return found
    return found.filter(started_by_id=actor.user_id) if actor.may("transfer.import") else found.none()

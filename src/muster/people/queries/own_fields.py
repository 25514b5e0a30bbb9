"""The organisation's own fields; their names are no secret, their values are a person's."""

from django.db.models import QuerySet

from muster.access.actor import Actor
from muster.people.models import CustomField


def own_fields(actor: Actor) -> QuerySet[CustomField]:
    """Return the fields by name."""
    return CustomField.objects.order_by("label", "pk")

"""Public forms: where anybody writes to the organisation, or to one unit of it."""

from django.db import models
from django.db.models import Q


class PublicForm(models.Model):
    """
    The form of a unit; that of the root is the organisation's, without which there is no other.

    What stands here is for everybody to read once it is on.
    """

    unit = models.OneToOneField("units.Unit", models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=False)
    # What the unit calls itself in the address of its form; '' where its own id stands there.
    name = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    # Of the organisation's form alone: they hold for all.
    privacy = models.TextField(blank=True)
    email_words = models.CharField(max_length=300, blank=True)
    phone_words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # One that is off is nobody else's business: its name is free.
            models.UniqueConstraint(
                fields=["name"], condition=~Q(name="") & Q(is_on=True), name="public_form_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

"""Meetings of a unit: that they were held, and how many came."""

from django.conf import settings
from django.db import models

from muster.access.querysets import ScopedQuerySet


class UnitMeetingQuerySet(ScopedQuerySet["UnitMeeting"]):
    view_permission = "contacts.view"


class UnitMeeting(models.Model):
    """A unit met. Who came is not written down here, only how many."""

    unit = models.ForeignKey("units.Unit", models.CASCADE, related_name="+", db_index=False)
    held_on = models.DateField()
    people_count = models.PositiveIntegerField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = UnitMeetingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "held_on"], name="unit_meeting_once_a_day")]

    def __str__(self) -> str:
        return f"of {self.unit_id} on {self.held_on}: {self.people_count}"

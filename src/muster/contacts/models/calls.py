"""Call lists: whom to call, handed out one by one to whoever calls."""

from django.conf import settings
from django.db import models

from muster.access.querysets import ScopedQuerySet
from muster.contacts.models.of_contacts import OfContactQuerySet


class CallListQuerySet(ScopedQuerySet["CallList"]):
    view_permission = "contacts.work"


class CallList(models.Model):
    """People to be called about one thing, by any number of callers of one unit."""

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    script = models.TextField(blank=True)
    # Whoever was talked to, or tried, so many days ago or less is left in peace; today they are in any case.
    cooldown_days = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CallListQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """One person of a call list."""

    call_list = models.ForeignKey(CallList, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    handed_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    handed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    # Of the conversation; '' where they were passed over.
    result = models.CharField(max_length=20, blank=True)

    objects = OfContactQuerySet["Call"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["call_list", "done_at", "id"], name="call_of_list")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.call_list_id}"

"""What was done, by whom, to what. Entries are added and never changed."""

from django.conf import settings
from django.db import models


class Entry(models.Model):
    happened_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=80, blank=True)
    # A plain number: the trace outlives the unit.
    unit_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["target", "happened_at"]), models.Index(fields=["happened_at"])]

    def __str__(self) -> str:
        return f"{self.happened_at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.target}"

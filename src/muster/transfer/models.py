"""Imports: each a batch that can be watched, cancelled and undone."""

from django.conf import settings
from django.db import models


class Batch(models.Model):
    class State(models.TextChoices):
        WAITING = "WAITING", "Waiting"
        READING = "READING", "Reading"
        MAPPING = "MAPPING", "Columns to confirm"
        PREVIEW = "PREVIEW", "Ready to import"
        PUBLISHING = "PUBLISHING", "Importing"
        DONE = "DONE", "Done"
        FAILED = "FAILED", "Failed"
        CANCELLED = "CANCELLED", "Cancelled"
        UNDOING = "UNDOING", "Being undone"
        UNDONE = "UNDONE", "Undone"

    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=60)
    path = models.CharField(max_length=500, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    # What the job says of itself while it runs; the result when it is done (`muster.import/1`).
    progress = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    cancel_requested = models.BooleanField(default=False)
    heartbeat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class Change(models.Model):
    """
    What an import did: a row it changed (`before` holds it whole), or new rows `row_id` … `last_id` (`before` is null).

    `after` lists `id:hash` of the rows as the import left them, parted by `;`.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False)
    table = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["batch", "table", "row_id"], name="change_of_batch")]

    def __str__(self) -> str:
        return f"{self.table}:{self.row_id}"

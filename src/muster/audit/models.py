"""What was done, by whom, to what. Entries are added and never changed; the database itself refuses."""

import json
from typing import Any

from django.db import models

from muster.audit.calc.chain import stored_text


class JSONText(models.TextField):  # type: ignore[type-arg]  # Django's own class takes no arguments when it runs
    """JSON kept as the text it was written as, on every database: what is sealed is what is stored, letter by letter."""

    def get_prep_value(self, value: Any) -> str:
        return stored_text(value)

    def from_db_value(self, value: str, expression: Any, connection: Any) -> Any:
        return json.loads(value)


class Entry(models.Model):
    class Channel(models.TextChoices):
        PAGE = "page", "page"
        COMMAND = "command", "command"
        JOB = "job", "job"
        UNKNOWN = "", "not known"

    happened_at = models.DateTimeField()
    # Plain numbers: the trace outlives accounts and units.
    user_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    # Where it was asked for: a page and its path, a command or job and its name.
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True, default=Channel.UNKNOWN)
    address = models.CharField(max_length=200, blank=True, default="")
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=80, blank=True)
    unit_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)
    details = JSONText(default=dict)
    # The chain. An entry without a position waits for its seal.
    position = models.BigIntegerField(null=True, unique=True)
    key_id = models.CharField(max_length=30, default="")
    mac = models.BinaryField(default=b"")

    class Meta:
        indexes = [
            models.Index(fields=["target", "happened_at"]),
            models.Index(fields=["happened_at"]),
            models.Index(fields=["user_id", "id"], name="audit_entry_of_user"),
            models.Index(fields=["action", "id"], name="audit_entry_of_action"),
            models.Index(fields=["unit_id", "id"], name="audit_entry_of_unit"),
            models.Index(fields=["id"], condition=models.Q(position=None), name="audit_entry_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.target}"


class Head(models.Model):
    """Where the chain stood at the end of a day, signed; each is also a line in a file outside the database."""

    day = models.DateField(unique=True)
    position = models.BigIntegerField()
    mac = models.BinaryField()
    key_id = models.CharField(max_length=30)
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.day}: {self.position}"

"""Goals of quantity and of quality."""

from django.db import models
from django.db.models import F, Q

from muster.access.querysets import ScopedQuerySet


class GoalQuerySet(ScopedQuerySet["Goal"]):
    view_permission = "planning.view"
    asked_with = ("transfer.import",)


class Goal(models.Model):
    class Measure(models.TextChoices):
        MEMBERS = "members", "Members"
        BRANCHES = "branches", "Branches"
        GROUPS = "groups", "Groups in formation"
        ORGANISERS = "organisers", "Organisers"
        RECRUITS = "recruits", "Recruits"
        INQUIRIES = "inquiries", "Inquiries"

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    measure = models.CharField(max_length=40, choices=Measure.choices)
    start_on = models.DateField()
    due_on = models.DateField()
    start_value = models.FloatField(default=0)
    target = models.FloatField()

    objects = GoalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gt=F("start_on")), name="goal_is_due_after_it_starts"),
            models.UniqueConstraint(fields=["unit", "measure", "start_on", "due_on"], name="goal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.target:g} by {self.due_on}"

"""Applications to become a member, and what is done for whoever became one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from muster.contacts.models.of_contacts import OfContactQuerySet


class Application(models.Model):
    """Somebody asked to become a member. Each has one that is to be decided at most; those that were decided stay."""

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Turned down"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Every(models.TextChoices):
        MONTH = "month", "a month"
        QUARTER = "quarter", "a quarter"
        YEAR = "year", "a year"

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    applied_on = models.DateField()
    # What they promise to pay, and when they first did; in the currency of the organisation.
    dues_cents = models.PositiveIntegerField(null=True, blank=True)
    dues_every = models.CharField(max_length=10, choices=Every, default=Every.MONTH)
    dues_paid_on = models.DateField(null=True, blank=True)
    # Both sealed (docs/adr/0014), '' where there is nothing: what they wrote, and why it was decided so.
    said = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = OfContactQuerySet["Application"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="application_open_once"),
        ]
        indexes = [
            models.Index(fields=["person", "applied_on"], name="application_of_person"),
            models.Index(fields=["state", "applied_on", "id"], name="application_by_state"),
        ]

    def __str__(self) -> str:
        return f"of {self.person_id} on {self.applied_on}: {self.state}"


class WelcomeStep(models.Model):
    """What is done for every new member, and how many days after they became one; which there are, the organisation says."""

    name = models.CharField(max_length=80)
    after_days = models.PositiveSmallIntegerField()
    retired_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Welcome(models.Model):
    """One step for one new member: whose it is, and until when."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    step = models.ForeignKey(WelcomeStep, models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = OfContactQuerySet["Welcome"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "due_on", "id"], name="welcome_of_owner", condition=Q(done_at=None)),
            models.Index(fields=["due_on", "id"], name="welcome_due", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} for {self.person_id}"

"""Roles combine permissions; a grant gives a user a role in a unit and all below it, from a day to a day."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from muster.access import offices


class Role(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    permissions = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class OfficeRole(models.Model):
    """What whoever holds an office may do in its unit and all below. `key` is how offices are compared (`offices.key_of`)."""

    office = models.CharField(max_length=60)
    key = models.CharField(max_length=60, unique=True)
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.office


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants that came with an office count only while the user holds it: which is asked for here, and nowhere else."""

    def holding(self, day: date) -> Self:
        """Keep the grants that give rights on that day."""
        found = self.filter(Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)
        return found.filter(Q(office_id=None) | offices.held(day))

    def not_over(self, day: date) -> Self:
        """Keep the grants that give rights on that day, or will."""
        found = self.filter(Q(to_on=None) | Q(to_on__gt=day))
        return found.filter(Q(office_id=None) | offices.not_over(day))

    def by_hand(self) -> Self:
        """Keep the grants that did not come with an office."""
        return self.filter(office_id=None)


class Grant(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # The office it came with, as it was written; the id of `people.Office` is a plain number, for people stand above.
    office = models.CharField(max_length=60, blank=True)
    office_id = models.BigIntegerField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="grant_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"], condition=Q(to_on=None, office_id=None), name="grant_open_once"
            ),
            models.UniqueConstraint(
                fields=["user", "office_id"], condition=Q(to_on=None), name="grant_of_an_office_open_once"
            ),
            models.CheckConstraint(
                condition=Q(office="", office_id=None) | (~Q(office="") & Q(office_id__isnull=False)),
                name="grant_names_its_office",
            ),
        ]
        indexes = [models.Index(fields=["office_id"], name="grant_by_office", condition=Q(office_id__isnull=False))]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id} in {self.unit_id}"


class Release(models.Model):
    """
    A long list that somebody wants to take out: why, who agreed, and the made-up row that tells whose file it was.

    It waits while neither `allowed_at` nor `refused_at` is set; the file can be fetched once, by `asked_by`, soon after.
    """

    ref = models.CharField(max_length=40, unique=True)
    # The page that answers with the file, with its filters; '' once that is over.
    address = models.TextField(blank=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    allowed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    canary_ref = models.CharField(max_length=40, blank=True)
    canary_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(allowed_at=None) | Q(refused_at=None), name="release_decided_once"),
            models.CheckConstraint(condition=Q(taken_at=None) | ~Q(allowed_at=None), name="release_taken_if_allowed"),
            models.UniqueConstraint(fields=["canary_ref"], condition=~Q(canary_ref=""), name="release_canary_once"),
        ]

    def __str__(self) -> str:
        return self.ref


class Usage(models.Model):
    """How often a user did something that is limited, since a moment; see `limits`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    # Seconds since 1970: plain numbers, so that one statement counts on both databases.
    began = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="usage_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.count}"


class StrangerUse(models.Model):
    """How often somebody who is not signed in did something that is limited; see `limits`. Forgotten after a day."""

    # A keyed hash of the network they sent from: no list of addresses.
    place = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    began = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "kind"], name="stranger_use_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"

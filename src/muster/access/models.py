"""Roles combine permissions; a grant gives a user a role in a unit and all below it, from a day to a day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Role(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    permissions = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="grant_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=["user", "role", "unit"], condition=Q(to_on=None), name="grant_open_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id} in {self.unit_id}"

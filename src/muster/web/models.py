"""What people keep for themselves, or share, on the pages."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from muster.access.actor import Actor
from muster.access.querysets import ScopedQuerySet


class SavedViewQuerySet(ScopedQuerySet["SavedView"]):
    """A view is seen by whoever keeps it, and a shared one by whoever may see people in its unit."""

    view_permission = "people.view"

    def _kept_for(self, actor: Actor, permission: str, *, row_by_row: bool) -> Self:
        """Keep one's own and those shared where one may see people: not even who sees everybody sees what others keep."""
        shared = Q(unit__isnull=False) if actor.has_whole(permission) else Q(unit_id__in=actor.units_for(permission))
        return self.filter(shared if actor.user_id is None else shared | Q(user_id=actor.user_id))


class SavedView(models.Model):
    """A list's filters, order and columns under a name of one's own; rights play no part in what is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    query = models.TextField()
    # Shared with whoever may see people there; null: kept for oneself.
    unit = models.ForeignKey("units.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            # Apart for each unit it is shared with: who renames it there learns nothing of what is kept elsewhere.
            models.UniqueConstraint(
                F("user"),
                F("page"),
                F("name"),
                Coalesce(F("unit"), 0),
                condition=Q(removed_at=None),
                name="saved_view_once",
            )
        ]

    def __str__(self) -> str:
        return self.name

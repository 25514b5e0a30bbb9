"""The read check, written once."""

from typing import ClassVar, Self, TypeVar

from django.db import models

from muster.access.actor import Actor

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[M_co]):
    """Rows that belong to a unit. `visible_to` is the only read check in the code base."""

    unit_path: ClassVar[str] = "unit"
    view_permission: ClassVar[str]

    def visible_to(self, actor: Actor, permission: str | None = None) -> Self:
        """Keep the rows the actor may see: a set in SQL, never a check per row."""
        needed = permission or self.view_permission
        if actor.has_whole(needed):
            return self.all()
        return self._in_units(actor.units_for(needed), actor)

    def _in_units(self, unit_ids: frozenset[int], actor: Actor) -> Self:
        return self.filter(**{f"{self.unit_path}_id__in": unit_ids})

    def unscoped(self, reason: str) -> Self:
        """Skip the check, for counting, numbering and rules that look at everyone; say why."""
        return self.all()

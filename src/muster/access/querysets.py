"""The read check, written once."""

from typing import ClassVar, Self, TypeVar

from django.db import models

from muster.access import relations
from muster.access.actor import Actor

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[M_co]):
    """
    Rows that belong to a unit. `visible_to` is the only read check in the code base.

    On PostgreSQL the policies of the tables are made from the same methods (docs/adr/0015).
    """

    unit_path: ClassVar[str] = "unit"
    view_permission: ClassVar[str]
    # Other permissions by which code asks for rows of this kind.
    asked_with: ClassVar[tuple[str, ...]] = ()

    def visible_to(self, actor: Actor, permission: str | None = None, *, row_by_row: bool = False) -> Self:
        """
        Keep the rows the actor may see: a set in SQL, never a check per row.

        :param permission: by which they may be seen; None for the usual one, else one of `asked_with`
        :param row_by_row: the same rule asked of each row in turn, where that makes a difference
        """
        needed = permission or self.view_permission
        rows = self
        if needed != self.view_permission:
            if needed not in self.asked_with:
                raise LookupError(f"{type(self).__name__}.asked_with does not name {needed}.")
            rows = relations.reading_asked(self, needed)
        return rows._kept_for(actor, needed, row_by_row=row_by_row)

    def _kept_for(self, actor: Actor, permission: str, *, row_by_row: bool) -> Self:
        if actor.has_whole(permission):
            return self.all()
        return self._in_units(actor.units_for(permission), actor)

    def _in_units(self, unit_ids: frozenset[int], actor: Actor) -> Self:
        return self.filter(**{f"{self.unit_path}_id__in": unit_ids})

    def unscoped(self, reason: str) -> Self:
        """Skip the check, for counting, numbering and rules that look at everyone; say why."""
        return relations.reading_everyone(self)

"""Who may see rows that are of one contact each."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef

from muster.access.actor import Actor
from muster.access.querysets import ScopedQuerySet
from muster.people.queries import persons as people

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class OfContactQuerySet(ScopedQuerySet[M_co]):
    """Rows of one person each, for whoever may see inquiries where the person is placed."""

    view_permission = "contacts.view"
    asked_with = ("contacts.work", "contacts.admit")

    def _kept_for(self, actor: Actor, permission: str, *, row_by_row: bool) -> Self:
        if row_by_row and not actor.has_whole(permission):
            placed = people.ids_placed_in(actor, actor.units_for(permission))
            return self.filter(Exists(placed.filter(person_id=OuterRef("person_id"))))
        return super()._kept_for(actor, permission, row_by_row=row_by_row)

    def _in_units(self, unit_ids: frozenset[int], actor: Actor) -> Self:
        return self.filter(person_id__in=people.ids_placed_in(actor, unit_ids))

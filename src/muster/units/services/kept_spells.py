"""What is kept of people's spells, so that closings and splits can be taken back, and how it is forgotten."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from muster.units.models import Closing, Split
from muster.units.services.tree import UNDO_FOR

# Each with the moment from which on it can be taken back.
_KEPT: tuple[tuple[Any, str], ...] = ((Closing, "closed_at"), (Split, "split_at"))


@transaction.atomic
def forget_old_spells(*, now: datetime) -> int:
    """Empty what cannot be taken back any more, or was taken back; return of how many closings and splits. Two writes."""
    count = 0
    for model, moment in _KEPT:
        over = Q(undone_at__isnull=False) | Q(**{f"{moment}__lt": now - UNDO_FOR})
        count += model.objects.filter(over).exclude(spells={}).update(spells={})
    return count


@transaction.atomic
def change_spells(*, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """
    Let what is kept become what `change` makes of it.

    Two queries, one for each of the last thirty days' closings and splits, and another for each that changes.
    """
    for model, _ in _KEPT:
        # One after the other: that of a large unit fills some memory.
        for pk in model.objects.exclude(spells={}).order_by("pk").values_list("pk", flat=True):
            row = model.objects.select_for_update().get(pk=pk)
            spells = change(row.spells)
            if spells != row.spells:
                row.spells = spells
                row.save(update_fields=["spells"])

"""Reasons of spells that a change may bring back; the trace holds everything else of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from muster.people.calc.spells import SpellRow
from muster.people.models import Merge, SaidReason


def keep_reasons(
    entry_id: int, person_id: int, before: Sequence[SpellRow], after: Sequence[SpellRow], now: datetime
) -> None:
    """Keep what the rows of an entry say, in its order; nothing where they give no reason."""
    if any(row.reason for row in (*before, *after)):
        said: dict[str, Any] = {"before": [row.reason for row in before], "after": [row.reason for row in after]}
        SaidReason.objects.create(entry_id=entry_id, person_id=person_id, said_at=now, **said)


def with_reasons(entry: Any) -> tuple[list[SpellRow], list[SpellRow]]:
    """Return the rows before and after a change as they were; entries of an older Muster hold the reasons themselves."""
    said = SaidReason.objects.filter(pk=entry.pk).order_by("pk").first()
    found = []
    for name in ("before", "after"):
        rows = [SpellRow.from_json(row) for row in entry.details[name]]
        reasons = getattr(said, name) if said else [row.reason for row in rows]
        found.append([replace(row, reason=reason) for row, reason in zip(rows, reasons, strict=True)])
    return found[0], found[1]


def forget_reasons(person_id: int) -> None:
    """Forget what was said about somebody, and about whoever was merged into them."""
    merged = Merge.objects.filter(kept_id=person_id).values("dropped_id")
    SaidReason.objects.filter(Q(person_id=person_id) | Q(person_id__in=merged)).delete()


def forget_reasons_before(moment: datetime) -> int:
    """Forget what no undo needs any more, and return of how many changes that was."""
    count, _ = SaidReason.objects.filter(said_at__lt=moment).delete()
    return count

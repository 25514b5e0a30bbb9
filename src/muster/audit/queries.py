"""Reads of the trace. Rights stand above (in `access`): callers show an entry only to who may see what it is about."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from muster.audit.models import Entry


def entries_about(*targets: Model) -> QuerySet[Entry]:
    """Return what was done to a row or to several, latest first."""
    return Entry.objects.filter(target__in=[target_of(target) for target in targets]).order_by("-happened_at", "-pk")


def entry(entry_id: int) -> Entry | None:
    """Return one entry or None; one query."""
    return Entry.objects.filter(pk=entry_id).order_by("pk").first()


def target_of(row: Model) -> str:
    """Return how entries name a row."""
    return f"{row._meta.label}:{row.pk}"


def latest(actions: Iterable[str], *, limit: int) -> list[Entry]:
    """Return the latest entries of these actions; one query."""
    return list(Entry.objects.filter(action__in=tuple(actions)).order_by("-happened_at", "-pk")[:limit])

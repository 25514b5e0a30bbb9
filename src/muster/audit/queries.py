"""Reads of the trace. Rights stand above (in `access`): callers show an entry only to who may see what it is about."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Model, QuerySet

from muster.audit.models import Entry

# How actions end that change nothing: somebody looked, or took a file out.
READING = (".viewed", ".shown", ".exported")
# More entries than are made while one transaction is open.
LATEST = 1000


def entries_about(*targets: Model) -> QuerySet[Entry]:
    """Return what was done to a row or to several, latest first."""
    return Entry.objects.filter(target__in=[target_of(target) for target in targets]).order_by("-happened_at", "-pk")


def entries() -> QuerySet[Entry]:
    """Return every entry, in the order in which they were numbered, the latest first."""
    return Entry.objects.order_by("-pk")


def entry(entry_id: int) -> Entry | None:
    """Return one entry or None; one query."""
    return Entry.objects.filter(pk=entry_id).order_by("pk").first()


def target_of(row: Model) -> str:
    """Return how entries name a row."""
    return f"{row._meta.label}:{row.pk}"


def latest(actions: Iterable[str], *, limit: int, user_id: int | None = None) -> list[Entry]:
    """Return the latest entries of these actions, of one user if given; one query."""
    found = Entry.objects.filter(action__in=tuple(actions))
    if user_id is not None:
        found = found.filter(user_id=user_id)
    return list(found.order_by("-happened_at", "-pk")[:limit])


def mark() -> tuple[int, int]:
    """
    Return figures that differ as soon as anybody has changed anything, since every change leaves an entry; one query.

    Entries get their numbers before they are seen: one may come to light after a later one. So the figures are the
    highest number, and the sum of all among the last `LATEST` entries. Looking and taking out change nothing.
    """
    last = Entry.objects.order_by("-pk").values_list("pk", "action")[:LATEST]
    numbers = [pk for pk, action in last if not action.endswith(READING)]
    return (max(numbers, default=0), sum(numbers))


def since(actions: Iterable[str], moment: datetime) -> list[Entry]:
    """Return the entries of these actions from that moment on, latest first; one query."""
    return list(entries().filter(action__in=tuple(actions), happened_at__gte=moment))


def doings(
    actions: Iterable[str], since: datetime, until: datetime
) -> Iterator[tuple[int, datetime, str, int, int | None]]:
    """Yield (account, moment, action, count, unit) of what accounts did in a time, its end left out; one query."""
    found = Entry.objects.filter(action__in=tuple(actions), happened_at__gte=since, happened_at__lt=until).order_by(
        "pk"
    )
    for user_id, at, action, count, unit_id in found.values_list(
        "user_id", "happened_at", "action", "count", "unit_id"
    ).iterator():
        if user_id is not None:
            yield user_id, at, action, count, unit_id

"""The one way to leave a trace."""

from datetime import datetime

from django.db.models import Model

from muster.audit.models import Entry


def record(
    *,
    user_id: int | None,
    actor_label: str,
    action: str,
    now: datetime,
    target: Model | None = None,
    unit_id: int | None = None,
    count: int = 1,
    **details: object,
) -> int:
    """
    Add one entry and return its id; one query.

    :param action: `domain.thing.done`, for example `people.person.moved`
    :param target: the row it was done to, or None where it was done to many
    :param count: how many rows were touched or shown
    :param details: what changed, JSON values; no personal data beyond what the change itself is
    """
    entry = Entry.objects.create(
        happened_at=now,
        user_id=user_id,
        actor_label=actor_label[:200],
        action=action,
        target=f"{target._meta.label}:{target.pk}" if target is not None else "",
        unit_id=unit_id,
        count=count,
        details=details,
    )
    return entry.pk

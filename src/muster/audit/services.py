"""The one way to leave a trace."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from muster.audit import _sealing, origin
from muster.audit.calc.chain import Row, happened_text, stored_text
from muster.audit.models import Entry

_SAME = (
    "user_id",
    "actor_label",
    "channel",
    "address",
    "action",
    "target",
    "unit_id",
    "position",
    "key_id",
    "mac",
)


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
    Add one entry and return its id; two queries.

    On SQLite, where only one writer is at work, the entry is sealed at once; on PostgreSQL right after the transaction,
    so that writers do not wait for each other (docs/adr/0007-audit-chain.md).

    :param action: `domain.thing.done`, for example `people.person.moved`
    :param target: the row it was done to, or None where it was done to many
    :param count: how many rows were touched or shown
    :param details: what changed, JSON values; no personal data beyond what the change itself is
    """
    channel, address = origin.current()
    row = Row(
        id=0,
        happened=happened_text(now),
        user_id=user_id,
        actor_label=actor_label[:200],
        channel=channel,
        address=address,
        action=action,
        target=f"{target._meta.label}:{target.pk}" if target is not None else "",
        unit_id=unit_id,
        how_many=count,
        details=stored_text(details),
        position=None,
        key_id="",
        mac=b"",
    )
    with transaction.atomic(savepoint=False):
        if connection.vendor == "sqlite":
            row = _sealing.sealed_next(row)
            transaction.on_commit(lambda: _sealing.note_tip(row), robust=True)
        else:
            row = _sealing.marked_waiting(row)
            transaction.on_commit(seal_waiting, robust=True)
        columns: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
        columns |= {"id": row.id, "happened_at": now, "count": count, "details": details}
        Entry.objects.create(**columns)
    return row.id


def seal_waiting() -> int:
    """
    Give the entries that wait their places in the chain, and return how many there were.

    Those that bear no mark of our key stay as they are: they were put in from outside.
    """
    with transaction.atomic():
        return _sealing.seal_waiting()


def make_head(*, now: datetime) -> bool:
    """Sign where the chain stood when yesterday was over, in the database and in the file; say whether it was not done yet."""
    with transaction.atomic():
        return _sealing.make_head(now)


def change_key(*, actor_label: str, now: datetime) -> str:
    """Make a new key, used from now on, and return its id; what is sealed with older keys stays checkable with them."""
    with transaction.atomic():
        _sealing.hold()
        before, after = _sealing.change_key()
        record(user_id=None, actor_label=actor_label, action="audit.key.changed", now=now, before=before, after=after)
    return after

"""Putting entries into the chain; called by `services` inside a transaction."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from muster.audit import outside
from muster.audit.calc import chain
from muster.audit.calc.chain import HeadRow, Row
from muster.audit.models import Entry, Head
from muster.core import keyfiles

# Any number that nobody else locks.
_LOCK = 7_311_684_119
_COLUMNS = (
    "id, {happened}, user_id, actor_label, channel, address, action, target, unit_id, count, details,"
    " position, key_id, mac"
)
# The stored text itself on SQLite: what one sees is what was sealed. PostgreSQL writes it quicker than Python would.
HAPPENED = {
    "sqlite": "happened_at || ''",
    "postgresql": "to_char(happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
}


def columns() -> str:
    """Return the columns that `row_of` reads, in its order."""
    return _COLUMNS.format(happened=HAPPENED[connection.vendor])


def query(which: str, order: str) -> str:
    """Return the statement that reads rows of the chain; both parts are our own words."""
    return f"SELECT {columns()} FROM audit_entry WHERE {which} ORDER BY {order}"  # noqa: S608


def row_of(values: Any) -> Row:
    """Return what the database holds as a row of the chain."""
    # As `chain.happened_text` writes it: a whole second has no point behind it.
    return Row._make((values[0], values[1].removesuffix(".000000"), *values[2:-1], bytes(values[-1])))


def reader() -> Callable[[Any], Row]:
    """Return what does the same as `row_of` for many: SQLite gives text and bytes already, and nothing has to be copied."""
    return Row._make if connection.vendor == "sqlite" else row_of


def hold() -> None:
    """Let nobody else seal until the transaction ends. On SQLite whoever writes is alone already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def hold_entries() -> None:
    """Wait for whoever has written an entry and not committed yet, and let nobody write one until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE")


def sealed_next(row: Row) -> Row:
    """Return the row with its id and its place at the end of the chain; one query. The caller is the only writer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(id) FROM audit_entry), (SELECT max(position) FROM audit_entry),"
            " (SELECT mac FROM audit_entry WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1)"
        )
        last_id, position, before = cursor.fetchone()
    position, before = _not_before_the_tip(position or 0, before or chain.BEFORE_THE_FIRST)
    return _sealed(row._replace(id=(last_id or 0) + 1), position + 1, before)


def marked_waiting(row: Row) -> Row:
    """
    Return the row with its id and the mark of our key; one query. It may be sealed later.

    From here to the commit the key does not change: see `hold_entries`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE audit_entry IN ROW EXCLUSIVE MODE; SELECT nextval(pg_get_serial_sequence('audit_entry', 'id'))"
        )
        cursor.nextset()
        row = row._replace(id=cursor.fetchone()[0])
    key_id, mac = outside.current_mac()
    return row._replace(key_id=key_id, mac=chain.waiting_mark(mac, chain.content(row)))


def seal_waiting(*, alone: bool = True) -> int:
    """
    Seal what waits, oldest first, and return how many; three queries, one where nothing waits.

    :param alone: nothing else is done in the transaction
    """
    with connection.cursor() as cursor:
        if alone and connection.vendor == "postgresql":
            # A seal that a power cut takes away is made again; the entry itself is on the disk already.
            cursor.execute("SET LOCAL synchronous_commit TO OFF")
        hold()
        cursor.execute(query("position IS NULL", "id"))
        waiting = [row for row in map(row_of, cursor.fetchall()) if _is_ours(row)]
        if not waiting:
            return 0
        cursor.execute(
            "SELECT position, mac FROM audit_entry WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
        )
        position, before = cursor.fetchone() or (0, chain.BEFORE_THE_FIRST)
        position, before = _not_before_the_tip(position, bytes(before))
        sealed = []
        for row in waiting:
            position += 1
            sealed.append(_sealed(row, position, before))
            before = sealed[-1].mac
        cursor.executemany(
            "UPDATE audit_entry SET position = %s, key_id = %s, mac = %s WHERE id = %s",
            [(row.position, row.key_id, row.mac, row.id) for row in sealed],
        )
    transaction.on_commit(lambda: note_tip(sealed[-1]), robust=True)
    return len(sealed)


def note_tip(row: Row) -> None:
    """Remember outside the database how far the chain has come."""
    if row.position is not None:
        outside.note_tip(row.position, row.mac)


def make_head(now: datetime) -> bool:
    """Sign where the chain stands, for yesterday, unless that is done; say whether it was done now."""
    yesterday = timezone.localdate(now) - timedelta(days=1)
    hold()
    last = Entry.objects.exclude(position=None).order_by("-position").first()
    if last is None or last.position is None or Head.objects.filter(day=yesterday).exists():
        return False
    before = Head.objects.order_by("-day").first()
    key_id, mac = outside.current_mac()
    signed_after = bytes(before.signature) if before else chain.BEFORE_THE_FIRST
    sealed = bytes(last.mac)
    signature = chain.head_signature(
        mac, signed_after, day=yesterday.isoformat(), position=last.position, sealed=sealed
    )
    Head.objects.create(day=yesterday, position=last.position, mac=sealed, key_id=key_id, signature=signature)
    transaction.on_commit(write_heads, robust=True)
    return True


def heads() -> list[HeadRow]:
    """Return the heads in the database, oldest first; one query."""
    return [
        HeadRow(head.day.isoformat(), head.position, bytes(head.mac), head.key_id, bytes(head.signature))
        for head in Head.objects.order_by("day")
    ]


def write_heads() -> None:
    """Add the heads to the file that it lacks at its end: a crash may have come between the two."""
    last_day = max((head.day for head in outside.heads()), default="")
    for head in heads():
        if head.day > last_day:
            outside.add_head(head)


def change_key() -> tuple[str, str]:
    """
    Make a new key and return the ids of the one before and of the new one.

    What waits is sealed with the one before: from now on its mark lets nobody in, whoever may have got hold of it.
    """
    hold_entries()
    seal_waiting(alone=False)
    before = outside.ring().current_id
    return before, keyfiles.add_key(outside.keys_folder(), outside.RING).current_id


def _sealed(row: Row, position: int, before: bytes) -> Row:
    key_id, mac = outside.current_mac()
    return row._replace(position=position, key_id=key_id, mac=chain.seal(mac, before, position, chain.content(row)))


def _is_ours(row: Row) -> bool:
    key_id, mac = outside.current_mac()
    return row.key_id == key_id and hmac.compare_digest(chain.waiting_mark(mac, chain.content(row)), row.mac)


def _not_before_the_tip(position: int, before: bytes) -> tuple[int, bytes]:
    """
    Return where the chain goes on.

    Where entries were cut off its end, it goes on behind them, so that the hole stays to be seen.
    """
    try:
        tip = outside.tip()
    except ValueError:
        tip = None  # `verification` says so; work goes on
    return tip if tip is not None and tip[0] > position else (position, bytes(before))

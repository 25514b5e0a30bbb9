"""Is the trace as it was written? Reads it whole, in one moment of the database."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import connection, transaction

from muster.audit import _sealing, outside
from muster.audit.calc import checking
from muster.audit.calc.chain import HeadRow, Mac, Row
from muster.audit.calc.checking import Break
from muster.core.keyfiles import KeyDamaged

_BATCH = 5000
GUARDS = ("audit_entry_no_update", "audit_entry_no_delete", "audit_head_no_update", "audit_head_no_delete")


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    :ivar count: entries found right, from the first on
    :ivar waiting: entries that will get their seals in a moment
    :ivar heads: signed heads found right
    :ivar first, last: moments (UTC) of the first and last of them, '' where there is none
    :ivar notes: what is no break but should be known
    """

    count: int
    waiting: int
    heads: int
    first: str
    last: str
    broken: Break | None
    notes: list[str]


def verify() -> Verdict:
    """
    Check every entry, every head and what lies outside the database; six queries and one per 5,000 entries.

    The tip is read first: what comes in meanwhile can only make the chain longer.
    """
    notes: list[str] = []
    try:
        macs = {key_id: Mac(key) for key_id, key in outside.ring().keys.items()}
    except KeyDamaged as error:
        return Verdict(0, 0, 0, "", "", Break("key missing", str(error)), notes)
    tip, in_file, broken = _outside(notes)
    # On SQLite a transaction would keep writers waiting; one statement reads one moment by itself.
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        stored = _sealing.heads()
        broken = broken or checking.check_heads(stored, in_file, macs)
        known = [head.position for head in stored] + ([tip[0]] if tip else [])
        done = checking.walk(sealed_rows(), macs, known=known)
        waiting = list(waiting_rows())
        missing = [name for name in GUARDS if name not in _guards()]
    found = done.broken or broken or checking.check_ends(done, stored, tip) or checking.check_waiting(waiting, macs)
    if found is None and missing:
        found = Break("unguarded", f"The database no longer refuses changes: {', '.join(missing)} is gone.")
    if len(stored) > len(in_file):
        notes.append(
            f"{len(stored) - len(in_file)} of {len(stored)} daily heads are not in the file beside the database."
        )
    heads = 0 if found else len(stored)
    return Verdict(done.count, len(waiting), heads, done.first_happened, done.last_happened, found, notes)


def sealed_rows() -> Iterator[Row]:
    """Yield the sealed entries by position."""
    yield from _rows("position IS NOT NULL", "position")


def waiting_rows() -> Iterator[Row]:
    """Yield the entries that have no seal yet, by id."""
    yield from _rows("position IS NULL", "id")


def _rows(which: str, order: str) -> Iterator[Row]:
    read = _sealing.reader()
    with connection.chunked_cursor() as cursor:
        cursor.execute(_sealing.query(which, order))
        while batch := cursor.fetchmany(_BATCH):
            yield from map(read, batch)


def _outside(notes: list[str]) -> tuple[tuple[int, bytes] | None, list[HeadRow], Break | None]:
    """Return tip, heads of the file, and what is wrong with either."""
    tip, in_file = None, []
    try:
        tip = outside.tip()
    except ValueError:
        return None, [], Break("tip", f"The file {outside.folder() / 'tip'} was changed or is damaged.")
    if tip is None:
        notes.append("Nothing is kept outside the database yet of how far the trace has come.")
    try:
        in_file = outside.heads()
    except ValueError as error:
        return tip, [], Break("head", f"The file {outside.folder() / 'heads'} was changed or is damaged: {error}.")
    return tip, in_file, None


def _guards() -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(name) for (name,) in cursor.fetchall()}

"""Fields of the organisation's own: made by the first import that brings them, gone with it unless somebody else uses them."""

from collections.abc import Sequence

from django.db import connection
from django.utils.text import slugify

from muster.transfer.engine import record
from muster.transfer.engine.stage import Stage

TABLE = "people_customfield"
_LONGEST_KEY = 60


def _fields() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute('SELECT label, "key" FROM people_customfield ORDER BY id DESC')
        return dict(cursor.fetchall())


def custom_labels() -> frozenset[str]:
    """Return the names of the fields there are."""
    return frozenset(_fields())


def keys_for(labels: Sequence[str]) -> dict[str, str]:
    """Return label → key: of the field there is, or a new one made from the label."""
    known = _fields()
    taken = set(known.values())
    keys = {}
    for label in labels:
        key = known.get(label)
        if key is None:
            word = slugify(label)[: _LONGEST_KEY - 4] or "field"
            key = next(name for name in (word, *(f"{word}-{n}" for n in range(2, 1000))) if name not in taken)
            taken.add(key)
        keys[label] = key
    return keys


def publish(stage: Stage) -> None:
    """Make the fields that are new."""
    keys: dict[str, str] = stage.noted("custom_fields") or {}
    new = {label: key for label, key in keys.items() if label not in _fields()}
    if not new:
        return
    base = stage.dialect.reserve(TABLE, len(new))
    for number, (label, key) in enumerate(new.items(), start=1):
        stage.run(
            'INSERT INTO people_customfield (id, "key", label) VALUES (%s, %s, %s)', [base + number, key, label[:120]]
        )
    record.created(stage, TABLE, base, len(new))


def remove_unused(ranges: Sequence[tuple[int, int]]) -> int:
    """Remove the fields with these ids that nobody has a value in."""
    removed = 0
    holds = 'jsonb_exists(p.custom, f."key")'
    if connection.vendor == "sqlite":
        holds = 'EXISTS (SELECT 1 FROM json_each(p.custom) j WHERE j.key = f."key")'
    with connection.cursor() as cursor:
        for first, last in ranges:
            cursor.execute(
                "DELETE FROM people_customfield AS f WHERE f.id BETWEEN %s AND %s"
                f" AND NOT EXISTS (SELECT 1 FROM people_person p WHERE {holds})",
                [first, last],
            )
            removed += int(cursor.rowcount)
    return removed

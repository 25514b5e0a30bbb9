"""The preview: what publishing will do, as `muster.import/1`."""

from typing import Any

from muster.transfer.engine.changes import changed_fields
from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import KINDS

SCHEMA = "muster.import/1"
MOST_PROBLEMS = 1000
_COUNTED = {"C": "created", "U": "updated", "S": "unchanged", "M": "unchanged", "R": "rejected"}
_PROBLEMS = (
    "SELECT kind, row_number, col, value, message, expected FROM {s}problems"
    " ORDER BY CASE kind {order} END, row_number, col LIMIT %s"
)


def make_result(stage: Stage, context: Context) -> dict[str, Any]:
    """Return the counts of every kind, the changed fields, possible duplicates, warnings and the first problems."""
    files: dict[str, str] = stage.noted("files") or {}
    unread: dict[str, int] = stage.noted("unread") or {}
    result: dict[str, Any] = {"schema": SCHEMA, "batch": stage.batch_id}
    for kind in KINDS:
        result[kind] = _counts(stage, kind, unread.get(kind, 0))
    # That somebody shares an address, a number or a day of birth is for who may see these.
    shown = context.hides.isdisjoint(("people.contact", "people.private"))
    result["possible_duplicates"] = (stage.noted("possible_duplicates") or 0) if shown else 0
    changed = changed_fields(stage, context)
    result["changed_fields"] = (
        {"people": {str(change["field"]): change["count"] for change in changed}} if changed else {}
    )
    result["changed_examples"] = changed
    noted = ("read_warnings", "hidden", "contact_warnings", *(("match_warnings",) if shown else ()))
    result["warnings"] = [line for name in noted for line in stage.noted(name) or []]
    order = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(KINDS))
    names = ("file", "row", "column", "value", "message", "expected")
    problems = [
        dict(zip(names, (files.get(kind, kind), row or None, *cells), strict=True))
        for kind, row, *cells in stage.rows(_PROBLEMS, [MOST_PROBLEMS], order=order)
    ]
    result["problem_count"] = int(stage.value("SELECT count(*) FROM {s}problems"))
    result["problems"] = problems
    return result


def _counts(stage: Stage, kind: str, unread: int) -> dict[str, int]:
    counts = {"created": 0, "updated": 0, "unchanged": 0, "rejected": unread}
    for fate, count in stage.rows("SELECT fate, count(*) FROM {s}{kind}_x GROUP BY fate", kind=kind):
        counts[_COUNTED[fate]] += int(count)
    return counts


def rejected_count(result: dict[str, Any]) -> int:
    """Return how many rows of all kinds are left out."""
    return sum(int(result[kind]["rejected"]) for kind in KINDS)


def stored_count(result: dict[str, Any]) -> int:
    """Return how many rows of all kinds are created or updated."""
    return sum(int(result[kind]["created"]) + int(result[kind]["updated"]) for kind in KINDS)

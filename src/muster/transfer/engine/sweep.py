"""After a crash: what a dead process left, put in order by the next one that holds the lock."""

from typing import Any

from muster.core.sheets.problems import SheetProblem
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine.result import SCHEMA
from muster.transfer.engine.tables import KINDS
from muster.transfer.models import Batch

State = Batch.State


# Where a step that nobody ends goes back to, and what the batch says then.
_BACK = {
    State.READING: (State.MAPPING, "The import broke off while the file was read. Nothing was stored."),
    State.PUBLISHING: (State.PREVIEW, "The import broke off while it was stored. Nothing of it was kept."),
    State.UNDOING: (State.DONE, "The undoing broke off. Nothing of it was kept."),
}


def recover() -> None:
    """
    Set back what was being worked on by a process that died, and remove what it left; call with the lock held.

    Publishing and undoing are one transaction each: they were done wholly, and say so, or not at all.
    """
    for state, (back, note) in _BACK.items():
        Batch.objects.filter(state=state).update(state=back, progress={"note": note}, cancel_requested=False)
    waiting = set(Batch.objects.filter(state=State.PREVIEW).values_list("pk", flat=True))
    dialect = dialects.current()
    for batch_id in dialect.staged_batches():
        if batch_id not in waiting:
            dialect.drop(batch_id)


def empty_result(batch_id: int, message: str, problems: list[SheetProblem]) -> dict[str, Any]:
    """Return the result of an import of which nothing was read, with a `message` that says why."""
    zero = {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0}
    return {
        "schema": SCHEMA,
        "batch": batch_id,
        "message": message,
        **{kind: dict(zero) for kind in KINDS},
        "possible_duplicates": 0,
        "changed_fields": {},
        "changed_examples": [],
        "warnings": [],
        "problem_count": len(problems),
        "problems": [
            {
                "file": p.file, "row": p.row, "column": p.column, "value": p.value, "message": p.message, "expected": p.expected
            }
            for p in problems
        ],
    }  # fmt: skip


def give_up(batch_id: int) -> None:
    """Say on the batch that something went wrong which nobody foresaw; what it staged goes, and nothing was stored."""
    message = (
        f"Something went wrong, not by your file. Nothing was stored. Tell whoever runs Muster: import {batch_id}."
    )
    unfinished = Batch.objects.filter(pk=batch_id).exclude(state__in=(State.DONE, State.UNDONE))
    if unfinished.update(state=State.FAILED, progress={}, result=empty_result(batch_id, message, [])):
        dialects.current().drop(batch_id)

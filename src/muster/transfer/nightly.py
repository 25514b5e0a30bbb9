"""What imports leave behind, removed when nothing needs it any more."""

import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from muster.access.actor import system_actor
from muster.people.calc.fields import PRIVATE
from muster.transfer import services
from muster.transfer.engine import rejected
from muster.transfer.models import Batch

# A file that was stored, or that nobody will store, is of no use; a day is left to look at what went wrong.
KEEP_FILES = timedelta(days=1)
# One that waits holds up every erasure: its file could bring whoever is erased back.
KEEP_WAITING = timedelta(days=7)
WAITING = (Batch.State.WAITING, Batch.State.MAPPING, Batch.State.PREVIEW)
ENDED = (Batch.State.DONE, Batch.State.UNDONE, Batch.State.FAILED, Batch.State.CANCELLED)


def forget_imports(now: datetime) -> str:
    """
    End imports that nobody went on with in `KEEP_WAITING`, and remove uploaded files of those that ended a day ago, what was
    shown of their private columns, rows that were left out, and what an undo would need once it is too late for one.
    """
    _end_waiting(now)
    changes = services.forget_old_changes(now=now)
    late = now - timedelta(days=services.UNDO_DAYS)
    removed = remove_uploads(before=now - KEEP_FILES) + remove_uploads(before=late, states=Batch.State.values)
    for batch in Batch.objects.filter(created_at__lt=now - KEEP_FILES, state__in=ENDED).order_by("pk"):
        _forget_private(batch)
    for batch_id in Batch.objects.filter(created_at__lt=late).order_by("pk").values_list("pk", flat=True):
        rejected.path_of(batch_id).unlink(missing_ok=True)
    return f"{removed:,} uploaded files and {changes:,} entries for undoing are removed."


def _end_waiting(now: datetime) -> None:
    actor, before = system_actor("imports", on=timezone.localdate(now)), now - KEEP_WAITING
    untouched = Q(heartbeat_at=None) | Q(heartbeat_at__lt=before)
    found = Batch.objects.filter(untouched, created_at__lt=before, state__in=WAITING).order_by("pk")
    for batch_id in found.values_list("pk", flat=True):
        services.fail_batch(
            actor=actor, batch_id=batch_id, message="Nobody went on with this for seven days. Nothing was stored."
        )


def _forget_private(batch: Batch) -> None:
    """Let what a file said in private stand in the open no more: not as an example of a column, nor beside a problem."""
    columns = batch.mapping.get("columns", ())
    private = {*PRIVATE, *(column["header"] for column in columns if column["field"] in PRIVATE)}
    problems = batch.result.get("problems", ())
    shown = [column for column in columns if column["samples"] and column["header"] in private]
    told = [problem for problem in problems if problem["value"] and problem["column"] in private]
    if shown or told:
        for column in shown:
            column["samples"] = []
        for problem in told:
            problem["value"] = ""
        batch.save(update_fields=["mapping", "result"])


def remove_uploads(*, before: datetime, states: Iterable[str] = ENDED) -> int:
    """Remove the uploaded files of imports in these states that began before a moment; return how many files that were."""
    found = Batch.objects.filter(created_at__lt=before, state__in=tuple(states)).exclude(path="").order_by("pk")
    return sum(_remove_upload(batch) for batch in found)


def _remove_upload(batch: Batch) -> int:
    """Remove the file if it was uploaded; what the command line imported lies where its owner put it and stays."""
    folder = Path(batch.path).parent
    if folder.parent != Path(settings.HOME) / "uploads" or not folder.name.startswith("import-"):
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    Batch.objects.filter(pk=batch.pk).update(path="")
    return 1

"""The bodies of `muster import`, `muster undo` and `muster export`; each returns the exit status of the command."""

import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from muster.access.actor import Actor, system_actor
from muster.core.errors import DomainError
from muster.transfer import services, words
from muster.transfer.engine.result import rejected_count, stored_count
from muster.transfer.engine.room import refusal
from muster.transfer.engine.working import NothingRead
from muster.transfer.exports import export_folder
from muster.transfer.models import Batch
from muster.units import queries as units

DONE, DONE_IN_PART, NOTHING_DONE = 0, 1, 2


def run_import(
    path: str,
    *,
    dry_run: bool = False,
    yes: bool = False,
    mapping: Mapping[str, str] | None = None,
    format: str = "text",
    source: str = "",
    quiet: bool = False,
) -> int:
    """
    Import a folder, a zip or a sheet: show the preview, ask, store.

    :param dry_run: only show the preview
    :param yes: do not ask
    :param mapping: header → field, in place of what is guessed
    :param format: `text`, or `json` for `muster.import/1`
    :param source: the system the ids belong to
    :param quiet: show no progress
    """
    actor, now = _actor("import")
    say = words.Speaker(as_json=format == "json", quiet=quiet)
    batch = None
    try:
        file = _found(path)
        batch = services.start_batch(actor=actor, path=file, name=file.name or path, source=source, now=now)
        batch = services.read_batch(actor=actor, batch_id=batch.pk, now=now, listener=say.progress)
        if mapping:
            services.set_mapping(actor=actor, batch_id=batch.pk, mapping=mapping, now=now)
        if mapping or batch.state == Batch.State.MAPPING:
            batch = services.preview_batch(actor=actor, batch_id=batch.pk, now=now, listener=say.progress)
        return _after_preview(say, actor, batch, now, dry_run=dry_run, yes=yes)
    except DomainError as error:
        return _failed(say, actor, batch, str(error))
    except BrokenPipeError:
        raise
    except Exception as error:
        return _failed(say, actor, batch, _unforeseen(error))


def _found(path: str) -> Path:
    """
    Return the path in full.

    :raises NothingRead: nothing lies there, or one may not look
    """
    try:
        file = Path(path).expanduser().resolve(strict=True)
    except FileNotFoundError:
        raise NothingRead(f"{path[-200:]}: There is no such file or folder.") from None
    except OSError as error:
        raise NothingRead(f"{path[-200:]}: This cannot be read: {error.strerror}.") from None
    except (RuntimeError, ValueError) as error:
        raise NothingRead(f"{path[-200:]}: This cannot be read: {error}") from None
    if not path:
        raise NothingRead("Say which folder or file to import.")
    return file


def _failed(say: words.Speaker, actor: Actor, batch: Batch | None, message: str) -> int:
    """Leave a batch that says why, and nothing of it lying about."""
    if batch is not None:
        with suppress(DomainError, DatabaseError):
            services.fail_batch(actor=actor, batch_id=batch.pk, message=message)
            batch.refresh_from_db()
    say.failed(message, batch)
    return NOTHING_DONE


def _unforeseen(error: Exception) -> str:
    """Keep the traceback for whoever mends Muster, and return what to say to whoever runs it."""
    kept = Path(settings.HOME) / "work" / "last-failure.txt"
    with suppress(OSError):
        kept.touch(mode=0o600)
        kept.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="replace")
    if isinstance(error, DatabaseError):
        why = next(iter(str(error).splitlines()), "it does not say why")
        return f"The database failed: {why}. Nothing was stored. See {kept}"
    return f"Something went wrong that nobody foresaw. Nothing was stored. Tell those who make Muster: {kept}"


def _after_preview(say: words.Speaker, actor: Actor, batch: Batch, now: datetime, *, dry_run: bool, yes: bool) -> int:
    rejected = rejected_count(batch.result)
    if not dry_run:
        say.preview(batch)
    if dry_run or not (yes or say.asked("Import this?")):
        services.cancel_batch(actor=actor, batch_id=batch.pk, now=now)
        say.not_stored(batch, dry_run=dry_run)
        return DONE_IN_PART if dry_run and rejected else DONE if dry_run else NOTHING_DONE
    batch = services.publish_batch(actor=actor, batch_id=batch.pk, now=now, listener=say.progress)
    say.stored(batch)
    if rejected and not stored_count(batch.result) and not _unchanged(batch):
        return NOTHING_DONE
    return DONE_IN_PART if rejected else DONE


def _unchanged(batch: Batch) -> int:
    return sum(
        counts["unchanged"] for counts in batch.result.values() if isinstance(counts, dict) and "unchanged" in counts
    )


def run_undo(batch_id: int, *, keep_edited: bool = False) -> int:
    """Undo an import: all of it, or with `keep_edited` all but what was worked on since."""
    actor, now = _actor("undo")
    return _told(
        lambda: words.undone(services.undo_batch(actor=actor, batch_id=batch_id, keep_edited=keep_edited, now=now))
    )


def run_export(folder: str, unit: str | None = None) -> int:
    """Write the exchange folder, of everything or of one unit and what is below it."""
    actor, now = _actor("export")

    def write() -> str:
        found = units.find_by_identifier(unit) if unit else None
        if unit and found is None:
            raise DomainError(f"There is no unit “{unit}”.")
        target = Path(folder).expanduser().resolve()
        try:
            counts = export_folder(actor=actor, folder=target, unit_id=found.pk if found else None, now=now)
        except OSError as error:
            raise DomainError(f"{error.filename or target} cannot be written: {error.strerror}.") from error
        return words.exported(counts, target)

    return _told(write)


def _actor(name: str) -> tuple[Actor, datetime]:
    now = timezone.now()
    return system_actor(name, on=timezone.localdate(now)), now


def _told(work: Callable[[], str]) -> int:
    try:
        print(work())
    except DomainError as error:
        print(error, file=sys.stderr)
        return NOTHING_DONE
    except DatabaseError as error:
        print(refusal(error) or _unforeseen(error), file=sys.stderr)
        return NOTHING_DONE
    return DONE

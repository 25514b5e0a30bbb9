"""Importing, step by step: start, read, answer what columns hold, look at the preview, publish; or cancel, or undo."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from muster.access.actor import Actor, NotAllowed
from muster.audit import services as audit
from muster.contacts.queries import routing as routing_queries
from muster.contacts.services import routing
from muster.core.errors import DomainError
from muster.core.sheets.trial import try_out
from muster.people.services import office_imports
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine import problems, since
from muster.transfer.engine import publish as publishing
from muster.transfer.engine.context import PERMISSION, Context, make_context
from muster.transfer.engine.customs import custom_labels
from muster.transfer.engine.mapping import needs_answer, remapped
from muster.transfer.engine.match import match
from muster.transfer.engine.progress import Listener, Progress
from muster.transfer.engine.rejected import write_rejected
from muster.transfer.engine.result import make_result
from muster.transfer.engine.room import told
from muster.transfer.engine.source import Source, open_source, read_into
from muster.transfer.engine.stage import Stage, new_stage, open_stage
from muster.transfer.engine.state import database_state
from muster.transfer.engine.take_back import take_back
from muster.transfer.engine.working import NothingRead, WrongStep, stop, working
from muster.transfer.models import Batch, Change
from muster.units import queries as units

State = Batch.State
UNDO_DAYS = 30
LONGEST_PATH = 500


class PreviewChanged(DomainError):
    """What the import would do is no longer what the preview said; there is a new preview."""


class TooLate(DomainError):
    """An import can be undone for `UNDO_DAYS` only."""


class UndoBlocked(DomainError):
    """
    What the import brought was worked on since.

    :ivar blockers: the first of them, with who did it
    :ivar gone: how many rows of the import were removed since
    :ivar merges: people of the import whose records were merged since, with who did it; these come first
    :param elsewhere: some of it has left the actor's part of the organisation; what became of it there is not told
    """

    def __init__(
        self, blockers: list[since.Blocker], gone: int, merges: list[since.Blocker], *, elsewhere: bool = False
    ) -> None:
        self.blockers, self.gone, self.merges = blockers, 0 if elsewhere else gone, merges
        if merges:
            names = ", ".join(map(str, merges))
            super().__init__(
                f"Merged with another record since the import: {names}. Take that back first, under Duplicates, Merged."
            )
            return
        told = [str(blocker) for blocker in blockers[:10]]
        told += [f"{self.gone:,} rows that were removed"] if self.gone else []
        more = " and more" if len(blockers) > 10 else ""
        said = []
        if told:
            said = [f"Worked on since the import: {', '.join(told)}{more}. Leave that out to undo all the rest."]
        said += ["Some of it is in another part of the organisation now; it can only be left out."] if elsewhere else []
        super().__init__(" ".join(said))


def start_batch(*, actor: Actor, path: Path, name: str, source: str = "", now: datetime) -> Batch:
    """
    Begin the import of a folder, a zip or a sheet.

    :param path: where it lies; it must stay there until the import is published
    :param name: what to call it on screen
    :param source: the system its ids belong to; by default `folder`, or the system a sheet is recognised as
    :raises NotAllowed: the actor may import nowhere
    :raises NothingRead: the path cannot be kept
    :raises NoRoom: the disk is full, or the database cannot be written
    """
    if not actor.may(PERMISSION):
        raise NotAllowed("You may not import files.")
    if len(str(path)) > LONGEST_PATH or not _is_writable(str(path)):
        raise NothingRead("The name of this file or of a folder around it is too long or unreadable. Rename it first.")
    with told():
        return Batch.objects.create(
            name=name[:200],
            source=source[:50],
            path=str(path),
            started_by_id=actor.user_id,
            created_at=now,
        )


def read_batch(*, actor: Actor, batch_id: int, now: datetime, listener: Listener | None = None) -> Batch:
    """
    Open the file and guess its columns.

    The batch then waits for an answer in the state `MAPPING`; a folder whose columns are all known goes on to its preview.

    :raises NothingRead: the file is no table; the batch has failed
    :raises ImportRunning: another import is being worked on
    """
    batch = _own(actor, batch_id)
    with working(batch, State.WAITING, State.MAPPING, State.PREVIEW, State.FAILED):
        try_out(Path(batch.path), name=batch.name, scratch=Path(settings.HOME) / "work")
        opened = _open(batch)
        batch.mapping = opened.as_mapping()
        batch.source = (batch.source or (opened.system.lower() or "sheet" if opened.is_sheet else "folder"))[:50]
        batch.state = State.MAPPING
        batch.progress, batch.result = {}, {}
        batch.save()
        if not needs_answer(batch.mapping):
            _preview(actor, batch, opened, Progress(batch, now, listener), now)
    return batch


def set_mapping(*, actor: Actor, batch_id: int, mapping: Mapping[str, str], now: datetime) -> Batch:
    """
    Say what columns hold: header → field.

    :raises WrongStep: the file was not read yet, there is no such column or field, or two columns claim one field
    """
    batch = _own(actor, batch_id)
    if batch.state not in (State.MAPPING, State.PREVIEW):
        raise WrongStep("The columns can be set once the file has been read, and before it is imported.")
    batch.mapping = remapped(batch.mapping, mapping)
    batch.state = State.MAPPING
    with told():
        batch.save()
    return batch


def preview_batch(*, actor: Actor, batch_id: int, now: datetime, listener: Listener | None = None) -> Batch:
    """
    Read everything beside the main tables and work out what publishing would do; `result` holds it.

    :param listener: is told (what is being done, rows done, rows in all)
    :raises NothingRead: the file broke off or is no table
    :raises ImportCancelled: somebody asked it to stop
    :raises ImportRunning: another import is being worked on
    """
    batch = _own(actor, batch_id)
    with working(batch, State.MAPPING, State.PREVIEW):
        _preview(actor, batch, _open(batch), Progress(batch, now, listener), now)
    return batch


def _preview(actor: Actor, batch: Batch, opened: Source, progress: Progress, now: datetime) -> None:
    batch.state = State.READING
    batch.save()
    context = _context(actor, batch, now)
    with new_stage(batch.pk) as stage:
        read_into(stage, opened, batch.mapping, context, country=units.settings().country, tick=progress.tick)
        batch.result = _match(stage, context, progress)
        write_rejected(stage, opened.tables, is_sheet=opened.is_sheet)
    batch.state, batch.progress = State.PREVIEW, {}
    batch.save()


def publish_batch(*, actor: Actor, batch_id: int, now: datetime, listener: Listener | None = None) -> Batch:
    """
    Store what the preview showed, all of it or nothing.

    :raises PreviewChanged: the database has changed so that the preview no longer holds; the new one is stored
    :raises WrongStep: there is no preview
    """
    batch = _own(actor, batch_id)
    with working(batch, State.PREVIEW):
        with open_stage(batch.pk) as stage:
            if stage is None:
                Batch.objects.filter(pk=batch.pk).update(state=State.WAITING)
                raise WrongStep("What was read is gone. Start the import again.")
            _publish(actor, batch, stage, Progress(batch, now, listener), now)
        dialects.current().drop(batch.pk)
    return batch


def _publish(actor: Actor, batch: Batch, stage: Stage, progress: Progress, now: datetime) -> None:
    context = _context(actor, batch, now)
    batch.state = State.PUBLISHING
    batch.save()
    if stage.noted("state") != _state(context):
        result = _match(stage, context, progress)
        if result != batch.result:
            batch.result, batch.state = result, State.PREVIEW
            batch.save()
            raise PreviewChanged("Somebody changed something in the meantime. Please look at the preview again.")
    progress.step("Storing")
    numbers = publishing.reserve(stage)
    publishing.seal(stage, numbers)
    try:
        with transaction.atomic():
            # Where people work all the time, something has changed once more: on SQLite they wait now, while it is looked at.
            if stage.noted("state") != _state(context):
                if _match(stage, context, progress) != batch.result:
                    raise PreviewChanged("Somebody is changing things at this moment. Please try again.")
                publishing.seal(stage, numbers)
            known = office_imports.before_import(actor=actor)
            written = routing_queries.addresses(actor, publishing.changed_inquiries(stage), waiting=False)
            publishing.publish(stage, context, numbers, now)
            office_imports.after_import(actor=actor, known=known, now=now)
            routing.route_changed(actor=actor, before=written, now=now)
            if new := publishing.new_inquiries(numbers):
                routing.route_inquiries(actor=actor, among=new, now=now)
            batch.state, batch.published_at, batch.progress = State.DONE, now, {}
            batch.save()
            _trace(actor, batch, "transfer.import.published", now)
    except PreviewChanged:
        Batch.objects.filter(pk=batch.pk).update(state=State.PREVIEW)
        raise


def cancel_batch(*, actor: Actor, batch_id: int, now: datetime) -> Batch:
    """Stop an import that is not published yet; one that is being worked on stops at the next chunk."""
    batch = _own(actor, batch_id)
    with told():
        if batch.state in (State.READING, State.PUBLISHING):
            Batch.objects.filter(pk=batch.pk).update(cancel_requested=True)
            return batch
        if batch.state not in (State.WAITING, State.MAPPING, State.PREVIEW, State.FAILED):
            raise WrongStep("This import is finished. It can be undone.")
        batch.state = State.CANCELLED
        batch.save()
        dialects.current().drop(batch.pk)
    return batch


def fail_batch(*, actor: Actor, batch_id: int, message: str) -> Batch:
    """
    End an import that will not go on, and say why on it; one that was stored, or is being worked on, stays as it is.

    :param message: why, for whoever looks at it later
    """
    batch = _own(actor, batch_id)
    if batch.state in (State.WAITING, State.MAPPING, State.PREVIEW):
        stop(batch, State.FAILED, message)
    return batch


def undo_batch(*, actor: Actor, batch_id: int, keep_edited: bool = False, now: datetime) -> Batch:
    """
    Take a whole import back: every table is as it was before.

    :param keep_edited: leave the people, units, inquiries and goals that were worked on since, or have left the actor's
        part of the organisation, and take back the rest
    :raises TooLate: it was imported more than `UNDO_DAYS` ago
    :raises UndoBlocked: something was worked on since; it says what, and by whom
    """
    batch = _own(actor, batch_id)
    with working(batch, State.DONE):
        if batch.published_at is None or now - batch.published_at > timedelta(days=UNDO_DAYS):
            raise TooLate(f"This was imported more than {UNDO_DAYS} days ago and cannot be undone.")
        with transaction.atomic():
            found = since.look(actor, batch.pk, publishing.all_tables())
            if found and not keep_edited:
                blockers = since.blockers(actor, found, batch.published_at)
                merges = since.merges(actor, batch.pk, batch.published_at)
                raise UndoBlocked(blockers, found.gone, merges, elsewhere=any(found.elsewhere.values()))
            written = routing_queries.addresses(actor, since.changed_inquiries(batch.pk), waiting=False)
            touched, unsent = take_back(batch.pk, found)
            routing.route_changed(actor=actor, before=written, now=now)
            routing.route_inquiries(actor=actor, among=unsent, now=now)
            kept = sum(map(len, found.kept.values()))
            batch.state, batch.undone_at, batch.result = State.UNDONE, now, {**batch.result, "kept": kept}
            batch.save()
            _trace(actor, batch, "transfer.import.undone", now, rows=touched, kept=kept)
    return batch


def forget_old_changes(*, now: datetime) -> int:
    """Forget what undo would need of imports that can no longer be undone, and return how many entries that were."""
    old = now - timedelta(days=UNDO_DAYS)
    count, _ = Change.objects.filter(batch__published_at__lt=old).delete()
    return count


def _is_writable(text: str) -> bool:
    """Say whether a database can hold a text; the name of a file may hold bytes that are no letters."""
    try:
        return "\0" not in text and bool(text.encode())
    except UnicodeEncodeError:
        return False


def _match(stage: Stage, context: Context, progress: Progress) -> dict[str, Any]:
    state = _state(context)
    stage.note("state", None)
    match(stage, context, progress.step)
    problems.name_columns(stage, stage.noted("headers") or {})
    stage.note("state", state)
    return make_result(stage, context)


def _state(context: Context) -> list[Any]:
    """Return what a preview holds for: the database as it is, the day, where one may import that day, what one may see and do."""
    places = [None if units_in is None else sorted(units_in) for units_in in (context.scope, context.edits)]
    return [*database_state(), context.today.isoformat(), *places, sorted(context.hides | context.lacks)]


def _own(actor: Actor, batch_id: int) -> Batch:
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or not (actor.has_whole(PERMISSION) or (actor.may(PERMISSION) and _started(actor, batch))):
        raise WrongStep(f"There is no import {batch_id}.")
    return batch


def _started(actor: Actor, batch: Batch) -> bool:
    return actor.user_id is not None and batch.started_by_id == actor.user_id


def _context(actor: Actor, batch: Batch, now: datetime) -> Context:
    today = timezone.localdate(now)
    return make_context(actor, today=today, source=batch.source, is_sheet=bool(batch.mapping.get("sheet")))


def _open(batch: Batch) -> Source:
    return open_source(Path(batch.path), batch.name, custom_labels())


def _trace(actor: Actor, batch: Batch, action: str, now: datetime, **details: object) -> None:
    counts: dict[str, Any] = {kind: count for kind, count in batch.result.items() if isinstance(count, dict)}
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=batch,
        now=now,
        name=batch.name,
        counts=counts,
    )

"""What the page of one import says of its batch."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import timezone

from muster.core.sheets.fields import fields_of, label_of
from muster.core.sheets.guess import CUSTOM, IGNORE
from muster.transfer.engine import rejected
from muster.transfer.engine.lock import is_held
from muster.transfer.engine.tables import KINDS
from muster.transfer.models import Batch

UNDO_DAYS = 30
WAITS = "Waiting for its turn"
PROBLEMS_SHOWN = 100
SURE = 0.7
RUNNING = {Batch.State.WAITING, Batch.State.READING, Batch.State.PUBLISHING, Batch.State.UNDOING}
WORKED_ON = {Batch.State.READING, Batch.State.PUBLISHING, Batch.State.UNDOING}
STEP_NUMBERS = {"WAITING": 1, "READING": 1, "MAPPING": 2, "PREVIEW": 3, "PUBLISHING": 4, "DONE": 5}


def rejected_file(batch: Batch) -> Path | None:
    """Return the CSV file of the rows that were left out, or None where there is none."""
    path = rejected.path_of(batch.pk)
    return path if path.exists() else None


@dataclass(frozen=True, slots=True)
class KindCounts:
    label: str
    created: int
    updated: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    kind: str
    header: str
    field: str
    samples: tuple[str, ...]
    unsure: bool


class ImportPage:
    """
    What the page of one import says; no query.

    :ivar died: it was being worked on by a process that is gone
    :ivar may_merge: it leads on to the possible duplicates it found
    """

    def __init__(self, batch: Batch, *, now: datetime, died: bool = False, may_merge: bool = False) -> None:
        self.batch = batch
        self.died = died
        self.now = now
        self.may_merge = may_merge
        self.result: dict[str, Any] = batch.result or {}

    @property
    def running(self) -> bool:
        return not self.died and (self.batch.state in RUNNING or self.batch.progress.get("step") == WAITS)

    @property
    def is_done(self) -> bool:
        return self.batch.state in (Batch.State.DONE, Batch.State.UNDONE)

    @property
    def asks_columns(self) -> bool:
        return self.batch.state == Batch.State.MAPPING and not self.running

    @property
    def can_cancel(self) -> bool:
        return self.batch.state in (Batch.State.WAITING, Batch.State.READING) and not self.batch.cancel_requested

    @property
    def can_publish(self) -> bool:
        return self.batch.state == Batch.State.PREVIEW and not self.running

    @property
    def undo_until(self) -> date | None:
        moment = self.batch.published_at
        return timezone.localdate(moment + timedelta(days=UNDO_DAYS)) if moment else None

    @property
    def can_undo(self) -> bool:
        moment = self.batch.published_at
        return (
            self.batch.state == Batch.State.DONE
            and moment is not None
            and self.now < moment + timedelta(days=UNDO_DAYS)
        )

    @property
    def step_number(self) -> int:
        return STEP_NUMBERS.get(self.batch.state, 0)

    @property
    def message(self) -> str:
        return str(self.result.get("message", "")) if self.batch.state == Batch.State.FAILED else ""

    @property
    def note(self) -> str:
        """Return what became of a step that broke off, until it is taken up again."""
        if self.died:
            return (
                "It broke off before its end. Nothing was stored. It will be taken up again, or you can start it anew."
            )
        return str(self.batch.progress.get("note", ""))

    @property
    def sentence(self) -> str:
        if self.died:
            return "This import broke off"
        people = self.result.get("people") or {}
        created, updated = people.get("created", 0), people.get("updated", 0)
        new = f"{created:,} {'person' if created == 1 else 'people'}"
        match self.batch.state:
            case Batch.State.MAPPING:
                return "What does each column hold?"
            case Batch.State.PREVIEW:
                return f"{new} would be added, {updated:,} changed"
            case Batch.State.DONE:
                return f"{new} added, {updated:,} changed"
            case Batch.State.FAILED:
                return "Nothing was imported"
            case Batch.State.CANCELLED:
                return "This import was not carried out"
            case Batch.State.UNDONE:
                return "This import was taken back"
        return "One moment"

    @property
    def step(self) -> str:
        return str(self.batch.progress.get("step") or WAITS)

    @property
    def done(self) -> int:
        return int(self.batch.progress.get("done", 0))

    @property
    def total(self) -> int:
        return int(self.batch.progress.get("total", 0))

    @property
    def rate_text(self) -> str:
        if self.batch.cancel_requested and self.running:
            return "Stopping …"
        rate = self.batch.progress.get("rate")
        if not rate:
            return ""
        left = max(0, self.total - self.done) / rate
        return f"{rate:,.0f} rows a second, about {left:,.0f} s to go"

    @property
    def system(self) -> str:
        return str(self.batch.mapping.get("system") or "")

    @property
    def columns(self) -> list[ColumnChoice]:
        """Return the columns to confirm: all of a sheet, of a folder only those that are not known."""
        all_of_them = self.batch.mapping.get("sheet", True)
        return [
            ColumnChoice(one["kind"], one["header"], one["field"], tuple(one["samples"]), one["confidence"] < SURE)
            for one in self.batch.mapping.get("columns", [])
            if all_of_them or one["confidence"] < SURE
        ]

    @property
    def mapping_form(self) -> dict[str, Any]:
        """Return what `MappingForm` needs."""
        special = [(CUSTOM, "Keep as a field of our own"), (IGNORE, "Leave out")]
        columns = self.columns
        offered = {kind: [*((f, label_of(f)) for f in fields_of(kind)), *special] for kind in {c.kind for c in columns}}
        return {
            "headers": [column.header for column in columns],
            "choices": [offered[column.kind] for column in columns],
            "guesses": [column.field for column in columns],
        }

    @property
    def kinds(self) -> list[KindCounts]:
        """Return the counts of every kind the file speaks of."""
        found = []
        for kind in KINDS:
            counts = self.result.get(kind)
            if counts and any(counts.values()):
                label = kind.capitalize()
                found.append(
                    KindCounts(label, counts["created"], counts["updated"], counts["unchanged"], counts["rejected"])
                )
        return found

    @property
    def changed_fields(self) -> list[dict[str, str]]:
        changed = self.result.get("changed_fields") or {}
        return [
            {"label": f"{kind}: {field}".replace("_", " ").capitalize(), "text": f"changes in {count:,} rows"}
            for kind, fields in changed.items()
            for field, count in fields.items()
        ]

    @property
    def warnings(self) -> list[str]:
        return list(self.result.get("warnings") or [])

    @property
    def possible_duplicates(self) -> int:
        return int(self.result.get("possible_duplicates") or 0)

    @property
    def duplicates_url(self) -> str:
        """Return where the pairs that this import found are decided, '' for who may not or where there are none yet."""
        if not self.may_merge or self.batch.state != Batch.State.DONE:
            return ""
        return reverse("merging:duplicate_list", query={"batch": self.batch.pk})

    @property
    def problems(self) -> list[dict[str, Any]]:
        return list(self.result.get("problems") or [])[:PROBLEMS_SHOWN]

    @property
    def more_problems(self) -> int:
        return max(0, int(self.result.get("problem_count") or 0) - len(self.problems))

    @property
    def has_rejected(self) -> bool:
        return rejected_file(self.batch) is not None


def import_page(batch: Batch, *, now: datetime, may_merge: bool) -> ImportPage:
    """Return what the page of one import says; at most one query, where it seems to be worked on."""
    worked_on = batch.state in WORKED_ON
    died = worked_on and not is_held() and _is_still(batch)
    return ImportPage(batch, now=now, died=died, may_merge=may_merge)


def _is_still(batch: Batch) -> bool:
    """Say whether the batch stands as it stood: it may have ended since it was read."""
    return Batch.objects.filter(pk=batch.pk, state=batch.state).exists()

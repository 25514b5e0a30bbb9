"""From files to staging tables: chunk by chunk, so that memory does not grow with the file."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from muster.core.refs import new_refs
from muster.core.sheets.assemble import Assembler, Canonical
from muster.core.sheets.problems import SheetProblem
from muster.core.sheets.tables import Chunk, Table
from muster.transfer.engine.stage import Stage, finish
from muster.transfer.engine.tables import COLUMNS, KINDS, SPELLS

_REF_PREFIX = {"people": "MP", "units": "MU", "inquiries": "MI"}
# (what is being done, rows done, rows in all); raises to stop.
Tick = Callable[[str, int, int], None]


@dataclass
class Reader:
    """
    Reads tables one after the other into one staging area.

    :ivar custom_keys: header → key of the own field it is kept as
    :ivar is_sheet: one sheet of a person's own making, not an exchange folder: an odd e-mail does not cost the whole row
    """

    stage: Stage
    tick: Tick
    is_sheet: bool
    total: int
    custom_keys: Mapping[str, str]
    done: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    unread: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    guessed_from: int = 0

    def read(
        self,
        kind: str,
        table: Table,
        assembler: Assembler,
        mapping: Mapping[str, str],
        today: str,
        problems: Sequence[SheetProblem] = (),
    ) -> None:
        """Stage every record of one table; `problems` are those of whole columns."""
        self._add(kind, [(0, problem, 0) for problem in problems])
        for chunk in table.chunks():
            canonical = assembler.assemble(chunk)
            with self.stage.dialect.together():
                self._unreadable(kind, chunk)
                numbers = self._stage_chunk(kind, canonical, today)
                self._problems(kind, canonical, numbers, mapping)
            self.done += len(chunk.rows) + len(chunk.rejected)
            self.tick(f"Reading {table.name}", self.done, self.total)

    def finish(self) -> None:
        """Make the staged rows quick to look up; call once, after the last table."""
        finish(self.stage, *KINDS)
        self.stage.note("unread", self.unread)
        self.stage.note("guessed_from", self.guessed_from)

    def _stage_chunk(self, kind: str, canonical: Canonical, today: str) -> dict[str, dict[int, int]]:
        rows = list(canonical.rows)
        main = self._numbers(kind, len(rows))
        numbers = {kind: dict(zip(rows, main, strict=True))} if canonical.problems else {}
        for name, columns in canonical.tables.items():
            if name == kind:
                self._load(name, main, rows, columns, canonical, None)
                continue
            # Only some records say something of this kind.
            if name not in _KEYS:
                continue
            chosen = [place for place, cell in enumerate(columns[_KEYS[name]]) if cell]
            if not chosen:
                continue
            picked = {column: [cells[place] for place in chosen] for column, cells in columns.items()}
            picked_rows = [rows[place] for place in chosen]
            own = self._numbers(name, len(chosen))
            numbers[name] = dict(zip(picked_rows, own, strict=True))
            self._load(name, own, picked_rows, self._dated(name, picked, today), canonical, [main[p] for p in chosen])
        return numbers

    def _numbers(self, kind: str, count: int) -> range:
        start = self.counts[kind] + 1
        self.counts[kind] += count
        return range(start, start + count)

    def _dated(self, kind: str, columns: dict[str, list[str]], today: str) -> dict[str, list[str]]:
        if kind not in SPELLS:
            return columns
        if kind == "placements":
            # A sheet names one unit; whether it is the primary one depends on the others there are.
            columns = {**columns, "primary": [""] * len(columns["unit"])}
        begins = columns.get("from") or [""] * len(columns[next(iter(columns))])
        guessed = [0 if day else 1 for day in begins]
        self.guessed_from += sum(guessed)
        return {**columns, "from": [day or today for day in begins], "guessed_from": guessed}  # type: ignore[dict-item]

    def _load(
        self,
        kind: str,
        numbers: range,
        rows: Sequence[int],
        columns: Mapping[str, Sequence[str]],
        canonical: Canonical,
        person_n: Sequence[int] | None,
    ) -> None:
        count = len(rows)
        staged: dict[str, Sequence[object]] = {"n": numbers, "row_number": rows}
        for column in COLUMNS[kind]:
            cells = columns.get(column.name)
            if cells is not None:
                staged[column.staged] = _moments(cells) if column.type in ("moment", "case") else cells
        if kind in _REF_PREFIX:
            staged["ref"] = new_refs(_REF_PREFIX[kind], count)
        if kind == "people":
            staged |= _keys(columns, count)
            if canonical.custom:
                staged["custom"] = _custom(
                    {self.custom_keys[header]: cells for header, cells in canonical.custom.items()}, count
                )
        if person_n is not None:
            staged["person_n"] = person_n
            staged["guessed_from"] = columns["guessed_from"] if kind in SPELLS else [0] * count
        self.stage.load(kind, list(staged), list(staged.values()))

    def _unreadable(self, kind: str, chunk: Chunk) -> None:
        self.unread[kind] += len(chunk.rejected)
        self._add(kind, [(0, problem, 1) for problem in chunk.problems])

    def _problems(
        self, kind: str, canonical: Canonical, numbers: Mapping[str, Mapping[int, int]], mapping: Mapping[str, str]
    ) -> None:
        found: dict[str, list[tuple[int, SheetProblem, int]]] = {}
        for problem in canonical.problems:
            name, row = mapping.get(problem.column, ""), problem.row or 0
            owners = [owner for owner in self._owners(kind, name) if row in numbers.get(owner, {})]
            for owner in owners or [kind]:
                rejects = int(owner in owners and self._rejects(owner, name))
                found.setdefault(owner, []).append((numbers.get(owner, {}).get(row, 0), problem, rejects))
        for owner, problems in found.items():
            self._add(owner, problems)

    def _owners(self, kind: str, name: str) -> tuple[str, ...]:
        """Say which tables a column belongs to: a person's row of a sheet speaks of memberships and units too."""
        return _FIELD_OWNERS.get(name, (kind,)) if self.is_sheet and kind == "people" else (kind,)

    def _rejects(self, owner: str, name: str) -> bool:
        """
        Say whether a cell that cannot be read costs the whole row.

        It does not for a phone number, which is kept as it stands, nor in a sheet for what a person can do without.
        """
        if name == "phone" or (self.is_sheet and name == "standing"):
            return False
        return not self.is_sheet or owner != "people" or name.startswith(_STRICT)

    def _add(self, kind: str, found: Iterable[tuple[int, SheetProblem, int]]) -> None:
        columns = list(
            zip(
                *(
                    (kind, n, p.row or 0, p.column, p.value, p.message, p.expected, rejects, "read")
                    for n, p, rejects in found
                ),
                strict=True,
            )
        )
        if columns:
            self.stage.load("problems", PROBLEM_COLUMNS, columns)


PROBLEM_COLUMNS = ("kind", "n", "row_number", "col", "value", "message", "expected", "rejects", "phase")
# What else a sheet of people speaks of → the column without which a record says nothing of it.
_KEYS = {"standings": "standing", "placements": "unit", "roles": "role", "qualifications": "qualification"}
_FIELD_OWNERS: Mapping[str, tuple[str, ...]] = {
    "standing": ("standings",),
    "joined_on": ("standings", "placements"),
    "left_on": ("standings", "placements"),
    "expires_on": ("standings", "placements"),
    "unit": ("placements",),
    "unit_name": ("placements",),
    "role": ("roles",),
    "qualification": ("qualifications",),
}
# Without these one cannot tell people apart.
_STRICT = ("person", "birth", "given", "family", "middle", "full")


def _keys(columns: Mapping[str, Sequence[str]], count: int) -> dict[str, Sequence[object]]:
    empty = [""] * count
    return {name: columns.get(name, empty) for name in ("name_key", "email_key", "phone_e164")}


def _custom(fields: Mapping[str, Sequence[str]], count: int) -> list[str]:
    return [
        json.dumps({key: cells[place] for key, cells in fields.items() if cells[place]}, ensure_ascii=False)
        for place in range(count)
    ]


def _moments(cells: Sequence[str]) -> list[str]:
    """Return moments in UTC without a zone, as both databases compare them; a bare day begins at midnight."""
    return [cell and _moment(cell) for cell in cells]


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(sep=" ")

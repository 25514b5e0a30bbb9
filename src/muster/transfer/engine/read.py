"""From files to staging tables: chunk by chunk, so that memory does not grow with the file."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from muster.core.refs import new_refs
from muster.core.sheets.assemble import Assembler, Canonical
from muster.core.sheets.problems import SheetProblem
from muster.core.sheets.tables import Chunk, Table
from muster.core.sheets.values.contacts import email_key
from muster.core.sheets.values.names import bare_keys
from muster.transfer.engine.stage import Stage, finish
from muster.transfer.engine.tables import COLUMNS, KINDS, SPELLS

_REF_PREFIX = {"people": "MP", "units": "MU", "inquiries": "MI"}
# (what is being done, rows done, rows in all); raises to stop.
Tick = Callable[[str, int, int], None]


@dataclass
class Reader:
    """
    Reads tables one after the other into one staging area.

    :ivar is_sheet: one sheet of a person's own making, not an exchange folder: an odd e-mail does not cost the whole row
    """

    stage: Stage
    tick: Tick
    is_sheet: bool
    total: int
    done: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    unread: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    guessed_from: int = 0

    def read(self, kind: str, table: Table, assembler: Assembler, mapping: Mapping[str, str], today: str) -> None:
        """Stage every record of one table."""
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
            key = COLUMNS[name][1].staged if name in SPELLS else COLUMNS[name][0].staged
            chosen = [place for place, cell in enumerate(columns[key]) if cell]
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
                staged[column.staged] = _moments(cells) if column.type == "moment" else cells
        if kind in _REF_PREFIX:
            staged["ref"] = new_refs(_REF_PREFIX[kind], count)
        if kind == "people":
            staged |= _keys(columns, count)
            if canonical.custom:
                staged["custom"] = _custom(canonical.custom, count)
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
        found = []
        for problem in canonical.problems:
            owner, rejects = self._owner(kind, mapping.get(problem.column, ""))
            n = numbers.get(owner, {}).get(problem.row or 0)
            if n is None:
                owner, n = kind, numbers[kind].get(problem.row or 0, 0)
            found.append((owner, n, problem, rejects))
        for owner in {owner for owner, *_ in found}:
            self._add(owner, [(n, problem, rejects) for of, n, problem, rejects in found if of == owner])

    def _owner(self, kind: str, field_name: str) -> tuple[str, int]:
        """Say which table a column belongs to, and whether a bad cell in it costs the row."""
        if not self.is_sheet:
            return kind, 1
        owner = FIELD_OWNERS.get(field_name, kind)
        return owner, int(owner != "people" or field_name.startswith(("birth", "person", "given", "family", "name")))

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
FIELD_OWNERS: Mapping[str, str] = {}


def _keys(columns: Mapping[str, Sequence[str]], count: int) -> dict[str, Sequence[object]]:
    empty = [""] * count
    given = bare_keys(columns.get("given_name", empty))
    family = bare_keys(columns.get("family_name", empty))
    return {
        "name_key": [f"{a} {b}" if a and b else a or b for a, b in zip(given, family, strict=True)],
        "email_key": list(map(email_key, columns.get("email", empty))),
        # The reader has put every number into E.164 already.
        "phone_e164": columns.get("phone", empty),
    }


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

"""Matching and rules of units: a tree of a few thousand at most, so plain Python over all of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.access.permissions import PERMISSIONS
from muster.core.sheets.values.names import bare_key
from muster.transfer.engine.context import EDIT, Context
from muster.transfer.engine.problems import EXPECTED_UNIT, NO_SUCH_UNIT, Problem, add
from muster.transfer.engine.stage import CREATE, MERGED, REJECTED, SAME, UPDATE, Stage
from muster.transfer.engine.tables import UNITS
from muster.units import queries as units

MOST_UNITS = 100_000
_COMPARED = tuple(column for column in UNITS if column.target)
_NO_PARENT = "A unit without a parent is the top of the organisation, and there is one already."
_CYCLE = "The parents of this unit lead back to itself."
_IN_REJECTED = "The row of its parent was rejected."
_NOT_HERE = "Your role does not let you open or change units here."


@dataclass(slots=True)
class StagedUnit:
    """A row of units.csv and what becomes of it."""

    n: int
    row: int
    cells: dict[str, str]
    id: int
    fate: str = CREATE
    parent_id: int | None = None
    kind_id: int | None = None
    changed: list[str] = field(default_factory=list)


@dataclass
class Register:
    """The units there are, as far as the actor may import into them."""

    by_id: dict[int, Any]
    by_identifier: dict[str, int]
    named_elsewhere: frozenset[int]
    root_id: int | None
    kinds: dict[str, int]


def load_register(context: Context) -> Register:
    """Read every unit with its identifiers; three queries."""
    every = {unit.pk: unit for unit in units.units()}
    seen = every if context.scope is None else {pk: unit for pk, unit in every.items() if pk in context.scope}
    identifiers: dict[str, int] = {}
    named = set()
    for source in reversed(context.sources):
        for other in units.external_ids(every):
            named.add(other.unit_id)
            if other.source == source and other.unit_id in seen:
                identifiers[other.value] = other.unit_id
    identifiers |= {unit.ref: pk for pk, unit in seen.items()}
    root = next((pk for pk, unit in every.items() if unit.parent_id is None), None)
    kinds = {kind.code: kind.pk for kind in units.kinds()}
    return Register(seen, identifiers, frozenset(named), root, kinds)


class UnitMatcher:
    """Decides what becomes of every staged unit."""

    def __init__(self, stage: Stage, context: Context) -> None:
        self.stage = stage
        self.context = context
        self.register = load_register(context)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.staged: dict[int, StagedUnit] = {}
        self.in_file: dict[str, StagedUnit] = {}
        # Units that are here and stay as they are, as the actor may not change them: what stands in them comes in.
        self.untouched: set[int] = set()

    def match(self) -> None:
        """Read the staged units, decide, and store what was decided beside them."""
        self._read()
        self._find_twice()
        self._identify()
        self._check_cells()
        self._find_parents()
        self._check_places()
        self._check_cycles()
        self._reject_below_rejected()
        self._compare()
        self._check_rights()
        self._store()

    def _read(self) -> None:
        names = [column.staged for column in UNITS]
        rows = self.stage.rows("SELECT n, row_number, {names} FROM {s}units ORDER BY n", names=", ".join(names))
        bad = {n for (n,) in self.stage.rows("SELECT n FROM {s}problems WHERE kind = 'units' AND rejects = 1")}
        for n, row, *cells in rows:
            fate = REJECTED if n in bad else CREATE
            self.staged[n] = StagedUnit(n, row, dict(zip(names, cells, strict=True)), -n, fate)
        for unit in list(self.staged.values())[MOST_UNITS:]:
            self._reject(unit, "", f"More than {MOST_UNITS:,} units cannot be imported at once.")

    def _reject(self, unit: StagedUnit, column: str, message: str, expected: str = "") -> None:
        unit.fate = REJECTED
        value = unit.cells.get(column, "")[:80]
        self.problems.append(Problem("units", unit.n, unit.row, column, value, message, expected))

    def _standing(self) -> list[StagedUnit]:
        return [unit for unit in self.staged.values() if unit.fate not in (REJECTED, MERGED)]

    def _find_twice(self) -> None:
        for unit in self.staged.values():
            key = unit.cells["unit"]
            first = self.in_file.setdefault(key, unit) if key else unit
            if first is unit:
                continue
            if first.cells == unit.cells:
                unit.fate, unit.id = MERGED, first.id
            elif unit.fate != REJECTED:
                self._reject(unit, "unit", f"This unit already stands in row {first.row}, and differently.")

    def _identify(self) -> None:
        for unit in self._standing():
            unit.id = self.register.by_identifier.get(unit.cells["unit"], -unit.n)
        tops = [unit for unit in self._standing() if not unit.cells["parent"] and unit.cells["kind"] == "organisation"]
        root = self.register.root_id
        nameless = root is not None and root in self.register.by_id and root not in self.register.named_elsewhere
        if len(tops) == 1 and tops[0].id < 0 and nameless and root is not None:
            tops[0].id = root

    def _check_cells(self) -> None:
        for unit in self._standing():
            cells = unit.cells
            for column in ("unit",) if unit.id > 0 else ("unit", "name", "kind"):
                if not cells[column] and unit.fate != REJECTED:
                    self._reject(unit, column, "This cell is empty.", f"the {column} of the unit")
            unit.kind_id = self.register.kinds.get(cells["kind"])
            if cells["kind"] and unit.kind_id is None and unit.fate != REJECTED:
                known = ", ".join(self.register.kinds)
                self._reject(unit, "kind", "There is no such kind of unit.", f"one of {known}")
            opened, closed = cells["opened_on"], cells["closed_on"]
            if opened and closed and closed < opened and unit.fate != REJECTED:
                self._reject(unit, "closed_on", "It closes before it opens.", f"a day from {opened} on")

    def _find_parents(self) -> None:
        tops = 0
        for unit in self._standing():
            parent = unit.cells["parent"]
            stored = self.register.by_id.get(unit.id)
            if parent:
                other = self.in_file.get(parent)
                found = other.id if other is not None else self.register.by_identifier.get(parent)
                if found is None and stored is not None and stored.parent_id not in self.register.by_id:
                    # One's own top unit: what stands above it is out of reach and stays as it is.
                    found = stored.parent_id
                if found is None and (stored is None or stored.parent_id is not None):
                    self._reject(unit, "parent", NO_SUCH_UNIT, EXPECTED_UNIT)
                elif stored is not None and stored.parent_id is None:
                    self._reject(unit, "parent", "This unit is the top of the organisation and has no parent.")
                unit.parent_id = found
            elif stored is not None:
                unit.parent_id = stored.parent_id
            elif unit is self._below_root():
                unit.parent_id = self.register.root_id
            elif self.register.root_id is not None or tops:
                self._reject(unit, "parent", _NO_PARENT, "the id of the unit above it")
            else:
                tops += 1

    def _below_root(self) -> StagedUnit | None:
        """A part of an organisation, as it is exported, has one top that is none of the whole: it comes below the root."""
        tops = [unit for unit in self._standing() if not unit.cells["parent"] and unit.id < 0]
        alone = len(tops) == 1 and tops[0].cells["kind"] != "organisation"
        return tops[0] if alone and self.register.root_id in self.register.by_id else None

    def _check_places(self) -> None:
        """Reject what lies outside the units one may import into, in the words for a unit that does not exist."""
        if self.context.scope is None:
            return
        for unit in self._standing():
            if unit.id < 0 and unit.parent_id is None:
                self._reject(unit, "parent", NO_SUCH_UNIT, EXPECTED_UNIT)

    def _check_cycles(self) -> None:
        parents: dict[int, int | None] = {pk: unit.parent_id for pk, unit in self.register.by_id.items()}
        parents |= {unit.id: unit.parent_id for unit in self._standing()}
        for unit in self._standing():
            step, seen = unit.parent_id, {unit.id}
            while step is not None and step not in seen:
                seen.add(step)
                step = parents.get(step)
            if step == unit.id:
                self._reject(unit, "parent", _CYCLE, "a unit that is not below this one")

    def _reject_below_rejected(self) -> None:
        again = True
        while again:
            again = False
            gone = {unit.id for unit in self.staged.values() if unit.fate == REJECTED and unit.id < 0}
            for unit in self._standing():
                if unit.parent_id in gone:
                    self._reject(unit, "parent", _IN_REJECTED)
                    again = True

    def _compare(self) -> None:
        for unit in self._standing():
            stored = self.register.by_id.get(unit.id)
            if stored is None:
                continue
            for column in _COMPARED:
                cell = unit.cells[column.staged]
                if cell and not _is_same(cell, getattr(stored, column.target)):
                    unit.changed.append(column.name)
            if unit.kind_id is not None and unit.kind_id != stored.kind_id:
                unit.changed.append("kind")
            if unit.parent_id != stored.parent_id:
                unit.changed.append("parent")
            if unit.cells["unit"] not in self.register.by_identifier:
                unit.changed.append("unit")
            unit.kind_id = unit.kind_id or stored.kind_id
            unit.fate = UPDATE if unit.changed else SAME

    def _check_rights(self) -> None:
        """Reject what the pages would refuse: as there, it takes the right in the unit, and where it goes and comes from."""
        if self.context.edits is None:
            return
        for unit in self._standing():
            stored = self.register.by_id.get(unit.id)
            touched = {unit.parent_id} if stored is None else {unit.id}
            if stored is not None and "parent" in unit.changed:
                touched |= {unit.parent_id, stored.parent_id}
            if unit.fate != SAME and not {self._stored_above(pk) for pk in touched} <= self.context.edits:
                self._reject(unit, "unit", _NOT_HERE, f"the right to {PERMISSIONS[EDIT]}")
                self.untouched |= {unit.id} if stored is not None else set()

    def _stored_above(self, pk: int | None) -> int | None:
        """Return the unit itself, or of one that is new the first above it that is not: rights reach down the tree."""
        while pk is not None and pk < 0:
            pk = self.staged[-pk].parent_id
        return pk

    def _store(self) -> None:
        add(self.stage, self.problems)
        rows = [(unit.n, unit.id, unit.parent_id or 0, unit.kind_id or 0, unit.fate) for unit in self.staged.values()]
        keys = {identifier: (pk, 0) for identifier, pk in self.register.by_identifier.items()}
        keys |= {
            key: (0 if unit.fate == REJECTED and unit.id not in self.untouched else unit.id, unit.n)
            for key, unit in self.in_file.items()
        }
        if self.context.is_sheet:
            keys |= {text: (pk, 0) for text, pk in self._named(keys).items()}
        with self.stage.dialect.together():
            _load(self.stage, "units_x", ("n", "id", "parent_id", "kind_id", "fate"), rows)
            _load(self.stage, "unit_key", ("unit", "unit_id", "n"), [(key, *ids) for key, ids in keys.items()])

    def _named(self, keys: Mapping[str, tuple[int, int]]) -> dict[str, int]:
        """Find units that a sheet calls by their name, where only one has that name."""
        names: dict[str, list[int]] = {}
        for pk, unit in self.register.by_id.items():
            names.setdefault(bare_key(unit.name), []).append(pk)
        found = {}
        for kind in ("placements", "roles", "goals"):
            for (text,) in self.stage.stream("SELECT DISTINCT unit FROM {s}{kind}", kind=kind):
                same = names.get(bare_key(text), [])
                if text not in keys and len(same) == 1:
                    found[text] = same[0]
        return found


def _load(stage: Stage, table: str, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    stage.load(table, names, list(zip(*rows, strict=True)))


def _is_same(cell: str, stored: object) -> bool:
    return float(cell) == stored if isinstance(stored, float) else cell == ("" if stored is None else str(stored))

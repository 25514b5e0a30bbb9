"""Matching, rules and writing of rows of units, which go the same way whatever they say."""

from collections.abc import Callable, Mapping

from muster.access.permissions import PERMISSIONS
from muster.contacts.services.meetings import MOST_PEOPLE
from muster.transfer.engine import writing
from muster.transfer.engine.compare import changed_when
from muster.transfer.engine.context import Context
from muster.transfer.engine.problems import (
    EXPECTED_UNIT,
    NO_SUCH_UNIT,
    NOT_YOURS,
    UNIT_REJECTED,
    add_where,
    reject,
    require_cells,
)
from muster.transfer.engine.stage import Stage, finish
from muster.transfer.engine.tables import choices
from muster.transfer.engine.twice import take_once
from muster.transfer.engine.unit_kinds import NOW, UNIT, UNIT_ROWS, ZERO, UnitRows
from muster.transfer.engine.writing import Numbers

_MATCH = (
    "UPDATE {s}{kind}_x AS x SET id = m.id, fate = CASE WHEN {changed} THEN 'U' ELSE 'S' END"
    " FROM {s}{kind} t, {table} m WHERE t.n = x.n AND x.fate = 'C' AND m.unit_id = x.unit_id AND {same}"
)


def match(stage: Stage, context: Context, rows: UnitRows) -> None:
    """Decide every row of one of these files: the same when the unit and the key are."""
    kind = rows.kind
    if not stage.count(kind):
        return
    stage.run(
        "INSERT INTO {s}{kind}_x (n, unit_id, fate) SELECT t.n, u.unit_id, 'C' FROM {s}{kind} t"
        " LEFT JOIN {s}unit_key u ON u.unit = t.unit",
        kind=kind,
    )
    finish(stage, f"{kind}_x")
    reject(stage, kind)
    if lacking := sorted(context.lacks.intersection(rows.needs)):
        add_where(stage, kind, UNIT, NOT_YOURS, "true", expected=f"the right to {PERMISSIONS[lacking[0]]}")
        reject(stage, kind)
        return
    require_cells(stage, kind, rows.columns)
    add_where(stage, kind, UNIT, UNIT_REJECTED, "x.unit_id = 0", expected=EXPECTED_UNIT)
    add_where(stage, kind, UNIT, NO_SUCH_UNIT, "x.unit_id IS NULL AND t.unit <> ''", expected=EXPECTED_UNIT)
    _CHECKS[kind](stage, rows)
    if rows.past:
        day = rows.column(rows.past)
        add_where(stage, kind, day, "This day is still to come.", f"t.{day.staged} > %s", [context.today.isoformat()])
    reject(stage, kind)
    # By the unit itself: it may be called by more than one id.
    take_once(stage, kind, UNIT, ["x.unit_id", *(f"t.{column.staged}" for column in rows.key)], rows.changing)
    stage.run(
        _MATCH,
        kind=kind,
        table=rows.table,
        changed=" OR ".join(changed_when(column, "t", "m") for column in rows.changing),
        same=" AND ".join(f"m.{column.target} = {writing.value(stage, column)}" for column in rows.key),
    )


def publish(stage: Stage, rows: UnitRows, numbers: Numbers, now: object) -> None:
    """Write what is to be created or updated of one of these files; call inside the transaction that does the rest."""
    values = {column.target: writing.value(stage, column) for column in (*rows.key, *rows.changing)}
    parameters = []
    for target, begins in rows.begins.items():
        values[target] = "%s" if begins == NOW else f"COALESCE({values[target]}, 0)"
        parameters += [now] if begins == NOW else []
    assert set(rows.begins.values()) <= {NOW, ZERO}
    unit = {"unit_id": numbers.ref("x.unit_id", "units_unit")}
    writing.insert(stage, rows.kind, numbers, {**unit, **values}, parameters)
    writing.update(stage, rows.kind, writing.known(stage, rows.changing))


def _check_goals(stage: Stage, rows: UnitRows) -> None:
    measures = choices(rows.table, "measure")
    known = ", ".join(["%s"] * len(measures))
    measure, due = rows.column("measure"), rows.column("due_on")
    add_where(
        stage, rows.kind, measure, "Nothing of this name is counted.", f"t.measure NOT IN ('', {known})", measures
    )
    early = "t.due_on <> '' AND t.start_on <> '' AND t.due_on <= t.start_on"
    add_where(stage, rows.kind, due, "It is due before it starts.", early)


def _check_kinds(stage: Stage, rows: UnitRows) -> None:
    known = [code for (code,) in stage.rows("SELECT code FROM units_unitkind ORDER BY position, id")]
    marks = ", ".join(["%s"] * len(known))
    message = "There is no such kind of unit."
    expected = f"one of {', '.join(known)}"
    add_where(stage, rows.kind, rows.column("kind"), message, f"t.kind NOT IN ('', {marks})", known, expected=expected)


def _check_meetings(stage: Stage, rows: UnitRows) -> None:
    count = "CAST(NULLIF(t.people, '') AS double precision)"
    wrong = f"t.people <> '' AND ({count} < 1 OR {count} > {MOST_PEOPLE} OR t.people LIKE '%%.%%')"
    add_where(stage, rows.kind, rows.column("people"), f"This is no number from 1 to {MOST_PEOPLE:,}.", wrong)


_CHECKS: Mapping[str, Callable[[Stage, UnitRows], None]] = {
    "goals": _check_goals,
    "unit_kinds": _check_kinds,
    "meetings": _check_meetings,
}
assert set(_CHECKS) == set(UNIT_ROWS)

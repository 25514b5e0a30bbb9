"""What contacts work on, from the staging area into the main tables: cases first, then what became of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from muster.transfer.engine import record, sealed, writing
from muster.transfer.engine.columns import NAMING, Column
from muster.transfer.engine.contact_kinds import APPLIED, CONTACTS, MONTHLY, NOTHING, OPENED, TODAY, ContactKind
from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.writing import Numbers

STAGES = CONTACTS["stages"].table
# A case came to its stage, even where no file says how. Found by the case, not by the stage: each stage has very many.
_CAME_TO_STAGE = (
    "INSERT INTO {table} (id, person_id, case_id, stage_id, changed_at, changed_by_id, before)"
    " SELECT {first} + x.n, m.person_id, m.id, m.stage_id, m.stage_since, NULL, {nothing}"
    " FROM {s}cases_x x JOIN contacts_case m ON m.id = {row} LEFT JOIN {table} g ON g.case_id = m.id"
    " AND +g.stage_id = m.stage_id AND g.changed_at = m.stage_since"
    " WHERE x.fate IN ('C', 'U') AND g.id IS NULL ORDER BY x.n"
)
# When a case came to another stage, where its own row does not say: as its way does, else when it ended, else now.
_CAME = "COALESCE({way}, {ended}, {now})"
_WAY = (
    "(SELECT max(e.at_moment) FROM {s}stages e JOIN {s}stages_x ex ON ex.n = e.n WHERE ex.opened_at_id = x.id"
    " AND ex.stage_id = x.stage_id AND ex.fate <> 'R' AND {at} >= m.stage_since)"
)


def seal(stage: Stage, numbers: Numbers) -> None:
    """Seal what was said, under the ids it will have; anew after each matching."""
    for contact in CONTACTS.values():
        if contact.table in numbers.bases:
            sealed.seal(stage, contact, f"COALESCE(x.id, {numbers.bases[contact.table]} + t.n)")


def publish(stage: Stage, context: Context, numbers: Numbers, now: datetime) -> None:
    """Write everything that is to be created or updated of these tables; call inside the transaction that does the rest."""
    stage.index("stages_x", "opened_at_id")
    for contact in CONTACTS.values():
        # What ends makes room for what begins.
        changes = _changes(stage, contact, numbers)
        if contact.kind == "cases":
            changes["stage_since"] = _stage_since(stage, changes["stage_since"], now)
        writing.update(stage, contact.kind, changes)
        writing.insert(stage, contact.kind, numbers, _new(stage, contact, numbers, context.today.isoformat()))
    _come_to_stages(stage, numbers)


def _new(stage: Stage, contact: ContactKind, numbers: Numbers, today: str) -> dict[str, str]:
    values = {column.target: _value(stage, contact, column, numbers) for column in contact.columns_behind}
    values |= {
        column.target: f"NULLIF({values[column.target]}, '')"
        for column in contact.columns_behind
        if column.type == "choice"
    }
    for target, begins in contact.begins.items():
        expression = _begins(stage, begins, today)
        values[target] = f"COALESCE({values[target]}, {expression})" if target in values else expression
    values["person_id"] = numbers.ref("x.person_id", "people_person")
    return values | ({"version": "1"} if contact.versioned else {})


def _begins(stage: Stage, begins: str, today: str) -> str:
    expressions: Mapping[str, str] = {
        OPENED: stage.dialect.moment("t.opened_at"),
        APPLIED: stage.dialect.moment("t.applied_on || ' 00:00:00'"),
        TODAY: stage.dialect.date(f"'{today}'"),
        MONTHLY: "'month'",
        NOTHING: stage.dialect.json("'{}'"),
    }
    return expressions[begins]


def _changes(stage: Stage, contact: ContactKind, numbers: Numbers) -> dict[str, str]:
    sets = {}
    for column in contact.changing:
        told = f"x.{column.found} IS NOT NULL" if column.type in NAMING else f"t.{column.staged} <> ''"
        sets[column.target] = (
            f"CASE WHEN {told} THEN {_value(stage, contact, column, numbers)} ELSE m.{column.target} END"
        )
    return sets | ({"version": "m.version + 1"} if contact.versioned else {})


def _stage_since(stage: Stage, known: str, now: datetime) -> str:
    """Return the expression for since when a stored case is at its stage; `known`: where that stays, or its row says so."""
    moment = stage.dialect.moment
    came = _CAME.format(
        way=moment(_WAY.format(s=stage.s, at=moment("e.at_moment"))),
        ended=moment("t.closed_at"),
        now=moment(f"'{now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"),
    )
    return f"CASE WHEN t.stage_since = '' AND x.stage_id <> m.stage_id THEN {came} ELSE {known} END"


def _value(stage: Stage, contact: ContactKind, column: Column, numbers: Numbers) -> str:
    if column.type == "sealed":
        return sealed.value(stage, contact.kind, column)
    if column.type == "case":
        return numbers.ref(f"x.{column.found}", CONTACTS["cases"].table)
    return f"x.{column.found}" if column.type in NAMING else writing.value(stage, column)


def _come_to_stages(stage: Stage, numbers: Numbers) -> None:
    cases = CONTACTS["cases"].table
    if cases not in numbers.bases:
        return
    # The last of the numbers that are kept free for stages.
    first = numbers.bases[STAGES] + numbers.counts[STAGES] - numbers.counts[cases]
    stage.run(
        _CAME_TO_STAGE,
        table=STAGES,
        first=first,
        row=f"COALESCE(x.id, {numbers.bases[cases]} + x.n)",
        nothing=stage.dialect.json("'{}'"),
    )
    record.created(stage, STAGES, first, numbers.counts[cases])

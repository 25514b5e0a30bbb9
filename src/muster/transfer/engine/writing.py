"""How rows of a staging table get into a main table, each change written down for undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.transfer.engine import record
from muster.transfer.engine.columns import Column
from muster.transfer.engine.compare import cents, kind_of
from muster.transfer.engine.contact_kinds import CONTACTS
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import SPELLS
from muster.transfer.engine.unit_kinds import UNIT_ROWS

# Kind → the table whose ids its new rows get. Ids of other systems get numbers of their own.
TABLES: Mapping[str, str] = {
    "units": "units_unit",
    "people": "people_person",
    **{kind: spell.table for kind, spell in SPELLS.items()},
    "inquiries": "contacts_inquiry",
    **{kind: rows.table for kind, rows in UNIT_ROWS.items()},
    **{kind: contact.table for kind, contact in CONTACTS.items()},
}


@dataclass(frozen=True)
class Numbers:
    """
    The ids kept free for new rows: the staged row n becomes the row base + n.

    :ivar bases: table → base
    :ivar counts: table → how many ids were kept
    :ivar staying: the base of the ids of inquiries of which a copy stays with people elsewhere
    """

    bases: Mapping[str, int]
    counts: Mapping[str, int]
    staying: int | None = None

    def ref(self, expression: str, table: str) -> str:
        """Return the expression for the id that a staged reference stands for."""
        base = self.bases.get(table, 0)
        return f"(CASE WHEN {expression} < 0 THEN {base} - {expression} ELSE {expression} END)"


def insert(
    stage: Stage, kind: str, numbers: Numbers, values: Mapping[str, str], parameters: Sequence[object] = ()
) -> None:
    table = TABLES[kind]
    if table not in numbers.bases:
        return
    columns = {"id": f"{numbers.bases[table]} + t.n", **values}
    stage.run(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n"
        " WHERE x.fate = 'C' ORDER BY t.n",
        parameters,
        table=table,
        columns=", ".join(f'"{column}"' for column in columns),
        values=", ".join(columns.values()),
        kind=kind,
    )
    record.created(stage, table, numbers.bases[table], numbers.counts[table])


def update(stage: Stage, kind: str, sets: Mapping[str, str], *, also: str = "true") -> None:
    """Change the stored rows `m` of a kind that have the fate of being updated."""
    table = TABLES[kind]
    changed = f"SELECT id FROM {stage.s}{kind}_x x WHERE fate = 'U' AND {also}"
    if not stage.rows(changed + " LIMIT 1"):
        return
    record.before(stage, table, changed)
    stage.run(
        "UPDATE {table} AS m SET {sets} FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n"
        " WHERE x.fate = 'U' AND m.id = x.id AND {also}",
        table=table,
        kind=kind,
        sets=", ".join(f"{column} = {value}" for column, value in sets.items()),
        also=also,
    )
    record.after(stage, table)


def value(stage: Stage, column: Column) -> str:
    """Return the expression that turns a staged cell into what the main table holds."""
    cell = f"t.{column.staged}"
    match column.type:
        case "text":
            return cell
        case "choice":
            return f"CASE WHEN {cell} = '' THEN '{column.blank}' ELSE {cell} END"
        case "count":
            return f"CAST(NULLIF({cell}, '') AS integer)"
        case "unit_kind":
            return kind_of(cell)
        case "cents":
            return cents(cell)
    kinds = {"date": "date", "flag": "flag", "number": "number", "moment": "moment"}
    return str(getattr(stage.dialect, kinds[column.type])(cell))


def known(stage: Stage, columns: Sequence[Column]) -> dict[str, str]:
    """Return what an update sets: the staged value where one is known, else what stands there."""
    return {
        column.target: f"CASE WHEN t.{column.staged} <> '' THEN {value(stage, column)} ELSE m.{column.target} END"
        for column in columns
        if column.target
    }

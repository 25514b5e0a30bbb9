"""What other systems call what an import brings, stored so that it is found when it is sent again."""

from collections.abc import Mapping

from muster.transfer.engine import record
from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage

TABLES: Mapping[str, tuple[str, str, str, str]] = {
    # kind → (table, column of the row, column of the file, beginning of own ids)
    "units": ("units_unitexternalid", "unit_id", "unit", "MU-"),
    "people": ("people_personexternalid", "person_id", "person", "MP-"),
    "inquiries": ("contacts_inquiryexternalid", "inquiry_id", "inquiry", "MI-"),
}


def publish(stage: Stage, context: Context, kind: str, ref: str, base: int, count: int) -> None:
    """
    Write down what the file calls the rows of a kind, each under the first name of its system that is free.

    :param ref: the expression for the id of the stored row
    :param base, count: the ids that are kept free for this
    """
    table, owner, column, own = TABLES[kind]
    # A unit has one id per system; people and inquiries may have had several records there.
    its_own = "e.{owner} = x.id" if kind == "units" else "e.{owner} = x.id AND e.value = t.{column}"
    without = (
        " FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n WHERE x.fate IN ('C', 'U', 'S') AND t.{column} <> ''"
        " AND NOT (COALESCE(x.id, 0) > 0 AND substr(t.{column}, 1, 3) = '{own}')"
        f" AND NOT EXISTS (SELECT 1 FROM {{table}} e WHERE e.source IN ({{marks}}) AND {its_own})"
        " AND NOT EXISTS (SELECT 1 FROM {table} e WHERE e.id = {base} + t.n)"
    )
    parts = {
        "table": table,
        "owner": owner,
        "column": column,
        "own": own,
        "kind": kind,
        "marks": context.marks,
        "base": base,
        "ref": ref,
    }
    for name in context.names:
        stage.run(
            f"INSERT INTO {{table}} (id, {{owner}}, source, value) SELECT {{base}} + t.n, {{ref}}, %s, t.{{column}}{without}"
            " AND NOT EXISTS (SELECT 1 FROM {table} e WHERE e.source = %s AND e.value = t.{column}) ORDER BY t.n",
            [name, *context.sources, name],
            **parts,
        )
        # What others out of sight are called so is nothing to whoever may not see it: the next name is free.
        if name == context.names[-1] or not stage.rows(f"SELECT 1{without} LIMIT 1", context.sources, **parts):
            break
    record.created(stage, table, base, count)

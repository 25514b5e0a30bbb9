"""How a staged cell is compared with what is stored."""

from muster.transfer.engine import dialect as dialects
from muster.transfer.engine.columns import NAMING, Column


def changed_when(column: Column, staged: str, stored: str) -> str:
    """Return the condition that a staged cell is known and differs from what is stored; what lies sealed, `sealed` compares."""
    cell, held = f"{staged}.{column.staged}", f"{stored}.{column.target}"
    if column.type == "case":
        # Two cases of one person may have begun at the same moment.
        same = f"(SELECT k.opened_at FROM contacts_case k WHERE k.id = {held}) = {dialects.current().moment(cell)}"
        return f"(x.{column.found} IS NOT NULL AND NOT COALESCE({same}, false))"
    if column.type in NAMING:
        return f"(x.{column.found} IS NOT NULL AND x.{column.found} <> COALESCE({held}, 0))"
    match column.type:
        case "moment":
            return f"({cell} <> '' AND ({held} IS NULL OR {held} <> {dialects.current().moment(cell)}))"
        case "unit_kind":
            return f"({cell} <> '' AND {held} <> {kind_of(cell)})"
        case "count":
            return f"({cell} <> '' AND {cell} <> CAST({held} AS text))"
        case "cents":
            return f"({cell} <> '' AND {cents(cell)} <> COALESCE({held}, -1))"
        case "date":
            return f"({cell} <> '' AND {cell} <> COALESCE(CAST({held} AS text), ''))"
        case "flag":
            return f"({cell} <> '' AND {cell} <> {flag_text(held)})"
        case "number":
            return f"({cell} <> '' AND CAST({cell} AS double precision) <> COALESCE({held}, 1e300))"
    return f"({cell} <> '' AND {cell} <> COALESCE({held}, ''))"


def flag_text(expression: str) -> str:
    """Return the expression that writes a stored truth value as yes, no or nothing."""
    return f"CASE WHEN {expression} THEN 'yes' WHEN NOT {expression} THEN 'no' ELSE '' END"


def kind_of(cell: str) -> str:
    """Return the expression for the number of the kind of unit that a staged cell names by its code, NULL where it is empty."""
    return f"(SELECT kind.id FROM units_unitkind kind WHERE kind.code = {cell})"


def cents(cell: str) -> str:
    """Return the expression for the hundredths that a staged amount is, NULL where it is empty."""
    return f"CAST(ROUND(CAST(NULLIF({cell}, '') AS double precision) * 100) AS integer)"

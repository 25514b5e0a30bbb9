"""How a staged cell is compared with what is stored."""

from muster.transfer.engine.tables import Column


def changed_when(column: Column, staged: str, stored: str) -> str:
    """Return the condition that a staged cell is known and differs from what is stored."""
    cell, held = f"{staged}.{column.staged}", f"{stored}.{column.target}"
    match column.type:
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

"""How what contacts work on is written: names of what is referred to, and what was said, opened."""

from collections.abc import Sequence
from typing import Any

from muster.contacts.sealed import sealer
from muster.core.sheets.formulas import escape_formula
from muster.transfer.engine.contact_kinds import ContactKind
from muster.transfer.engine.dialect import Finish

# What a cell names → (table that is joined, column with the name).
_NAMES = {
    "stage": ("contacts_stage", "name"),
    "scale": ("contacts_scale", "name"),
    "case": ("contacts_case", "opened_at"),
}


def parts(contact: ContactKind) -> tuple[dict[str, str], str, list[str]]:
    """
    Return column → expression of a row `m` of the main table, what is joined for them, and what `opening` needs beside.

    Whoever did something is named where they go out themselves.
    """
    found, joins = {}, []
    for column in contact.columns_behind:
        alias = f"of_{column.name}"
        if column.type == "account":
            joins.append(f"LEFT JOIN people_person {alias} ON {alias}.user_id = m.{column.target}")
            joins.append(f"LEFT JOIN called_person {alias}_called ON {alias}_called.id = {alias}.id")
            found[column.name] = f"COALESCE({alias}_called.called, '')"
        elif column.type in _NAMES:
            table, name = _NAMES[column.type]
            joins.append(f"JOIN {table} {alias} ON {alias}.id = m.{column.target}")
            found[column.name] = f"{alias}.{name}"
        elif column.type == "sealed":
            found[column.name] = "''"
        elif column.blank:
            found[column.name] = f"CASE WHEN m.{column.target} = '{column.blank}' THEN '' ELSE m.{column.target} END"
    more = ["m.id", *(f"m.{column.target}" for column in contact.sealed)] if contact.sealed else []
    return found, " ".join(joins), more


def opening(contact: ContactKind) -> Finish | None:
    """Return what makes the row of the file out of one whose sealed texts stand behind it; None where none lie sealed."""
    if not contact.sealed:
        return None
    names = [column.name for column in contact.columns]
    places = [(names.index(column.name), sealer(contact.table, column.target)) for column in contact.sealed]

    def opened(row: Sequence[Any]) -> Sequence[Any]:
        cells, pk, texts = list(row[: len(names)]), int(row[len(names)]), row[len(names) + 1 :]
        for (place, by), text in zip(places, texts, strict=True):
            if text:
                cells[place] = escape_formula(by.open(pk, text))
        return cells

    return opened

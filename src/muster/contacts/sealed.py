"""What was said in conversations, about applications and in letters lies sealed (docs/adr/0014), each text bound to its row."""

from django.db.models import Model

from muster.core.sealing import Sealer
from muster.people import private


def seal(row: Model, column: str, text: str) -> str:
    """Return a text as that column of a stored row holds it; '' stays ''."""
    return sealer(row._meta.db_table, column).seal(row.pk, text) if text else ""


def opened(row: Model, column: str) -> str:
    """
    Return what a column of a row says.

    :raises CannotOpen: see `core.sealing`
    """
    text = getattr(row, column)
    return sealer(row._meta.db_table, column).open(row.pk, text) if text else ""


def sealer(table: str, column: str) -> Sealer:
    """Return what seals and opens the texts of a column, for whoever does so with many."""
    return private.sealer(f"{table}:{column}")

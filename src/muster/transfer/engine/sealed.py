"""What was said lies sealed: compared with what a file says and not stored in the open, sealed anew for what is stored."""

from collections.abc import Iterable, Sequence

from muster.contacts.sealed import sealer
from muster.core.sealing import NONCE_AT
from muster.transfer.engine.columns import Column
from muster.transfer.engine.contact_kinds import ContactKind
from muster.transfer.engine.stage import Stage, finish, load_rows

_PAIRS = (
    "SELECT t.n, x.id, t.{staged}, m.{target} FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n"
    " JOIN {table} m ON m.id = x.id WHERE x.fate = 'C' AND x.id > 0 AND t.{staged} <> '' ORDER BY t.n"
)
_TO_STORE = (
    "SELECT t.n, {row}, t.{staged} FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n"
    " WHERE x.fate IN ('C', 'U') AND t.{staged} <> '' ORDER BY t.n"
)


def find_changed(stage: Stage, contact: ContactKind) -> list[str]:
    """Compare what the file says with what lies sealed, and return the conditions that a staged row `t` says something else."""
    conditions = []
    for column in contact.sealed:
        by = sealer(contact.table, column.target)
        parts = {"kind": contact.kind, "table": contact.table, "staged": column.staged, "target": column.target}
        rows = stage.stream(_PAIRS, **parts)
        # The same text in the same row has the same nonce, whichever key it lies under.
        changed = ((n,) for n, pk, text, held in rows if _nonce(by.seal(pk, text)) != _nonce(held))
        name = f"{contact.kind}_{column.name}_differs"
        _fill(stage, name, ("n",), changed)
        conditions.append(f"t.n IN (SELECT n FROM {stage.s}{name})")
    return conditions


def seal(stage: Stage, contact: ContactKind, row: str) -> None:
    """
    Seal what publishing will store of a kind.

    :param row: expression for the id a staged row will have
    """
    for column in contact.sealed:
        by = sealer(contact.table, column.target)
        rows = stage.stream(_TO_STORE, kind=contact.kind, staged=column.staged, row=row)
        texts = ((n, by.seal(pk, text)) for n, pk, text in rows)
        _fill(stage, _sealed(contact.kind, column), ("n", "sealed"), texts)


def value(stage: Stage, kind: str, column: Column) -> str:
    """Return the expression for what a staged row `t` says, sealed; '' where it says nothing."""
    return f"COALESCE((SELECT q.sealed FROM {stage.s}{_sealed(kind, column)} q WHERE q.n = t.n), '')"


def _sealed(kind: str, column: Column) -> str:
    return f"{kind}_{column.name}_sealed"


def _nonce(sealed: str) -> str:
    return sealed[NONCE_AT[0] - 1 :][: NONCE_AT[1]]


def _fill(stage: Stage, table: str, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    stage.run("DROP TABLE IF EXISTS {s}{table}", table=table)
    stage.run(stage.dialect.create_table(f"{{s}}{table}", "sealed text NOT NULL DEFAULT ''"))
    finish(stage, table)
    load_rows(stage, table, names, rows)

"""Rows of a file that say the same as an earlier one, or the same thing differently."""

from collections.abc import Iterable

from muster.transfer.engine.columns import Column
from muster.transfer.engine.problems import add_where, reject
from muster.transfer.engine.stage import Stage, finish

# Each row that is about the same as an earlier one, once, beside the first of these: a file may hold very many.
_LATER = (
    "INSERT INTO {s}{kind}_later (n, first) SELECT q.n, q.first FROM (SELECT t.n, MIN(t.n) OVER (PARTITION BY {key}) AS first"
    " FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n WHERE x.fate = 'C' AND {among}) q WHERE q.n <> q.first"
)
_TWICE = (
    "UPDATE {s}{kind}_x AS x SET fate = 'M' FROM {s}{kind}_later l JOIN {s}{kind} t ON t.n = l.n"
    " JOIN {s}{kind} f ON f.n = l.first WHERE x.n = l.n AND {same}"
)


def take_once(
    stage: Stage, kind: str, column: Column, key: Iterable[str], told: Iterable[Column], *, among: str = "true"
) -> None:
    """
    Take rows that say just the same as the first of theirs once, and reject those that say something else.

    :param column: where that is said
    :param key: expressions of the staged row `t` and of what it was matched to, `x`: what it is about
    :param told: the columns that say something of that
    :param among: the condition that a row is looked at
    """
    stage.run("DROP TABLE IF EXISTS {s}{kind}_later", kind=kind)
    stage.run(stage.dialect.create_table(f"{{s}}{kind}_later", f"first {stage.dialect.number_type} NOT NULL"))
    stage.run(_LATER, kind=kind, key=", ".join(key), among=among)
    if not stage.count(f"{kind}_later"):
        return
    finish(stage, f"{kind}_later")
    stage.run(_TWICE, kind=kind, same=" AND ".join(f"t.{each.staged} = f.{each.staged}" for each in told))
    message = "This already stands in an earlier row, and differently."
    later = f"EXISTS (SELECT 1 FROM {stage.s}{kind}_later l WHERE l.n = t.n)"
    add_where(stage, kind, column, message, f"x.fate = 'C' AND {later}")
    reject(stage, kind)

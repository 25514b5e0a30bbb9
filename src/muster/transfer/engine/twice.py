"""Rows of a file that say the same as an earlier one, or the same thing differently."""

from muster.transfer.engine.columns import Column
from muster.transfer.engine.problems import add_where, reject
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import COLUMNS

_TWICE = (
    "UPDATE {s}{kind}_x AS x SET fate = 'M' FROM {s}{kind} t, {s}{kind} f WHERE t.n = x.n AND x.fate = 'C' AND {key}"
    " AND f.n < t.n AND f.n IN (SELECT n FROM {s}{kind}_x WHERE fate = 'C') AND {same}"
)


def take_once(stage: Stage, kind: str, column: Column, key: str) -> None:
    """
    Take rows that say just the same once, and reject those that say something else of the same thing.

    :param column: where that is said
    :param key: the condition that an earlier row `f` is about the same thing as `t`
    """
    same = " AND ".join(f"t.{each.staged} = f.{each.staged}" for each in COLUMNS[kind])
    stage.run(_TWICE, kind=kind, key=key, same=same)
    earlier = (
        f"EXISTS (SELECT 1 FROM {stage.s}{kind} f JOIN {stage.s}{kind}_x fx ON fx.n = f.n"
        f" WHERE f.n < t.n AND fx.fate = 'C' AND {key})"
    )
    message = "This already stands in an earlier row, and differently."
    add_where(stage, kind, column, message, f"x.fate = 'C' AND {earlier}")
    reject(stage, kind)

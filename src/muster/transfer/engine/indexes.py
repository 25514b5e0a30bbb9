"""Indexes and references of tables that an import multiplies: set aside while rows are written, made anew in one go after."""

from collections.abc import Iterator
from contextlib import contextmanager

from muster.transfer.engine.stage import Stage

# Fewer rows than this are written as quickly with the indexes in place.
MANY = 20_000


@contextmanager
def set_aside(stage: Stage, new_rows: dict[str, int]) -> Iterator[None]:
    """
    Do without the indexes of each table that more rows come into than it holds; call inside the publishing transaction.

    Making an index of a million rows takes a fifth of adding each of them to it. What must be unique stays watched over
    all the time; what must not overlap, and what is referred to, is checked when the indexes are made again.

    On PostgreSQL nobody reads these tables meanwhile: there is little to read in them yet.

    :param new_rows: table → rows to come
    """
    tables = [table for table, count in new_rows.items() if count >= MANY and _holds_fewer(stage, table, count)]
    parts = [part for table in tables for part in stage.dialect.secondary(table)]
    for drop, _ in parts:
        stage.run(_plain(drop))
    yield
    if parts:
        stage.dialect.before_indexing()
    for _, create in reversed(parts):
        stage.run(_plain(create))


def _holds_fewer(stage: Stage, table: str, count: int) -> bool:
    held = stage.value("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {count}) q", table=table, count=count)
    return int(held) < count


def _plain(statement: str) -> str:
    """Return a statement of the database's own so that nothing in it is taken for a place to fill."""
    return statement.replace("{", "{{").replace("}", "}}").replace("%", "%%")

"""
What an import did, row by row, so that it can be taken back and so that later work by hand is noticed.

A `Change` is either one row that was there before (`before` holds it whole) or up to a thousand new rows with neighbouring
ids (`before` is null). `after` lists `id:hash` of the rows as the import left them; it holds nothing personal.
"""

from muster.core.sealing import NONCE_AT
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import BY_HAND, DERIVED, all_columns, primary_key, sealed_columns

_BLOCK = 1000


def fingerprint(table: str, alias: str = "m") -> str:
    """Return the expression for a short hash of a whole row; sealing it anew with another key changes nothing."""
    columns = {column: f"CAST({alias}.{_quoted(column)} AS text)" for column in all_columns(table)}
    for column in sealed_columns(table):
        columns[column] = f"substr({columns[column]}, {NONCE_AT[0]}, {NONCE_AT[1]})"
    parts = " || '|' || ".join(f"COALESCE({column}, '')" for column in columns.values())
    if table in DERIVED:
        # Added to the end and only then, so that what earlier versions wrote down still holds.
        parts += f" || CASE WHEN {alias}.{BY_HAND} THEN '|' || {alias}.unit_id ELSE '' END"
    return f"substr(md5({parts}), 1, 8)"


def created(stage: Stage, table: str, base: int, count: int) -> None:
    """Write down the new rows of a table: all with an id above `base`, up to `base + count`, are the import's."""
    key = primary_key(table)
    stage.run(
        'INSERT INTO transfer_change (batch_id, "table", row_id, last_id, "before", "after")'
        " SELECT %s, '{table}', min({key}), max({key}), NULL, string_agg({key} || ':' || {hash}, ';' ORDER BY {key})"
        " FROM {table} m WHERE {key} > %s AND {key} <= %s GROUP BY {key} / {block} ORDER BY 3",
        [stage.batch_id, base, base + count],
        table=table,
        key=key,
        hash=fingerprint(table),
        block=_BLOCK,
    )


def before(stage: Stage, table: str, changed: str) -> None:
    """Write down how the rows whose ids the query `changed` gives stand now; call `after` when they are changed."""
    key = primary_key(table)
    row = stage.dialect.json_object((column, f"m.{_quoted(column)}") for column in all_columns(table))
    stage.run(
        'INSERT INTO transfer_change (batch_id, "table", row_id, last_id, "before", "after")'
        " SELECT %s, '{table}', m.{key}, m.{key}, {row}, '' FROM {table} m WHERE m.{key} IN ({changed}) ORDER BY m.{key}",
        [stage.batch_id],
        table=table,
        key=key,
        row=row,
        changed=changed,
    )


def will_create(stage: Stage, table: str, chosen: str) -> None:
    """Write down rows that are about to be made under ids that the query `chosen` gives; call `after` when they are."""
    stage.run(
        'INSERT INTO transfer_change (batch_id, "table", row_id, last_id, "before", "after")'
        " SELECT %s, '{table}', q.id, q.id, NULL, '' FROM ({chosen}) q ORDER BY q.id",
        [stage.batch_id],
        table=table,
        chosen=chosen,
    )


def after(stage: Stage, table: str) -> None:
    """Complete the changes of a table with what the import left."""
    stage.run(
        "UPDATE transfer_change AS c SET \"after\" = m.{key} || ':' || {hash} FROM {table} m"
        " WHERE c.batch_id = %s AND c.\"table\" = '{table}' AND c.\"after\" = '' AND m.{key} = c.row_id",
        [stage.batch_id],
        table=table,
        key=primary_key(table),
        hash=fingerprint(table),
    )


def _quoted(column: str) -> str:
    return f'"{column}"'

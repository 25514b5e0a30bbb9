"""Take an import back: its new rows go, the rows it changed become what they were. One transaction, set by set."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from muster.transfer.engine import customs
from muster.transfer.engine import dialect as dialects
from muster.transfer.engine.publish import all_tables
from muster.transfer.engine.since import OWNERS, UNITS, Since, created_ranges, listed
from muster.transfer.engine.tables import all_columns, primary_key


def take_back(batch_id: int, since: Since) -> tuple[int, list[int]]:
    """
    Undo everything but what `since` keeps, and forget what was written down for it; call inside a transaction.

    :returns: how many rows were removed or put back, and the ids of inquiries whose unit is gone: they wait again
    """
    touched = _run("DELETE FROM people_duplicatepair WHERE batch_id = %s", [batch_id])
    unsent = _unroute(batch_id, since)
    touched += sum(_remove(batch_id, table, since) for table in all_tables())
    touched += sum(_put_back(batch_id, table, since) for table in reversed(all_tables()))
    touched += customs.remove_unused(created_ranges(batch_id, customs.TABLE))
    _run("DELETE FROM transfer_change WHERE batch_id = %s", [batch_id])
    return touched, unsent


def _unroute(batch_id: int, since: Since) -> list[int]:
    """Let the inquiries wait again that were sent to units which go."""
    kept = since.kept.get(UNITS)
    unless = f" AND unit_id NOT IN ({listed(kept)})" if kept else ""
    unsent: list[int] = []
    for bounds in created_ranges(batch_id, UNITS):
        there = f"FROM contacts_inquiry WHERE unit_id BETWEEN %s AND %s{unless}"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id {there} ORDER BY id", bounds)
            unsent += [pk for (pk,) in cursor.fetchall()]
        _run(
            "UPDATE contacts_inquiry SET unit_id = NULL, routed_by = '', routed_because = '', routed_at = NULL"
            f" WHERE unit_id BETWEEN %s AND %s{unless}",
            bounds,
        )
    return unsent


def _unless_kept(table: str, since: Since, alias: str) -> str:
    owner, column = OWNERS.get(table, (table, primary_key(table)))
    kept = since.kept.get(owner)
    return f" AND {alias}{column} NOT IN ({listed(kept)})" if kept else ""


def _remove(batch_id: int, table: str, since: Since) -> int:
    removed = 0
    for first, last in created_ranges(batch_id, table):
        if table == "people_person":
            # Offers of duplicates that were made later are worth nothing without the person.
            for column in ("first_id", "second_id"):
                unless = _unless_kept(table, since, "").replace(primary_key(table), column)
                _run(f"DELETE FROM people_duplicatepair WHERE {column} BETWEEN %s AND %s{unless}", [first, last])
        key = primary_key(table)
        removed += _run(
            f"DELETE FROM {table} WHERE {key} BETWEEN %s AND %s{_unless_kept(table, since, '')}", [first, last]
        )
    return removed


def _put_back(batch_id: int, table: str, since: Since) -> int:
    more, read = dialects.current().restored(table)
    columns = all_columns(table)
    sets = ", ".join(f'"{column}" = {read.format(column=column)}' for column in columns)
    query = (
        f"UPDATE {table} AS m SET {sets} FROM transfer_change c{more} WHERE c.batch_id = %s AND c.\"table\" = '{table}'"
        f' AND c."before" IS NOT NULL AND m.{primary_key(table)} = c.row_id{_unless_kept(table, since, "m.")}'
    )
    if "is_primary" not in columns:
        return _run(query, [batch_id])
    # Whoever was not primary before makes room first.
    flag = read.format(column="is_primary")
    return _run(f"{query} AND NOT {flag}", [batch_id]) + _run(f"{query} AND {flag}", [batch_id])


def _run(query: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.rowcount)

"""Whether the database is still the one that a preview was worked out for."""

from typing import Any

from django.db import connection

from muster.transfer.engine.publish import all_tables
from muster.transfer.engine.tables import primary_key

_VERSIONED = ("people_person", "units_unit")


def database_state() -> list[list[Any]]:
    """
    Return figures that differ as soon as somebody adds, removes or changes what an import looks at; one query per table.

    Changes of rows without a version show in the trace that every change leaves; looks and lists taken out change nothing.
    """
    state = []
    with connection.cursor() as cursor:
        for table in all_tables():
            versions = "sum(version)" if table in _VERSIONED else "0"
            key = primary_key(table)
            cursor.execute(f"SELECT count(*), COALESCE(max({key}), 0), COALESCE({versions}, 0) FROM {table}")
            state.append([int(value) for value in cursor.fetchone()])
        cursor.execute(
            "SELECT COALESCE(max(id), 0) FROM audit_entry WHERE action NOT LIKE '%.shown' AND action NOT LIKE '%.exported'"
        )
        state.append([int(cursor.fetchone()[0])])
    return state

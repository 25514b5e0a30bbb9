"""How much a database does for some statements, counted and not by the clock."""

import json
from contextlib import contextmanager

from django.db import connection

STEPS = 100


class Work:
    """:ivar done: hundreds of steps of SQLite's machine; on PostgreSQL rows that went from one part of a plan to the next"""

    def __init__(self) -> None:
        self.done = 0

    def step(self) -> int:
        self.done += 1
        return 0

    def explain(self, execute, sql, params, many, context):
        """Run a statement that changes a staging table, and count what each part of its plan looked at."""
        if not sql.startswith(("UPDATE stage_", "INSERT INTO stage_")) or many:
            return execute(sql, params, many, context)
        execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
        (found,) = context["cursor"].fetchone()
        self._add((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
        return None

    def _add(self, plan) -> None:
        looked_at = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
        self.done += sum(plan.get(name, 0) for name in looked_at) * plan["Actual Loops"]
        for below in plan.get("Plans", ()):
            self._add(below)


@contextmanager
def counted():
    """`with counted() as work: …` leaves in `work.done` how much that was."""
    work = Work()
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with connection.execute_wrapper(work.explain):
            yield work
        return
    connection.connection.set_progress_handler(work.step, STEPS)
    try:
        yield work
    finally:
        connection.connection.set_progress_handler(None, STEPS)

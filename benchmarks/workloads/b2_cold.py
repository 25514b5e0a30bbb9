"""b2: the balance sheet when nothing lies ready."""

import csv
import os

from benchmarks import figures
from benchmarks.ground import UNTIL, Ground
from benchmarks.pairs import call, compare
from benchmarks.table import Row, row
from benchmarks.workloads.b1_balance_sheet import build, is_right

# What the figures are reckoned from.
QUERIES = (
    "SELECT person_id, from_on, to_on FROM people_standing WHERE standing = 'member'",
    "SELECT person_id, from_on, to_on, unit_id, is_primary FROM people_placement",
    "SELECT person_id, from_on, to_on FROM people_qualification WHERE qualification = 'organiser'",
    "SELECT person_id, received_at FROM contacts_inquiry",
    "SELECT id, city, region, country FROM people_person WHERE city <> ''",
)


def measure(ground: Ground) -> list[Row]:
    """Let the database write out the spells; let Muster read them and draw up the sheet."""
    environment = ground.loaded()
    expected = figures.figures(figures.load(ground.folder), UNTIL)
    ground.use(environment)
    from muster.reports import kept

    way = _copy if ground.database == "postgres" else _cursor
    sides = {"limit": call(way), "product": call(build, check=lambda report: is_right(report, expected))}
    build()
    compared = compare(sides, pairs=ground.pairs, before=kept.forget)
    told = "COPY" if ground.database == "postgres" else "cursor and csv"
    name = f"balance sheet of {ground.size:,} people, cold, beside {told} of the spells"
    return [row("b2", name, compared, goal="≤ 2 ×", at_most=2.0)]


def _copy() -> None:
    from django.db import connection

    with open(os.devnull, "wb") as file, connection.cursor() as cursor:
        for query in QUERIES:
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
                for block in copy:
                    file.write(block)


def _cursor() -> None:
    from django.db import connection

    connection.ensure_connection()
    with open(os.devnull, "w", encoding="utf-8") as file:
        writer = csv.writer(file)
        for query in QUERIES:
            writer.writerows(connection.connection.execute(query))

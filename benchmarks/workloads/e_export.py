"""e: everything out of the database into files."""

import csv
import sys
from pathlib import Path

from benchmarks.ground import MUSTER, Ground
from benchmarks.pairs import Turn, compare, process
from benchmarks.table import Row, row

FEW = 10_000
# What SQLite may hold of its file is a setting, and a small database does not fill it.
CACHE_MB = 80

TABLES = (
    "units_unit",
    "people_person",
    "people_personprivate",
    "people_standing",
    "people_placement",
    "people_office",
    "people_qualification",
    "contacts_inquiry",
    "planning_goal",
)
_COPY = """
import psycopg, sys
url, folder, *tables = sys.argv[1:]
with psycopg.connect(url) as connection:
    for table in tables:
        with open(f"{folder}/{table}.csv", "wb") as file, connection.cursor() as cursor:
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv, HEADER)") as copy:
                for block in copy:
                    file.write(block)
"""
_CURSOR = """
import csv, sys
import pysqlite3 as sqlite3
path, folder, *tables = sys.argv[1:]
connection = sqlite3.connect(path)
for table in tables:
    with open(f"{folder}/{table}.csv", "w", newline="", encoding="utf-8") as file:
        rows = connection.execute(f"SELECT * FROM {table}")
        writer = csv.writer(file, lineterminator="\\n")
        writer.writerow([column[0] for column in rows.description])
        writer.writerows(rows)
"""


def measure(ground: Ground) -> list[Row]:
    """Write the exchange folder, and beside it the same tables as they are, by the quickest way the database has."""
    environment = ground.loaded()
    raw, folder = ground.work / f"raw-{ground.database}", ground.work / f"exported-{ground.database}"
    raw.mkdir(exist_ok=True)
    database = environment["DATABASE_URL"] or f"{environment['MUSTER_HOME']}/muster.sqlite3"
    script = _COPY if ground.database == "postgres" else _CURSOR
    sides = {
        "limit": process([sys.executable, "-c", script, database, str(raw), *TABLES]),
        "product": process(
            [*MUSTER, "export", str(folder)],
            environment=environment,
            check=lambda output: _is_whole(ground, folder),
        ),
    }
    compared = compare(sides, pairs=ground.pairs)
    way = "COPY TO" if ground.database == "postgres" else "cursor and csv"
    line = row("e", f"export of {ground.size:,} people beside {way}", compared, goal="≥ 0.8 of its rate", at_most=1.25)
    return [line, *_memory(ground, compared.sides["product"])]


def _memory(ground: Ground, turn: Turn) -> list[Row]:
    if ground.size <= FEW:
        return []
    with ground.smaller(FEW) as few:
        folder = few.work / "exported"
        small = process(
            [*MUSTER, "export", str(folder)],
            environment=few.loaded(),
            check=lambda output: _is_whole(few, folder),
        )()
    more = turn.peak_mb - small.peak_mb
    return [
        Row(
            "e",
            f"memory of an export of {FEW:,} people, and of {ground.size:,}",
            f"{small.peak_mb:.0f} MB",
            f"{turn.peak_mb:.0f} MB",
            f"flat: ≤ {CACHE_MB} MB more",
            more <= CACHE_MB,
            peer=f"{more:+.0f} MB",
        )
    ]


def _is_whole(ground: Ground, folder: Path) -> bool:
    """Say whether as many people, spells and inquiries came out as went in, but for those that were rejected."""
    there = {path.name: _rows(path) for path in ground.folder.glob("*.csv")}
    # Of some files the made-up organisation has the names of the columns alone.
    return there["people.csv"] > 0 and all(_rows(folder / name) >= 0.999 * rows for name, rows in there.items())


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1

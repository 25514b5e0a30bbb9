"""a1: reading and checking a sheet, before anything is stored."""

import sys

from benchmarks.ground import IMPORTED_IN_PART, MUSTER, Ground, imported
from benchmarks.pairs import compare, process
from benchmarks.table import Row, row

_READ = "import polars, sys; print(len(polars.read_csv(sys.argv[1], infer_schema=False)))"


def measure(ground: Ground) -> list[Row]:
    """Let polars read the sheet into columns of text, and Muster preview it: read, checked, matched, compared."""
    environment = ground.initialised("a1")
    rows = f"{ground.size}\n".encode()
    sides = {
        "limit": process(
            [sys.executable, "-c", _READ, str(ground.sheet)],
            environment={"POLARS_MAX_THREADS": "1"},
            check=lambda output: output == rows,
        ),
        "product": process(
            [*MUSTER, "import", str(ground.sheet), "--dry-run", "--format", "json"],
            environment=environment,
            check=imported("people", ground.size),
            statuses=IMPORTED_IN_PART,
        ),
    }
    compared = compare(sides, pairs=ground.pairs)
    name = f"preview of a sheet of {ground.size:,} rows beside polars `read_csv`, one thread"
    return [row("a1", name, compared, goal="≤ 6 ×", at_most=6.0)]

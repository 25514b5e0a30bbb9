"""The rows that were left out, as they stood in the file, each with the reason: to be mended and imported again."""

import csv
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from django.conf import settings

from muster.core.sheets.formulas import escape_formula
from muster.core.sheets.tables import Table
from muster.transfer.engine.stage import Stage

_ROWS = (
    "SELECT p.row_number, p.col, p.message, p.expected FROM {s}problems p WHERE p.rejects = 1 AND p.kind IN ({kinds})"
    " ORDER BY p.row_number, p.kind, p.col"
)


def path_of(batch_id: int) -> Path:
    """Return where the rejected rows of a batch are kept."""
    return Path(settings.HOME) / "uploads" / f"rejected-{batch_id}.csv"


def write_rejected(stage: Stage, tables: Mapping[str, Table], *, is_sheet: bool) -> Path | None:
    """
    Write the rejected rows: of a sheet its columns and `reason`; of a folder `file`, the columns of all files, and `reason`.

    :returns: the file, or None where nothing was rejected
    """
    path = path_of(stage.batch_id)
    path.unlink(missing_ok=True)
    if not stage.rows("SELECT 1 FROM {s}problems WHERE rejects = 1 LIMIT 1"):
        return None
    headers = list(dict.fromkeys(header for table in tables.values() for header in table.headers))
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*([] if is_sheet else ["file"]), *map(escape_formula, headers), "reason"])
        for kind, table in tables.items():
            kinds = f"SELECT DISTINCT kind FROM {stage.s}problems" if is_sheet else f"'{kind}'"
            reasons = _reasons(stage, kinds)
            for cells, reason in _rows(table, reasons):
                named = dict(zip(table.headers, cells, strict=False))
                row = [named.get(header, "") for header in headers]
                writer.writerow([*([] if is_sheet else [table.name]), *map(escape_formula, [*row, reason])])
    return path


def _reasons(stage: Stage, kinds: str) -> Iterator[tuple[int, str]]:
    for row, found in groupby(stage.stream(_ROWS, kinds=kinds), key=itemgetter(0)):
        told = [
            f"{column}: {message}{f' Expected: {wanted}.' if wanted else ''}" for _, column, message, wanted in found
        ]
        yield row, " ".join(dict.fromkeys(text.removeprefix(": ") for text in told))


def _rows(table: Table, reasons: Iterator[tuple[int, str]]) -> Iterator[tuple[list[str], str]]:
    """Read the file again beside the reasons, which are in the order of its rows."""
    wanted = next(reasons, None)
    for chunk in table.chunks():
        places = {row: place for place, row in enumerate(chunk.rows)}
        last = max([*chunk.rows[-1:], *chunk.rejected], default=0)
        while wanted is not None and wanted[0] <= last:
            row, reason = wanted
            if row in places:
                yield [column[places[row]] for column in chunk.columns], reason
            elif row in chunk.rejected:
                yield chunk.rejected[row], reason
            wanted = next(reasons, None)
        if wanted is None:
            return

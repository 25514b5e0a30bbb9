"""a2: adding a tenth as many people again, with matching, spells, private parts and the trace."""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ground import IMPORTED_IN_PART, MUSTER, Ground, imported
from benchmarks.pairs import Comparison, Turn, call, compare, process
from benchmarks.staged import Staged
from benchmarks.table import Row, in_words

OF_LIMIT = 0.6
COLUMNS = {"Status": "standing", "Joined": "joined_on", "Branch": "unit"}
# Way → (rows that are enough to tell its rate, how many times slower it should be).
PEERS = {"default": (1_000, 30), "bulk": (10_000, 3)}


def measure(ground: Ground) -> list[Row]:
    """
    Import the small sheet with a membership and a branch for everybody into an installation of all the people.

    The limit is what the database itself needs for the rows that come out of it, from tables like those of our staging
    area into the same tables with the same indexes. Beside it the part of the product that does the same work, and the
    whole of it from the file on.
    """
    sheet = _with_spells(ground)
    turns = [_whole(ground, sheet) for _ in range(min(ground.pairs, 3))]
    whole = sorted(turns, key=lambda turn: turn.seconds)[len(turns) // 2]
    compared = _beside_the_limit(ground, sheet)
    limit = compared.sides["limit"]
    title = f"{ground.small_rows:,} rows into {ground.size:,} people"
    ratio = compared.seconds_ratio["product"]
    return [
        Row(
            "a2",
            f"{title}: match and publish what was read, beside INSERT … SELECT",
            in_words(limit),
            in_words(compared.sides["product"]),
            f"≥ {OF_LIMIT:.0%} of its rate",
            ratio <= 1 / OF_LIMIT,
            ratio,
            compared.cpu_ratio["product"],
        ),
        Row(
            "a2",
            f"{title}: the whole command",
            in_words(limit),
            in_words(whole),
            "–",
            None,
            whole.seconds / limit.seconds,
            (whole.cpu_seconds + whole.database_seconds) / (limit.cpu_seconds + limit.database_seconds),
        ),
        *(_peer(ground, sheet, way, whole) for way in PEERS),
    ]


def _with_spells(ground: Ground) -> Path:
    """Write the small sheet once more, with a status, a day and a branch in every row."""
    path = ground.work / f"spells-{ground.database}-{ground.size}.csv"
    with (ground.folder / "units.csv").open(encoding="utf-8", newline="") as file:
        branches = [row["unit"] for row in csv.DictReader(file) if row["kind"] == "branch" and not row["closed_on"]]
    with ground.small_sheet.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8") as file:
        rows, writer = csv.reader(source), csv.writer(file, lineterminator="\n")
        writer.writerow([*next(rows), *COLUMNS])
        for number, row in enumerate(rows):
            writer.writerow([*row, "member", "2025-02-01", branches[number % len(branches)]])
    return path


def _whole(ground: Ground, sheet: Path) -> Turn:
    mapping = [part for header, field in COLUMNS.items() for part in ("--map", f"{header}={field}")]
    return process(
        [*MUSTER, "import", str(sheet), "--yes", "--format", "json", "--source", "folder", *mapping],
        environment=ground.copy("a2"),
        check=imported("people", ground.small_rows),
        statuses=IMPORTED_IN_PART,
    )()


def _beside_the_limit(ground: Ground, sheet: Path) -> Comparison:
    staged = Staged(ground, of="a2")
    rows = staged.keep()
    # Nearly everybody is new, and has a private part, a membership and a placement.
    assert rows > 3.5 * ground.small_rows
    ground.use(ground.environment("a2"))
    from django.db import connection

    batches: list[int] = []

    def before() -> None:
        connection.close()
        ground.copy("a2")
        batches[:] = [_preview(sheet)]

    def limit() -> Turn:
        staged.lay_out()
        return call(staged.insert, check=lambda count: count == rows)()

    def product() -> Turn:
        return call(lambda: _match_and_publish(batches[0]), check=_is_published)()

    try:
        return compare({"limit": limit, "product": product}, pairs=min(ground.pairs, 3), before=before)
    finally:
        connection.close()


def _preview(sheet: Path) -> int:
    from muster.transfer import services

    actor, now = _actor()
    batch = services.start_batch(actor=actor, path=sheet, name=sheet.name, source="folder", now=now)
    services.read_batch(actor=actor, batch_id=batch.pk, now=now)
    services.set_mapping(actor=actor, batch_id=batch.pk, mapping=COLUMNS, now=now)
    services.preview_batch(actor=actor, batch_id=batch.pk, now=now)
    return batch.pk


def _match_and_publish(batch_id: int) -> object:
    """Do all that follows reading: matching has been done for the preview and is done once more."""
    from muster.transfer import services
    from muster.transfer.engine.context import make_context
    from muster.transfer.engine.match import match
    from muster.transfer.engine.stage import open_stage

    actor, now = _actor()
    context = make_context(actor, today=now.date(), source="folder", is_sheet=True)
    with open_stage(batch_id) as stage:
        assert stage is not None
        match(stage, context, lambda step: None)
    return services.publish_batch(actor=actor, batch_id=batch_id, now=now)


def _is_published(batch: object) -> bool:
    return bool(batch.state == "DONE" and batch.result["people"]["created"] > 0)  # type: ignore[attr-defined]


def _actor() -> tuple[object, datetime]:
    from muster.access.actor import system_actor

    now = datetime.now(UTC)
    return system_actor("benchmark", on=now.date()), now


def _peer(ground: Ground, sheet: Path, way: str, whole: Turn) -> Row:
    rows, times = PEERS[way]
    rows = min(rows, ground.small_rows)
    turn = process(
        [sys.executable, "-m", "benchmarks.peers.import_export", str(sheet), str(rows), way],
        environment=ground.copy("a2"),
        check=lambda output: output.split() == [str(rows).encode()],
    )()
    own, other = ground.small_rows / whole.seconds, rows / turn.seconds
    return Row(
        "a2",
        f"the whole command beside django-import-export, {way}, {rows:,} rows",
        in_words(turn),
        in_words(whole),
        f"≥ {times} × its rate",
        own >= times * other,
        peer=f"{own:,.0f} rows a second, and {other:,.0f}: {own / other:.1f} ×",
    )

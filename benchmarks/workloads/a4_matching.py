"""a4: whether the people of a sheet who are here already are found, and how quickly."""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ground import IMPORTED_IN_PART, MUSTER, Ground, imported
from benchmarks.pairs import compare, process
from benchmarks.table import Row, in_words

RECALL, PRECISION, TIMES_QUICKER = 0.99, 0.98, 5.0
Pairs = set[tuple[int, str]]
# Who was taken for whom, and who was offered for a look with a name that is the same or nearly so.
_FOUND = (
    "SELECT t.row_number, e.value FROM {s}people t JOIN {s}people_x x ON x.n = t.n"
    " JOIN people_personexternalid e ON e.person_id = x.id WHERE x.id > 0 AND x.fate IN ('U', 'S')"
)
_OFFERED = (
    "SELECT t.row_number, e.value FROM {s}duplicates d JOIN {s}people t ON t.n = -d.a"
    " JOIN people_personexternalid e ON e.person_id = d.b WHERE d.a < 0 AND d.b > 0 AND d.reason LIKE '%%same name'"
)


def measure(ground: Ground) -> list[Row]:
    """Preview the sheet on top of the folder whose people are planted in it; let Splink look for the same people."""
    with ground.sheet.with_suffix(".truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {(int(row["line"]), row["person"]) for row in csv.DictReader(file)}
    environment = ground.copy("a4")
    ground.use(environment)
    merged, offered = _found(ground.sheet)
    quality = _Quality("taken for one or offered", merged | offered, truth)
    alone = _Quality("taken for one without being asked", merged, truth)
    return [
        Row("a4", "planted people found", "–", quality.told, "recall ≥ .99, precision ≥ .98", quality.is_met),
        Row("a4", "of these by itself", "–", alone.told, "precision ≥ .98", alone.precision >= PRECISION),
        _speed(ground, environment, truth),
    ]


class _Quality:
    def __init__(self, what: str, found: Pairs, truth: Pairs) -> None:
        right = len(found & truth)
        self.recall, self.precision = right / len(truth), right / max(1, len(found))
        self.told = f"{what}: {len(found):,}, recall {self.recall:.4f}, precision {self.precision:.4f}"
        self.is_met = self.recall >= RECALL and self.precision >= PRECISION


def _found(sheet: Path) -> tuple[Pairs, Pairs]:
    from muster.transfer.engine.stage import open_stage

    batch_id = _preview(sheet)
    with open_stage(batch_id) as stage:
        assert stage is not None
        return set(stage.stream(_FOUND)), set(stage.stream(_OFFERED))  # type: ignore[arg-type]


def _preview(sheet: Path) -> int:
    from muster.access.actor import system_actor
    from muster.transfer import services

    now = datetime.now(UTC)
    actor = system_actor("benchmark", on=now.date())
    batch = services.start_batch(actor=actor, path=sheet, name=sheet.name, now=now)
    services.read_batch(actor=actor, batch_id=batch.pk, now=now)
    services.preview_batch(actor=actor, batch_id=batch.pk, now=now)
    return batch.pk


def _speed(ground: Ground, environment: dict[str, str], truth: Pairs) -> Row:
    found = ground.work / f"splink-{ground.database}.csv"
    command = [sys.executable, "-m", "benchmarks.peers.splink", str(ground.folder), str(ground.sheet), str(found)]
    sides = {
        "limit": process(command),
        "product": process(
            [*MUSTER, "import", str(ground.sheet), "--dry-run", "--format", "json"],
            environment=environment,
            check=imported("people", ground.size),
            statuses=IMPORTED_IN_PART,
        ),
    }
    compared = compare(sides, pairs=min(ground.pairs, 3))
    with found.open(encoding="utf-8") as file:
        pairs = {(int(line), person) for line, person in csv.reader(file)}
    quality = _Quality("Splink, 95 % sure", pairs, truth)
    ratio = compared.seconds_ratio["product"]
    return Row(
        "a4",
        "read, match and preview beside Splink, which reads and matches",
        in_words(compared.sides["limit"]),
        in_words(compared.sides["product"]),
        "≥ 5 × its speed",
        ratio <= 1 / TIMES_QUICKER,
        ratio,
        compared.cpu_ratio["product"],
        quality.told,
    )

"""a3: importing a whole sheet, and whether it gets slower the more people there are."""

from benchmarks.ground import IMPORTED_IN_PART, MUSTER, Ground, imported
from benchmarks.pairs import Side, Turn, compare, process
from benchmarks.table import Row, in_words

SECONDS = {"postgres": 60.0, "sqlite": 120.0}
MOST_MB = 600.0
FEW = 10_000


def measure(ground: Ground) -> list[Row]:
    """Import the sheet into an empty installation; then a tenth of it into one of few people and into one of all."""
    return [_whole(ground), *_rate(ground)]


def _whole(ground: Ground) -> Row:
    turns = []
    for _ in range(min(ground.pairs, 3)):
        environment = ground.initialised("a3")
        turns.append(_import(ground, ground.sheet, environment, ground.size)())
    ground.drop("a3")
    turn = sorted(turns, key=lambda turn: turn.seconds)[len(turns) // 2]
    least = SECONDS[ground.database]
    # The goal is set for a million rows; fewer must do with their share, and the start of a program.
    allowed = max(least * ground.size / 1_000_000, 5.0)
    goal = f"≤ {least:.0f} s for 1,000,000; ≤ {MOST_MB:.0f} MB"
    is_met = turn.seconds <= allowed and turn.peak_mb <= MOST_MB
    per_second = f"{ground.size / turn.seconds:,.0f} rows a second"
    return Row("a3", f"import of {ground.size:,} rows", "–", in_words(turn), goal, is_met, peer=per_second)


def _rate(ground: Ground) -> list[Row]:
    if ground.size <= FEW:
        return []
    ground.loaded()
    with ground.smaller(FEW) as few:
        few.loaded()
        sides = {"limit": _into(few, ground), "product": _into(ground, ground)}
        compared = compare(sides, pairs=min(ground.pairs, 3))
    ground.drop("rate")
    falls = 1 - 1 / compared.seconds_ratio["product"]
    return [
        Row(
            "a3",
            f"{ground.small_rows:,} rows into {FEW:,} people, and into {ground.size:,}",
            in_words(compared.sides["limit"]),
            in_words(compared.sides["product"]),
            "rate falls < 20 %",
            falls < 0.2,
            compared.seconds_ratio["product"],
            compared.cpu_ratio["product"],
            f"the rate falls by {falls:.0%}",
        )
    ]


def _into(target: Ground, ground: Ground) -> Side:
    def turn() -> Turn:
        environment = target.copy("rate")
        return _import(ground, ground.small_sheet, environment, ground.small_rows)()

    return turn


def _import(ground: Ground, sheet: object, environment: dict[str, str], rows: int) -> Side:
    return process(
        [*MUSTER, "import", str(sheet), "--yes", "--format", "json"],
        environment=environment,
        check=imported("people", rows),
        statuses=IMPORTED_IN_PART,
    )

"""b1: the balance sheet of the whole organisation, asked for again."""

from datetime import date
from typing import Any

from benchmarks import figures
from benchmarks.ground import UNTIL, Ground
from benchmarks.pairs import call, compare
from benchmarks.peers import sql_figures
from benchmarks.table import Row, in_words, row

EARLIER = date(UNTIL.year - 1, UNTIL.month, UNTIL.day)
TIMES_QUICKER = 20


def measure(ground: Ground) -> list[Row]:
    """Let NumPy reckon the main figures of two days over arrays that lie ready; let Muster draw up both sheets and compare."""
    environment = ground.loaded()
    arrays = figures.load(ground.folder)
    expected = figures.figures(arrays, UNTIL)
    ground.use(environment)
    from django.db import connection

    def limit() -> object:
        return figures.figures(arrays, EARLIER), figures.figures(arrays, UNTIL)

    def by_query() -> dict[str, Any]:
        with connection.cursor() as cursor:
            sql_figures.figures(cursor, EARLIER)
            return sql_figures.figures(cursor, UNTIL)

    build()
    sides = {"limit": call(limit), "product": call(build, check=lambda report: is_right(report, expected))}
    if ground.database == "postgres":
        sides["sql"] = call(by_query, check=lambda found: found == expected)
    compared = compare(sides, pairs=ground.pairs)
    name = f"balance sheet of {ground.size:,} people, warm, beside NumPy over arrays in memory"
    rows = [row("b1", name, compared, goal="≤ 3 ×", at_most=3.0)]
    if "sql" not in sides:
        return rows
    quicker = compared.seconds_ratio["sql"] / compared.seconds_ratio["product"]
    return [
        *rows,
        Row(
            "b1",
            "the same beside SQL for the same figures",
            in_words(compared.sides["sql"]),
            in_words(compared.sides["product"]),
            f"≥ {TIMES_QUICKER} × quicker",
            quicker >= TIMES_QUICKER,
            peer=f"{quicker:.1f} × quicker",
        ),
    ]


def build() -> object:
    """Draw up the balance sheet with the rights of the system."""
    from muster.access.actor import system_actor
    from muster.reports import balance_sheet

    return balance_sheet.build(system_actor("benchmark", on=UNTIL), None, UNTIL, compared_with=EARLIER)


def is_right(report: object, expected: dict[str, Any]) -> bool:
    """Say whether the report holds the figures that were reckoned from the files themselves."""
    from muster.reports.calc.document import document

    return figures.same(document(report.sheet), expected)  # type: ignore[attr-defined]

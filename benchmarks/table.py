"""A workload's figures as a line of a Markdown table."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.pairs import Comparison, Turn

HEADER = ("", "workload", "limit", "product", "ratio", "CPU ratio", "goal", "", "peer")


@dataclass(frozen=True)
class Row:
    """
    One line.

    :ivar limit, product: what was measured, in words
    :ivar is_met: None where the goal was not measured
    :ivar ratio, cpu_ratio: product to limit
    :ivar peer: sentence on the peer, or why it was not measured
    """

    code: str
    workload: str
    limit: str
    product: str
    goal: str
    is_met: bool | None
    ratio: float | None = None
    cpu_ratio: float | None = None
    peer: str = ""


def row(
    code: str, workload: str, compared: Comparison, *, goal: str, at_most: float | None = None, peer: str = ""
) -> Row:
    """Make the line of the sides named `limit` and `product`; the goal is met where the ratio is `at_most` so much."""
    ratio = compared.seconds_ratio["product"]
    return Row(
        code,
        workload,
        in_words(compared.sides["limit"]),
        in_words(compared.sides["product"]),
        goal,
        None if at_most is None else ratio <= at_most,
        ratio,
        compared.cpu_ratio["product"],
        peer,
    )


def in_words(turn: Turn) -> str:
    """Return the figures of a turn, short."""
    text = duration(turn.seconds)
    cpu = turn.cpu_seconds + turn.database_seconds
    text += f", CPU {duration(cpu)}"
    if turn.database_seconds:
        text += f" (database {duration(turn.database_seconds)})"
    return text + (f", {turn.peak_mb:.0f} MB" if turn.peak_mb else "")


def duration(seconds: float) -> str:
    """Return seconds in the unit that reads best."""
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def markdown(rows: Sequence[Row]) -> str:
    """Return the table."""
    lines = [HEADER, tuple("---" for _ in HEADER)]
    for item in rows:
        verdict = {True: "✓", False: "✗", None: "–"}[item.is_met]
        ratios = [f"{value:.2f}" if value is not None else "–" for value in (item.ratio, item.cpu_ratio)]
        lines.append(
            (item.code, item.workload, item.limit, item.product, *ratios, item.goal, verdict, item.peer or "–")
        )
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)

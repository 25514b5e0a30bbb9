"""The figures of the way in as tables: one list for the page and for the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.core.terms import Terms
from muster.reports.calc.shares import Share

if TYPE_CHECKING:
    from muster.reports.way_in import WayIn

Cell = str | int | Share | None


# A share of fewer is a count.
FEW = 5


@dataclass(frozen=True, slots=True)
class Table:
    """
    :ivar key: names it in links and files
    :ivar title: its message; `subtitle` says what it holds
    :ivar rows: the first cell of each a name; a cell is a text, a number, a `Share`, or None where it is still to come
    """

    key: str
    title: str
    subtitle: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(found: WayIn, terms: Terms) -> list[Table]:
    """Return every table that holds something, in the order of the page."""
    members = terms.many("member")
    made = [
        Table(
            "stages",
            _title_of_stages(found, terms),
            "Who came to a stage, or further; in brackets where the true share lies, 19 times in 20",
            ("Stage", "Came here", "Of all", "Of those before"),
            tuple((step.name, step.reached, step.of_all, step.of_before) for step in found.funnel),
        ),
        Table(
            "sources",
            "How they came",
            f"Those begun in this time, and who of them became {members}",
            ("How they came", "Begun", "Joined"),
            tuple((group.name, group.began, group.joined) for group in found.sources),
        ),
        Table(
            "units",
            "Where they are",
            f"By the {terms.one('unit')} they are placed in now",
            (terms.one("unit").capitalize(), "Begun", "Joined"),
            tuple((group.name, group.began, group.joined) for group in found.units),
        ),
        Table(
            "months",
            "When they began",
            f"Who of each month became {members} within so many days; “–” is still to come",
            ("Month", "Begun", "In 30 days", "In 90 days", "In 180 days", "In a year"),
            tuple((cohort.month, cohort.began, *cohort.joined) for cohort in found.months),
        ),
        Table(
            "answers",
            answers_in_words(found),
            "From the first message to the first conversation that is noted, reached or not; one that waits counts as longer",
            ("Answered", "How many"),
            tuple(zip(("within a day", "within three days", "within a week"), found.answers.within, strict=True)),
        ),
        Table(
            "owners",
            "What each carries",
            "Now; conversations of the last 30 days, and who joined in the last 12 months",
            ("Who", "Open", "Due", "Late", "Talked", "Joined"),
            tuple(
                (load.name or "nobody’s", load.open, load.due, load.late, load.talked_30_days, load.joined_12_months)
                for load in found.loads
            ),
        ),
    ]
    return [table for table in made if any(_holds(cell) for row in table.rows for cell in row[1:])]


def in_words(cell: Cell) -> str:
    """
    Return a cell as the page has it: `12`, `31 % (24–39 %)`, `–`; a share of fewer than five is told as a count.

    >>> [in_words(cell) for cell in (1200, None, share(1, 3), share(31, 100))]
    ['1,200', '–', '1 of 3', '31 % (23–41 %)']
    """
    if cell is None or (isinstance(cell, Share) and not cell.of):
        return "–"
    if not isinstance(cell, Share):
        return cell if isinstance(cell, str) else f"{cell:,}"
    if cell.of < FEW:
        return f"{cell.count} of {cell.of}"
    return f"{cell.value * 100:.0f} % ({cell.low * 100:.0f}–{cell.high * 100:.0f} %)"


def for_file(table: Table) -> tuple[list[str], list[list[str | int | float]]]:
    """Return heads and rows of a table as a file has them: a share takes four columns, what is still to come is empty."""
    shares = [any(isinstance(row[place], Share) for row in table.rows) for place in range(len(table.heads))]
    heads: list[str] = []
    for head, is_share in zip(table.heads, shares, strict=True):
        heads += [head, f"{head}: of", f"{head}: low", f"{head}: high"] if is_share else [head]
    rows = [
        [value for cell, is_share in zip(row, shares, strict=True) for value in _cells(cell, 4 if is_share else 1)]
        for row in table.rows
    ]
    return heads, rows


def _cells(cell: Cell, wide: int) -> list[str | int | float]:
    if cell is None or (isinstance(cell, Share) and not cell.of):
        return [""] * wide
    if isinstance(cell, Share):
        return [cell.count, cell.of, round(cell.low, 4), round(cell.high, 4)]
    return [cell]


def _holds(cell: Cell) -> bool:
    return bool(cell.of) if isinstance(cell, Share) else isinstance(cell, int) and cell > 0


def answers_in_words(found: WayIn) -> str:
    """Return how soon messages are answered as a sentence without its full stop."""
    answers = found.answers
    if not answers.received:
        return "No inquiries in this time"
    if answers.median_hours is None:
        return "Fewer than half are answered"
    if answers.median_hours < 48:
        return f"Half are answered within {answers.median_hours:,.0f} hours"
    return f"Half are answered within {answers.median_hours / 24:,.0f} days"


def _title_of_stages(found: WayIn, terms: Terms) -> str:
    began, joined = found.funnel[0].reached, found.funnel[-1].reached
    if not began:
        return "Nobody begun in this time"
    return f"Of {began:,} who began, {terms.count(joined, 'member')}"

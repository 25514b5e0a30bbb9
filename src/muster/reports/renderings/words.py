"""The balance sheet as plain text and as Markdown: the same parts, two ways of setting them."""

from collections.abc import Iterable, Sequence
from datetime import date

from muster.reports import figures
from muster.reports.calc.sheet import GoalProgress
from muster.reports.pictures import Cell, pictures
from muster.reports.report import Report

MOST_ROWS = 24


def text(report: Report) -> str:
    """Return the sheet for a terminal or a plain e-mail: sentences, then aligned figures and tables."""
    sheet, sentences = report.sheet, report.sentences
    lines = [heading(report), "", sentences.headline, ""]
    lines += [*sentences.lead, ""] if sentences.lead else []
    for title, found in figures.sections(report):
        lines += [title, *_aligned([_figure_row(figure, report) for figure in found]), ""]
    for picture in pictures(sheet, sentences.titles):
        if picture.rows and picture.key != "potential":
            lines += [picture.title, f"({picture.subtitle})", *_aligned([picture.heads, *_last(picture.rows)]), ""]
    if sheet.goals:
        lines += ["Goals", *_aligned([_goal_row(goal) for goal in sheet.goals]), ""]
    return "\n".join(lines).rstrip() + "\n"


def markdown(report: Report) -> str:
    """Return the sheet as Markdown with tables."""
    sheet, sentences = report.sheet, report.sentences
    lines = [f"# {_escaped(sentences.headline)}", "", f"*{_escaped(heading(report))}*", ""]
    lines += [_escaped(" ".join(sentences.lead)), ""] if sentences.lead else []
    heads = (
        ("", f"{sheet.as_of}") if report.before is None else ("", f"{sheet.as_of}", f"{report.before.as_of}", "Change")
    )
    for title, found in figures.sections(report):
        lines += [f"## {title}", "", *_table(heads, [_figure_row(figure, report) for figure in found]), ""]
    for picture in pictures(sheet, sentences.titles):
        if picture.rows and picture.key != "potential":
            lines += [f"## {_escaped(picture.title)}", "", _escaped(picture.subtitle), ""]
            lines += [*_table(picture.heads, picture.rows), ""]
    if sheet.goals:
        lines += [
            "## Goals",
            "",
            *_table(("Unit", "Measure", "How far", "Due", "State"), map(_goal_row, sheet.goals)),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def heading(report: Report) -> str:
    """Return what it is, of whom, and when."""
    day = f"{report.sheet.as_of:%a} {said_day(report.sheet.as_of)}"
    against = f", compared with {said_day(report.before.as_of)}" if report.before else ""
    return f"Balance sheet · {report.sheet.unit.name} · {day}{against}"


def said_day(day: date) -> str:
    """Return for example `3 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def _figure_row(figure: figures.Figure, report: Report) -> tuple[str, ...]:
    row = (figure.label, figure.written(figure.value))
    if report.before is None:
        return row
    change = figure.change
    signed = "–" if change is None else f"{'+' if change > 0 else ''}{figure.written(change)}"
    return (*row, figure.written(figure.before), signed)


def _goal_row(goal: GoalProgress) -> tuple[str, ...]:
    return (goal.unit_name, goal.measure, f"{goal.now:,} of {goal.target:,g}", f"{goal.due_on}", goal.state)


def _last(rows: Sequence[tuple[Cell, ...]]) -> Sequence[tuple[Cell, ...]]:
    # Months run into the hundreds; the last two years are what one reads. CSV and JSON hold them all.
    return rows[-MOST_ROWS:] if rows and len(str(rows[0][0])) == len("2026-11") else rows[:MOST_ROWS]


def _aligned(rows: Sequence[Sequence[Cell]]) -> list[str]:
    cells = [[_written(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[str]:
    written = [[_escaped(_written(cell)) for cell in row] for row in rows]
    return [
        "| " + " | ".join(_escaped(head) for head in heads) + " |",
        "|" + "|".join("---" if place == 0 else "---:" for place in range(len(heads))) + "|",
        *("| " + " | ".join(row) + " |" for row in written),
    ]


def _written(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _escaped(words: str) -> str:
    for sign in "\\`*_[]<>|#":
        words = words.replace(sign, "\\" + sign)
    return words.replace("\n", " ")

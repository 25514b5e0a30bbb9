"""Upright columns: sizes of branches, recruits by year, inquiries by month."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from muster.core.charts import axes, svg
from muster.core.charts.labels import Box, Wanted, place
from muster.core.charts.scales import Scale
from muster.core.charts.svg import LETTERS, SCREEN, Drawing, Frame, Layout, Palette
from muster.core.charts.text import alike, shortened, width

_HEIGHT = {"small": 180, "medium": 225, "large": 240}
_TOP, _BOTTOM = 1.8 * LETTERS, 24
_WIDEST = 84  # a column as broad as a door says nothing more than a narrow one


@dataclass(frozen=True, slots=True)
class Column:
    """One figure, or None where there is none; `emphasis` for the one or two that matter."""

    label: str
    value: float | None
    emphasis: bool = False


def draw(
    columns: Sequence[Column],
    *,
    label: str,
    series: int = 2,
    number: axes.Number | None = None,
    empty: str = "Nothing to draw yet.",
    layout: Layout = "all",
    palette: Palette = SCREEN,
) -> Markup:
    """
    Draw figures >= 0 as columns with the figure above and the label below each.

    Where there are more columns than room, every second, third, … label is written, counted back from the last, and figures
    stand above the last, the emphasised and the highest column only.

    :param columns: left to right; a column without a figure shows a dash
    :param series: colour of the columns, 1..4; emphasised ones take 1
    """

    written = number or alike(column.value for column in columns if column.value is not None)

    def picture(frame: Frame) -> Drawing:
        height = _HEIGHT[frame.name]
        if not any(column.value is not None for column in columns):
            return axes.nothing(empty, frame, palette, height=height)
        drawing = Drawing(frame.width, height, palette)
        slot = frame.width / max(len(columns), 3)
        start = (frame.width - slot * len(columns)) / 2
        middles = [start + slot * (position + 0.5) for position in range(len(columns))]
        bottom = height - _BOTTOM
        heights = Scale(0, max((column.value or 0 for column in columns), default=0) or 1, 0, bottom - _TOP)
        wide = min(slot * (0.72 if slot > 12 else 0.86), _WIDEST)
        for column, middle in zip(columns, middles, strict=True):
            tall = heights(column.value or 0)
            colour = palette.series[0 if column.emphasis else series - 1]
            title = f"{column.label}: {'–' if column.value is None else written(column.value)}"
            drawing.add("rect", title=title, x=middle - wide / 2, y=bottom - tall, width=wide, height=tall, fill=colour)
        drawing.line(0, bottom, frame.width, bottom, palette.rule_strong)
        tops = [(x, bottom - heights(column.value or 0)) for column, x in zip(columns, middles, strict=True)]
        _write_values(drawing, columns, tops, wide, written)
        write_below(drawing, [column.label for column in columns], middles, slot)
        return drawing

    return svg.in_frames(picture, label=label, layout=layout)


def _write_values(
    drawing: Drawing, columns: Sequence[Column], tops: Sequence[tuple[float, float]], wide: float, number: axes.Number
) -> None:
    """Write the figures above their columns; only those that matter where not all find room side by side."""
    texts = ["–" if column.value is None else number(column.value) for column in columns]
    order = sorted(range(len(columns)), key=lambda at: (not columns[at].emphasis, -(columns[at].value or 0), at))
    last = len(columns) - 1
    if len(columns) > 1 and max(width(text, LETTERS) for text in texts) + 3 > tops[1][0] - tops[0][0]:
        order = [at for at in order if columns[at].emphasis or at == last or at == order[0]]
    wanted = [Wanted(*tops[at], texts[at]) for at in order]
    in_the_way = [Box(x - wide / 2, y, x + wide / 2, drawing.height - _BOTTOM) for x, y in tops]
    bounds = Box(0, 0, drawing.width, drawing.height)
    for placed in place(wanted, bounds, size=LETTERS, sides=("above", "above-left"), avoid=in_the_way, may_cover=0.0):
        if placed:
            drawing.label(placed)


def write_below(drawing: Drawing, labels: Sequence[str], middles: Sequence[float], slot: float) -> None:
    """Write the labels under the columns: all if they fit, else every k-th counted back from the last."""
    for every in range(1, len(labels) + 1):
        shown = list(range(len(labels) - 1, -1, -every))
        room = slot * every - 4 if len(shown) > 1 else drawing.width - 4
        if len(shown) == 1 or max(width(labels[at], LETTERS) for at in shown) <= room:
            break
    baseline, next_left = drawing.height - 6, drawing.width + 6
    for at in shown:
        text = shortened(labels[at], room, LETTERS)
        half = width(text, LETTERS) / 2
        # The outermost are moved inwards, so that a neighbour may have to give way.
        x = min(max(middles[at], half + 1), drawing.width - half - 1)
        if x + half + 3 <= next_left:
            drawing.text(text, x, baseline, anchor="middle")
            next_left = x - half

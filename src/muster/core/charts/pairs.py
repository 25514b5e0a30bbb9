"""Two figures for each label, one up and one down from a common line: joined and left."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from muster.core.charts import axes, svg
from muster.core.charts.columns import write_below
from muster.core.charts.labels import MIDDLE, Box, Side, Wanted, place
from muster.core.charts.svg import LETTERS, SCREEN, Drawing, Frame, Layout, Palette
from muster.core.charts.text import alike, width

_HEIGHT = {"small": 215, "medium": 250, "large": 270}
_BOTTOM = 24
_WORDS = 2.4 * LETTERS  # room for a figure and, at the edges, for what the side means
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures >= 0; the second is drawn downwards."""

    label: str
    up: float
    down: float


def draw(
    pairs: Sequence[Pair],
    *,
    label: str,
    up_name: str,
    down_name: str,
    number: axes.Number | None = None,
    empty: str = "Nothing to draw yet.",
    layout: Layout = "all",
    palette: Palette = SCREEN,
) -> Markup:
    """
    Draw pairs of figures as columns up and down from one line on one scale, each side named at the left.

    :param up_name: what the upper columns count, such as "Joined"; `down_name` the lower ones
    """

    written = number or alike(value for pair in pairs for value in (pair.up, pair.down))

    def picture(frame: Frame) -> Drawing:
        height = _HEIGHT[frame.name]
        if not any(pair.up or pair.down for pair in pairs):
            return axes.nothing(empty, frame, palette, height=height)
        drawing = Drawing(frame.width, height, palette)
        slot = frame.width / max(len(pairs), 3)
        start = (frame.width - slot * len(pairs)) / 2
        middles = [start + slot * (position + 0.5) for position in range(len(pairs))]
        highest, lowest = max(pair.up for pair in pairs), max(pair.down for pair in pairs)
        unit = (height - _BOTTOM - 2 * _WORDS) / (highest + lowest)
        line = _WORDS + highest * unit
        wide = min(slot * (0.72 if slot > 12 else 0.86), _WIDEST)
        for pair, middle in zip(pairs, middles, strict=True):
            title = f"{pair.label}: {up_name} {written(pair.up)}, {down_name} {written(pair.down)}"
            for top, value, colour in ((line - pair.up * unit, pair.up, 1), (line, pair.down, 3)):
                drawing.add(
                    "rect",
                    title=title,
                    x=middle - wide / 2,
                    y=top,
                    width=wide,
                    height=value * unit,
                    fill=palette.series[colour],
                )
        drawing.line(0, line, frame.width, line, palette.rule_strong)
        _write_sides(drawing, pairs, middles, (line, unit, wide), (up_name, down_name), written)
        write_below(drawing, [pair.label for pair in pairs], middles, slot)
        return drawing

    return svg.in_frames(picture, label=label, layout=layout)


def _write_sides(
    drawing: Drawing,
    pairs: Sequence[Pair],
    middles: Sequence[float],
    geometry: tuple[float, float, float],
    names: tuple[str, str],
    number: axes.Number,
) -> None:
    """Write what each side counts, then the figures that find room: the last, then the largest first."""
    line, unit, wide = geometry
    bounds = Box(0, 0, drawing.width, drawing.height - _BOTTOM)
    taken = []
    for name, middle, series in ((names[0], LETTERS * 0.6, 1), (names[1], bounds.bottom - LETTERS * 0.6, 3)):
        drawing.add("rect", x=0, y=middle - 4.5, width=9, height=9, fill=drawing.palette.series[series])
        drawing.text(name, 15, middle, halo=True, drop=MIDDLE)
        taken.append(Box(0, middle - 0.6 * LETTERS, 15 + width(name, LETTERS), middle + 0.6 * LETTERS))
    last = len(pairs) - 1
    for upward in (True, False):
        sides: tuple[Side, ...] = ("above", "above-left") if upward else ("below", "below-left")
        values = [pair.up if upward else pair.down for pair in pairs]
        ends = [line - value * unit if upward else line + value * unit for value in values]
        order = sorted((at for at in range(len(pairs)) if values[at]), key=lambda at: (at != last, -values[at], at))
        columns = [
            Box(x - wide / 2, min(line, end), x + wide / 2, max(line, end))
            for x, end in zip(middles, ends, strict=True)
        ]
        wanted = [Wanted(middles[at], ends[at], number(values[at])) for at in order]
        for placed in place(wanted, bounds, size=LETTERS, sides=sides, taken=taken, avoid=columns, may_cover=0.0):
            if placed:
                drawing.label(placed)

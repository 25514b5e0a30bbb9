"""Lying bars with names: strongholds, units, goals."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from muster.core.charts import axes, svg
from muster.core.charts.labels import MIDDLE
from muster.core.charts.scales import Scale
from muster.core.charts.svg import LETTERS, SCREEN, Drawing, Frame, Layout, Palette
from muster.core.charts.text import alike, shortened, width

_ROW = {"small": 26, "medium": 28, "large": 28}
_BAR = 17
_NAMES = 0.42  # of the width, at most


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    emphasis: bool = False


def draw(
    bars: Sequence[Bar],
    *,
    label: str,
    series: int = 1,
    number: axes.Number | None = None,
    empty: str = "Nothing to draw yet.",
    layout: Layout = "all",
    palette: Palette = SCREEN,
) -> Markup:
    """
    Draw figures >= 0 as bars from top to bottom, the name before and the figure after each.

    :param series: colour of the bars, 1..4; emphasised ones take 1, so give 2 where some are emphasised
    """

    written = number or alike(bar.value for bar in bars)

    def picture(frame: Frame) -> Drawing:
        if not bars:
            return axes.nothing(empty, frame, palette, height=120)
        row = _ROW[frame.name]
        drawing = Drawing(frame.width, row * len(bars), palette)
        names = [shortened(bar.label, frame.width * _NAMES, LETTERS) for bar in bars]
        start = max(width(name, LETTERS) for name in names) + 12
        end = frame.width - max(width(written(bar.value), LETTERS) for bar in bars) - 8
        length = Scale(0, max(bar.value for bar in bars) or 1, 0, max(end - start, 0))
        for position, (bar, name) in enumerate(zip(bars, names, strict=True)):
            middle = row * (position + 0.5)
            long = length(bar.value)
            title = f"{bar.label}: {written(bar.value)}"
            colour = palette.series[0 if bar.emphasis else series - 1]
            drawing.text(name, 0, middle, strong=True, drop=MIDDLE)
            drawing.add("rect", title=title, x=start, y=middle - _BAR / 2, width=long, height=_BAR, fill=colour)
            drawing.text(written(bar.value), start + long + 7, middle, drop=MIDDLE)
        return drawing

    return svg.in_frames(picture, label=label, layout=layout)

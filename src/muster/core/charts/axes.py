"""What several kinds of charts share: a picture that says there is nothing to draw, and the axis of figures."""

from collections.abc import Callable, Sequence

from muster.core.charts.labels import MIDDLE
from muster.core.charts.svg import LETTERS, Drawing, Frame, Palette
from muster.core.charts.text import width, wrapped

Number = Callable[[float], str]
EDGE = 8  # from the picture's edge to what might be cut: half a dot


def nothing(sentence: str, frame: Frame, palette: Palette, *, height: float) -> Drawing:
    """Return a bare baseline with the sentence above it."""
    drawing = Drawing(frame.width, height, palette)
    drawing.line(0, height - 24, frame.width, height - 24, palette.rule_strong)
    sentence_lines(drawing, sentence, middle=frame.width / 2, last_baseline=height / 2, room=frame.width - 2 * EDGE)
    return drawing


def sentence_lines(drawing: Drawing, sentence: str, *, middle: float, last_baseline: float, room: float) -> None:
    """Write a sentence centred, in as many lines as it needs, the last on the given baseline."""
    lines = wrapped(sentence, room, LETTERS)
    for number, line in enumerate(lines):
        drawing.text(line, middle, last_baseline - (len(lines) - 1 - number) * LETTERS * 1.35, anchor="middle")


def gutter(ticks: Sequence[float], number: Number) -> float:
    """Return the room the ticks of a vertical axis take at the right, with the gap before them."""
    return max((width(number(tick), LETTERS) for tick in ticks), default=0.0) + 8


def grid(
    drawing: Drawing, ticks: Sequence[float], at: Callable[[float], float], *, right: float, number: Number
) -> None:
    """Draw a hairline for each tick from the left edge to `right`, and its figure beyond."""
    for tick in ticks:
        colour = drawing.palette.rule if tick else drawing.palette.rule_strong
        drawing.line(0, at(tick), right, at(tick), colour)
        if tick:
            drawing.text(number(tick), right + 8, at(tick), drop=MIDDLE)

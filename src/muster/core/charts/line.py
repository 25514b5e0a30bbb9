"""A line through time with its milestones: members by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from muster.core.charts import axes, svg
from muster.core.charts.labels import Anchor, Box, Side, Wanted, circle_box, place, text_box
from muster.core.charts.scales import DateTick, Scale, date_ticks, nice_ticks
from muster.core.charts.svg import LETTERS, SCREEN, Drawing, Frame, Layout, Palette
from muster.core.charts.text import number as plain_number

_HEIGHT = {"small": 215, "medium": 265, "large": 300}
_TOP, _BOTTOM = 2 * LETTERS, 24
_DOT = 4.5
_SIDES: tuple[Side, ...] = ("above-left", "left", "above", "above-right", "right", "below-right", "below", "below-left")


@dataclass(frozen=True, slots=True)
class Point:
    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day worth a word: `label` such as "100 after 17 years" stands beside the point."""

    on: date
    value: float
    label: str


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where dates and figures lie in one frame."""

    across: Scale
    down: Scale
    right: float
    bottom: float

    def at(self, point: Point | Milestone) -> tuple[float, float]:
        return self.across(point.on.toordinal()), self.down(point.value)


def draw(
    points: Sequence[Point],
    *,
    label: str,
    milestones: Sequence[Milestone] = (),
    last_label: str | None = None,
    number: axes.Number = plain_number,
    whole: bool = True,
    empty: str = "Nothing to draw yet.",
    alone: str = "One figure so far; a line needs two.",
    layout: Layout = "all",
    palette: Palette = SCREEN,
) -> Markup:
    """
    Draw figures through time as a line over a light area, with a scale from zero at the right.

    :param points: in any order, at most one a day, figures finite
    :param label: what the picture shows, for those who do not see it
    :param milestones: hollow dots with a label each; where labels would collide the later ones stay, and of dots
        closer than their own width the later ones too
    :param last_label: beside the last point; its figure by default, nothing for ""
    :param whole: whether the figures are counts, so that the scale has no fractions
    :param empty: the sentence where there is no point, `alone` where there is one
    """
    in_order = sorted(points, key=lambda point: point.on)
    passed = sorted(milestones, key=lambda milestone: milestone.on, reverse=True)

    def picture(frame: Frame) -> Drawing:
        height = _HEIGHT[frame.name]
        if not in_order:
            return axes.nothing(empty, frame, palette, height=height)
        drawing = Drawing(frame.width, height, palette)
        plane = _plane(in_order, passed, drawing, number, whole)
        _draw_time(drawing, plane, in_order)
        _draw_line(drawing, plane, in_order)
        last = in_order[-1]
        text = number(last.value) if last_label is None else last_label
        _draw_labels(drawing, plane, in_order, [Milestone(last.on, last.value, text), *passed])
        if len(in_order) == 1:
            axes.sentence_lines(
                drawing,
                alone,
                middle=plane.right / 2,
                last_baseline=height / 2,
                room=plane.right - 2 * axes.EDGE,
            )
        return drawing

    return svg.in_frames(picture, label=label, layout=layout)


def _plane(
    points: Sequence[Point], milestones: Sequence[Milestone], drawing: Drawing, number: axes.Number, whole: bool
) -> _Plane:
    """Lay out the plane and draw its grid."""
    everything: list[Point | Milestone] = [*points, *milestones]
    values = [point.value for point in everything]
    low, high = min(0.0, *values), max(0.0, *values)
    ticks = [tick for tick in nice_ticks(low, high, at_most=6, whole=whole) if low <= tick <= (high or 1)]
    right = drawing.width - axes.gutter(ticks, number)
    bottom = drawing.height - _BOTTOM
    down = Scale(low, high if high > low else low + 1, bottom, _TOP)
    axes.grid(drawing, ticks, down, right=right, number=number)
    days = [point.on.toordinal() for point in everything]
    across = Scale(min(days), max(days), axes.EDGE, right - axes.EDGE)
    return _Plane(across, down, right, bottom)


def _draw_time(drawing: Drawing, plane: _Plane, points: Sequence[Point]) -> None:
    first, last = points[0].on, points[-1].on
    ticks = date_ticks(first, last, at_most=max(2, int(plane.right / (5.5 * LETTERS)))) or [
        DateTick(last, str(last.year))
    ]
    baseline, bounds = drawing.height - 6, Box(0, 0, drawing.width, drawing.height)
    placed: list[Box] = []
    for tick in ticks:
        x = plane.across(tick.on.toordinal())
        for anchor, start in _anchors(x, plane.right):
            box = text_box(tick.text, start, baseline, anchor, LETTERS)
            if box.within(bounds) and not any(box.overlaps(other) for other in placed):
                placed.append(box)
                drawing.line(x, plane.bottom, x, plane.bottom + 4, drawing.palette.rule_strong)
                drawing.text(tick.text, start, baseline, anchor=anchor)
                break


def _anchors(x: float, right: float) -> list[tuple[Anchor, float]]:
    """Return how a tick's label may stand: in the middle, or flush with an edge of the plane it would cross."""
    return [("middle", x), ("start", max(x - 4, 0)) if x < right / 2 else ("end", x + 4)]


def _draw_line(drawing: Drawing, plane: _Plane, points: Sequence[Point]) -> None:
    if len(points) < 2:
        return
    corners = [plane.at(point) for point in points]
    way = "L".join(f"{svg.figure(x)} {svg.figure(y)}" for x, y in corners)
    zero = svg.figure(plane.down(0))
    area = f"M{svg.figure(corners[0][0])} {zero}L{way}L{svg.figure(corners[-1][0])} {zero}Z"
    colour = drawing.palette.series[0]
    drawing.add("path", d=area, fill=colour, fill_opacity="0.1")
    drawing.add("path", d=f"M{way}", fill="none", stroke=colour, stroke_width="2", stroke_linejoin="round",
                stroke_linecap="round", vector_effect="non-scaling-stroke")  # fmt: skip


def _draw_labels(drawing: Drawing, plane: _Plane, points: Sequence[Point], dots: Sequence[Milestone]) -> None:
    """Draw the dots, the last point's first, and the labels that find room."""
    shown: list[tuple[float, float, Milestone]] = []
    for dot in dots:
        x, y = plane.at(dot)
        if all((x - other_x) ** 2 + (y - other_y) ** 2 >= (2 * _DOT + 1) ** 2 for other_x, other_y, _ in shown):
            shown.append((x, y, dot))
    for position, (x, y, _dot) in reversed(list(enumerate(shown))):
        colour = drawing.palette.series[0]
        fill = colour if position == 0 else drawing.palette.paper
        drawing.add(
            "circle", cx=x, cy=y, r=_DOT, fill=fill, stroke=colour, stroke_width="2", vector_effect="non-scaling-stroke"
        )
    labels = place(
        [Wanted(x, y, dot.label, _DOT + 1) for x, y, dot in shown],
        Box(0, 0, plane.right, plane.bottom),
        size=LETTERS,
        sides=_SIDES,
        avoid=_along([plane.at(point) for point in points]),
        may_cover=0.35,
    )
    for placed in labels:
        if placed:
            drawing.label(placed)


def _along(corners: Sequence[tuple[float, float]]) -> list[Box]:
    """Return small boxes along a line, at most some ten units apart, for labels to keep clear of."""
    boxes = []
    for (x, y), (next_x, next_y) in pairwise(corners):
        steps = max(1, round(max(abs(next_x - x), abs(next_y - y)) / 10))
        boxes += [
            circle_box(x + (next_x - x) * step / steps, y + (next_y - y) * step / steps, 5) for step in range(steps)
        ]
    return boxes

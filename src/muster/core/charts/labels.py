"""Where labels go, so that none covers another and none leaves the picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from muster.core.charts.text import width

Side = Literal["right", "left", "above", "below", "above-left", "above-right", "below-left", "below-right"]
Anchor = Literal["start", "middle", "end"]
EVERY_SIDE: tuple[Side, ...] = (
    "right", "left", "above", "below", "above-right", "above-left", "below-right", "below-left",
)  # fmt: skip
ASCENT, DESCENT = 0.78, 0.24  # of the font size, for letters with marks and tails
MIDDLE = 0.35  # how far below the middle of its figures and capitals a text has its baseline
_GAP = 0.3  # between point and label, of the font size


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: "Box") -> bool:
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )

    def shared_area(self, other: "Box") -> float:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, 0) * max(down, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label for the point x, y that keeps clear of a circle of `radius` round it."""

    x: float
    y: float
    text: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """
    A label: its baseline lies `drop` font sizes below x, y, and its letters stay within `box`.

    The drop is kept apart because letters do not grow with the drawing: in units they get smaller where it is shown larger.
    """

    text: str
    x: float
    y: float
    anchor: Anchor
    drop: float
    box: Box


def text_box(text: str, x: float, y: float, anchor: Anchor, size: float, drop: float = 0.0) -> Box:
    """Return the room of a text at a font size whose baseline lies `drop` font sizes below x, y."""
    wide = width(text, size)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Box(left, y + (drop - ASCENT) * size, left + wide, y + (drop + DESCENT) * size)


def circle_box(x: float, y: float, radius: float) -> Box:
    """Return the square round a circle."""
    return Box(x - radius, y - radius, x + radius, y + radius)


def place(
    wanted: Sequence[Wanted],
    bounds: Box,
    *,
    size: float,
    sides: Sequence[Side] = EVERY_SIDE,
    taken: Iterable[Box] = (),
    avoid: Sequence[Box] = (),
    may_cover: float = 1.0,
    clear: float = 0.0,
) -> list[Placed | None]:
    """
    Place labels beside their points, the first wanted first; None where there is no room.

    :param size: font size in the units of the drawing
    :param sides: where a label may stand, best first
    :param taken: boxes no label may touch
    :param avoid: boxes a label covers only if no side is free of them, as little as possible
    :param may_cover: share of a label's own room, 0..1, that may lie over boxes to avoid; beyond it is not placed
    :param clear: room between a label and the circles of the other labels' points, in font sizes: a label
        that touches another's point seems to belong to it
    :returns: one entry for each wanted label; no two boxes overlap, all lie within `bounds`
    """
    points = [circle_box(label.x, label.y, label.radius + clear * size) for label in wanted]
    fixed, labelled = list(taken), list[Box]()
    result: list[Placed | None] = []
    for position, label in enumerate(wanted):
        occupied = [*fixed, *labelled, *points[:position], *points[position + 1 :]]
        reach = circle_box(label.x, label.y, label.radius + width(label.text, size) + 2 * size)
        near = [box for box in avoid if box.overlaps(reach)]
        best: tuple[float, Placed] | None = None
        for side in sides:
            candidate = _beside(label, side, size)
            if not candidate.box.within(bounds) or any(candidate.box.overlaps(box) for box in occupied):
                continue
            covered = sum(candidate.box.shared_area(box) for box in near)
            if best is None or covered < best[0]:
                best = covered, candidate
            if covered == 0:
                break
        room = best[1].box.shared_area(best[1].box) if best else 0.0
        if best is None or best[0] > may_cover * room:
            result.append(None)
            continue
        labelled.append(best[1].box)
        result.append(best[1])
    return result


def _beside(label: Wanted, side: Side, size: float) -> Placed:
    """Return a label on one side of its point."""
    off = label.radius + _GAP * size
    slant = label.radius * 0.7 + _GAP * size * 0.5
    across: tuple[float, Anchor] = (label.x, "middle")
    if side.endswith("right"):
        across = (label.x + (off if side == "right" else slant), "start")
    elif side.endswith("left"):
        across = (label.x - (off if side == "left" else slant), "end")
    away = off if side in ("above", "below") else slant
    y, drop = label.y, MIDDLE
    if side.startswith("above"):
        y, drop = label.y - away, -DESCENT
    elif side.startswith("below"):
        y, drop = label.y + away, ASCENT
    x, anchor = across
    return Placed(label.text, x, y, anchor, drop, text_box(label.text, x, y, anchor, size, drop))

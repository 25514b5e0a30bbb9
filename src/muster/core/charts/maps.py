"""A map of cities: circles by size, the largest named, on the US states or on the countries round them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from markupsafe import Markup

from muster.core.charts import axes
from muster.core.charts.labels import ASCENT, MIDDLE, Box, Wanted, circle_box, place
from muster.core.charts.outlines import WIDTH, Ground, around, united_states
from muster.core.charts.svg import FONT_SIZE, PRINT, SCREEN, Drawing, Layout, Palette
from muster.core.charts.text import number as plain_number
from muster.core.charts.text import shortened, width, wrapped

_LARGEST, _SMALLEST = 23.0, 5.0  # radii in units of the map, 975 across
_MOST_DRAWN = 1200
# Where a map may be shown, the width in px where that begins, and how many names are tried there.
_SPANS = (("small", 280, 6), ("medium", 420, 10), ("large", 640, 24))


@dataclass(frozen=True, slots=True)
class Spot:
    """A city at latitude, longitude (degrees) in a country (ISO code); `value` > 0 gives the circle's area."""

    name: str
    latitude: float
    longitude: float
    country: str
    value: float


@dataclass(frozen=True, slots=True)
class _Circle:
    x: float
    y: float
    radius: float
    spot: Spot


def draw(
    spots: Sequence[Spot],
    *,
    label: str,
    value_name: str = "members",
    outline: Literal["auto", "us", "world"] = "auto",
    number: axes.Number = plain_number,
    empty: str = "No place to show yet.",
    layout: Layout = "all",
    palette: Palette = SCREEN,
) -> Markup:
    """
    Draw cities as circles whose areas follow their figures, and name the largest as far as names find room.

    :param value_name: what is counted, for the key and the names shown when pointing at a circle
    :param outline: "auto" takes the US states where at least half of the figures lie in the US, else the countries
        round the cities. What lies off the map is said in a sentence below it.
    """
    drawn = sorted((spot for spot in spots if spot.value > 0), key=lambda spot: (-spot.value, spot.name))
    at_home = sum(spot.value for spot in drawn if spot.country == "US")
    in_states = outline == "us" or (outline == "auto" and 2 * at_home >= sum(spot.value for spot in drawn))
    points = [(spot.latitude, spot.longitude) for spot in drawn]
    if in_states or not drawn:
        points = [point if spot.country == "US" else (-90, 0) for point, spot in zip(points, drawn, strict=True)]
        ground = united_states(points)
    else:
        ground = around(points, {spot.country for spot in drawn})
    circles = _circles(drawn, ground)
    notes = _notes(drawn, ground, circles, value_name, number) if drawn else [empty]
    spans = [span for span in _SPANS if layout in ("all", span[0])]
    foot = max(_foot_height(notes, WIDTH / begins) for _name, begins, _count in spans)
    drawing = Drawing(WIDTH, ground.height + foot, palette)
    _draw_ground(drawing, ground)
    _draw_circles(drawing, circles[:_MOST_DRAWN], value_name, number)
    for name, begins, count in spans:
        drawing.open_group(f"at-{name}")
        _draw_names(drawing, circles[:_MOST_DRAWN], ground, WIDTH / begins * FONT_SIZE, count)
        _draw_foot(drawing, circles, notes, ground.height, WIDTH / begins * FONT_SIZE, value_name, number)
        drawing.close_group()
    picture = drawing.render(label, "plot-map")
    return Markup('<div class="plot">') + picture + Markup("</div>") if layout == "all" else picture


def _circles(drawn: Sequence[Spot], ground: Ground) -> list[_Circle]:
    """Return the circles that lie on the map, the largest first."""
    largest = max((spot.value for spot in drawn), default=1.0)
    return [
        _Circle(*at, _radius(spot.value, largest), spot)
        for spot, at in zip(drawn, ground.points, strict=True)
        if at is not None
    ]


def _radius(value: float, largest: float) -> float:
    return max(_LARGEST * sqrt(value / largest), _SMALLEST)


def _draw_ground(drawing: Drawing, ground: Ground) -> None:
    colour, paper = drawing.palette.land, drawing.palette.paper
    # The unit of the paths is a tenth where they were stored that way.
    drawing.open_group("ground", transform="" if ground.unit == 1 else f"scale({ground.unit})")
    line = {"stroke": paper, "stroke_linejoin": "round", "stroke_width": str(1.4 / ground.unit)}
    if drawing.palette is not PRINT:  # whose renderer would take the width as units
        line |= {"stroke_width": "0.8", "vector_effect": "non-scaling-stroke"}
    for path in filter(None, ground.quiet_land):
        drawing.add("path", d=path, fill=colour, fill_opacity="0.6", **line)
    for path in filter(None, ground.land):
        drawing.add("path", d=path, fill=colour, **line)
    if ground.borders:
        drawing.add("path", d=ground.borders, fill="none", **line)
    drawing.close_group()


def _draw_circles(drawing: Drawing, circles: Sequence[_Circle], value_name: str, number: axes.Number) -> None:
    for circle in circles:
        title = f"{circle.spot.name}: {number(circle.spot.value)} {value_name}"
        _circle(drawing, circle.x, circle.y, circle.radius, title)


def _circle(drawing: Drawing, x: float, y: float, radius: float, title: str = "") -> None:
    drawing.add("circle", title=title, cx=x, cy=y, r=radius, fill=drawing.palette.series[0], fill_opacity="0.78",
                stroke=drawing.palette.paper, stroke_width="1", vector_effect="non-scaling-stroke")  # fmt: skip


def _draw_names(drawing: Drawing, circles: Sequence[_Circle], ground: Ground, size: float, count: int) -> None:
    free = [circle for position, circle in enumerate(circles[:count]) if not _covered(circle, circles[:position])]
    placed = place(
        [Wanted(circle.x, circle.y, circle.spot.name, circle.radius) for circle in free],
        Box(0, 0, WIDTH, ground.height),
        size=size,
        avoid=[circle_box(circle.x, circle.y, circle.radius) for circle in circles[:300]],
        may_cover=0.2,
        clear=0.25,
    )
    for label in placed:
        if label:
            drawing.label(label, size=size)


def _covered(circle: _Circle, larger: Sequence[_Circle]) -> bool:
    """Tell whether a circle's middle lies under a larger one: its name would seem to be the other's."""
    return any((circle.x - other.x) ** 2 + (circle.y - other.y) ** 2 < other.radius**2 for other in larger)


def _notes(
    drawn: Sequence[Spot], ground: Ground, circles: Sequence[_Circle], value_name: str, number: axes.Number
) -> list[str]:
    """Return what must be said because the map does not show it."""
    notes = []
    off = [spot for spot, at in zip(drawn, ground.points, strict=True) if at is None]
    if off:
        places = "1 place" if len(off) == 1 else f"{number(len(off))} places"
        notes.append(f"Not on this map: {number(sum(spot.value for spot in off))} {value_name} in {places}.")
    if len(circles) > _MOST_DRAWN:
        notes.append(f"The {number(_MOST_DRAWN)} largest of {number(len(circles))} places are drawn.")
    return notes


def _foot_height(notes: Sequence[str], scale: float) -> float:
    size = scale * FONT_SIZE
    lines = sum(len(wrapped(note, WIDTH, size)) for note in notes)
    return max(2 * _LARGEST, 1.5 * size) + lines * 1.4 * size + 6


def _draw_foot(
    drawing: Drawing,
    circles: Sequence[_Circle],
    notes: Sequence[str],
    top: float,
    size: float,
    value_name: str,
    number: axes.Number,
) -> None:
    """Draw the key of sizes, then the notes."""
    row, largest = max(2 * _LARGEST, 1.5 * size), circles[0].spot.value if circles else 0.0
    values = _key_values({circle.spot.value for circle in circles})
    # From the right figure to the left: where the row is too short, the smallest circles are left out.
    entries, room = list[tuple[float, str, float]](), WIDTH - 4
    for value in reversed(values):
        radius = _radius(value, largest)
        text = number(value) if entries else shortened(f"{number(value)} {value_name}", room - 2 * radius - size, size)
        wide = 2 * radius + 0.4 * size + width(text, size) + 1.1 * size
        if wide - size > room:
            break
        entries.insert(0, (radius, text, wide))
        room -= wide
    x, middle = 2.0, top + row / 2
    for radius, text, wide in entries:
        _circle(drawing, x + radius, middle, radius)
        drawing.text(text, x + 2 * radius + 0.4 * size, middle, size=size, drop=MIDDLE)
        x += wide
    baseline = top + row + ASCENT * size
    for note in notes:
        for line in wrapped(note, WIDTH, size):
            drawing.text(line, 0, baseline, size=size)
            baseline += 1.4 * size


def _key_values(values: set[float]) -> list[float]:
    """Return up to three round figures for the key, the smallest first; none where all circles are alike."""
    largest = max(values, default=0.0)
    if len(values) < 2 or largest < 2:
        return []
    round_figures = [
        factor * 10.0**power for power in range(12) for factor in (1, 2, 5) if factor * 10**power <= largest
    ]
    return sorted({round_figures[-1], *round_figures[-3::-2][:1], *round_figures[-5::-2][:1]})

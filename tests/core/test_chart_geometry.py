"""Ticks are round and cover their range, labels never meet, and points lie where other programs put them."""

import doctest
import hashlib
import json
import math
from datetime import date
from importlib import resources
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import places
from muster.core.charts import outlines, scales, text
from muster.core.charts.labels import Box, Wanted, circle_box, place

pytestmark = pytest.mark.unit

FIGURES = st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
DAYS = st.dates(date(1848, 1, 1), date(2120, 12, 31))


@given(FIGURES, FIGURES, st.integers(3, 12), st.booleans())
def test_ticks_are_round_few_and_cover_the_range(one, other, at_most, whole):
    low, high = min(one, other), max(one, other)

    ticks = scales.nice_ticks(low, high, at_most=at_most, whole=whole)

    steps = [after - before for before, after in pairwise(ticks)]
    slack = steps[0] * 1e-6
    assert 2 <= len(ticks) <= at_most
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert round(steps[0] / 10 ** math.floor(math.log10(steps[0]) + 1e-9), 6) in (1, 2, 5)
    assert not whole or all(tick == int(tick) for tick in ticks)


def test_ticks_of_what_cannot_be_drawn():
    for low, high in ((2.0, 1.0), (0.0, math.inf), (math.nan, 1.0)):
        with pytest.raises(ValueError, match="finite"):
            scales.nice_ticks(low, high)


@given(DAYS, DAYS, st.integers(1, 12))
def test_date_ticks_are_few_even_and_lie_in_the_span(one, other, at_most):
    first, last = min(one, other), max(one, other)

    ticks = scales.date_ticks(first, last, at_most=at_most)

    days = [tick.on for tick in ticks]
    gaps = {(after.year - before.year) * 12 + after.month - before.month for before, after in pairwise(days)}
    assert len(ticks) <= at_most
    assert all(first <= day <= last and day.day == 1 for day in days)
    assert len(gaps) <= 1
    assert all(gap > 0 for gap in gaps)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(1998, 3, 1), date(2021, 5, 1), ["2000", "2005", "2010", "2015", "2020"]),
        (date(2019, 1, 1), date(2022, 2, 1), ["2019", "2020", "2021", "2022"]),
        (date(2020, 11, 5), date(2021, 4, 1), ["Dec 2020", "Jan 2021", "Feb", "Mar", "Apr"]),
        (date(2024, 3, 2), date(2024, 3, 31), []),
    ],
)
def test_date_ticks_read_well(first, last, expected):
    assert [tick.text for tick in scales.date_ticks(first, last, at_most=6)] == expected


@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300), st.text(max_size=20), st.floats(0, 20)), max_size=25),
    st.floats(8, 40),
)
def test_labels_never_meet_nor_leave_the_picture_nor_touch_another_point(points, size):
    wanted = [Wanted(*point) for point in points]
    bounds, taken = Box(0, 0, 400, 300), [Box(100, 100, 160, 140)]

    placed = place(wanted, bounds, size=size, taken=taken, clear=0.2)

    boxes = [label.box if label else None for label in placed]
    assert [label.text for label in placed if label] == [
        w.text for w, label in zip(wanted, placed, strict=True) if label
    ]
    assert all(box.within(bounds) and not box.overlaps(taken[0]) for box in boxes if box)
    assert not any(one.overlaps(other) for one, other in combinations(filter(None, boxes), 2))
    for position, box in enumerate(boxes):
        others = [circle_box(w.x, w.y, w.radius) for at, w in enumerate(wanted) if at != position]
        assert not box or not any(box.overlaps(other) for other in others)


def test_a_label_takes_the_first_free_side_and_gives_way_to_what_matters():
    bounds = Box(0, 0, 200, 100)
    alone = place([Wanted(50, 50, "Salem")], bounds, size=10)
    beside_a_line = place([Wanted(50, 50, "Salem")], bounds, size=10, avoid=[Box(54, 45, 90, 55)])
    at_the_edge = place([Wanted(195, 50, "Salem")], bounds, size=10)
    no_room = place([Wanted(50, 50, "Salem" * 20)], bounds, size=10)

    assert [(label.anchor, label.x, label.y) for label in (*alone, *beside_a_line, *at_the_edge) if label] == [
        ("start", 53.0, 50.0),
        ("end", 47.0, 50.0),
        ("end", 192.0, 50.0),
    ]
    assert no_room == [None]


@given(st.text(max_size=40), st.floats(0, 300))
def test_shortened_and_wrapped_text_fits(words, room):
    assert text.width(text.shortened(words, room, 12), 12) <= room
    assert all(text.width(line, 12) <= room for line in text.wrapped(words, room, 12))


def test_figures_are_written_alike():
    write = text.alike([3.0, 3.25])
    assert [write(3.0), write(3.25), write(1000)] == ["3.0", "3.2", "1,000.0"]
    assert text.alike([3.0, 4.0])(3.0) == "3"


@pytest.mark.parametrize("module", [scales, text])
def test_the_examples_of_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [  # by d3-geo 3.1.2: geoAlbersUsa().scale(1300).translate([487.5, 305])
        (45.523, -122.676, (79.4827, 90.1296)),
        (25.774, -80.194, (822.6478, 572.2758)),
        (61.218, -149.9, (112.2786, 544.2786)),
        (21.307, -157.858, (266.9663, 549.1881)),
        (18.466, -66.106, None),
        (51.5, -0.12, None),
        (51.88, -176.658, None),  # Adak lies left of the picture
    ],
)
def test_points_lie_where_d3_puts_them_on_the_states(latitude, longitude, expected):
    (point,) = outlines.united_states([(latitude, longitude)]).points
    assert point == (expected if expected is None else pytest.approx(expected, abs=1e-3))


def corners(path, unit):
    """Read the subpaths of a path of relative moves."""
    rings, at = [], (0.0, 0.0)
    for part in path.replace("-", " -").strip("mM z").replace("z", "").replace("M", "m").split("m"):
        figures = [float(figure) for figure in part.replace("l", " ").split()]
        steps = list(zip(figures[::2], figures[1::2], strict=True))
        at = (at[0] + steps[0][0], at[1] + steps[0][1]) if "M" not in path else steps[0]
        ring, here = [at], at
        for dx, dy in steps[1:]:
            here = (here[0] + dx, here[1] + dy)
            ring.append(here)
        rings.append([(x * unit, y * unit) for x, y in ring])
    return rings


def inside(point, rings):
    """Count how often a ray to the right crosses the rings."""
    x, y = point
    crossings = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                crossings += 1
    return crossings % 2 == 1


def points_of(country, *cities):
    found = [places.BUNDLED.locate(city, "", country) for city in cities]
    return [(place.latitude, place.longitude) for place in found if place]


def test_inland_cities_lie_on_the_land_of_the_states():
    cities = places.BUNDLED.suggest("s", "US", 400) + places.BUNDLED.suggest("de", "US", 100)
    inland = [place for place in cities if -115 < place.longitude < -100 or place.region in ("MO", "TN", "KS", "AK")]
    ground = outlines.united_states([(place.latitude, place.longitude) for place in inland])
    rings = corners(ground.land[0], ground.unit)

    assert len(inland) > 40
    assert [place for place, point in zip(inland, ground.points, strict=True) if not inside(point, rings)] == []


@pytest.mark.parametrize(
    ("country", "cities"),
    [
        ("DE", ("Berlin", "München", "Köln", "Leipzig", "Kassel")),
        ("SE", ("Uppsala", "Umeå", "Kiruna")),
        ("CH", ("Bern",)),
        ("IN", ("Delhi", "Nagpur", "Bengaluru")),
        ("RU", ("Moscow", "Omsk", "Irkutsk")),
        ("NZ", ("Hamilton", "Palmerston North")),
        ("ZA", ("Johannesburg", "Bloemfontein")),
    ],
)
def test_cities_lie_on_the_land_of_their_country_and_in_the_picture(country, cities):
    points = points_of(country, *cities)
    ground = outlines.around(points, {country})
    rings = corners(ground.land[0], ground.unit)

    assert len(points) == len(cities)
    assert all(0 <= x <= outlines.WIDTH and 0 <= y <= ground.height for x, y in ground.points)
    assert all(inside(point, rings) for point in ground.points)
    assert all(-31 <= x <= outlines.WIDTH + 31 and -31 <= y <= ground.height + 1 for ring in rings for x, y in ring)


def test_places_far_apart_are_shown_on_the_whole_world():
    points = [*points_of("IN", "Nagpur"), *points_of("BR", "Brasília"), *points_of("ZA", "Bloemfontein")]
    ground = outlines.around(points, {"IN", "BR", "ZA"})
    rings = corners(ground.land[0], ground.unit)

    assert 380 < ground.height < 520
    assert all(inside(point, rings) for point in ground.points)


def test_the_outlines_are_those_of_the_manifest():
    folder = resources.files("muster.core.charts").joinpath("data")
    manifest = json.loads(folder.joinpath("manifest.json").read_text())
    stored = {name: hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() for name in ("us.json", "world.npz")}
    assert stored == {name: manifest[name]["sha256"] for name in stored}

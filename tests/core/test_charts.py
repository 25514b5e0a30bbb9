"""The charts as XML: marks where the figures say, every text in its place, nothing colliding for any data."""

import re
import subprocess
import sys
from datetime import date, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from muster.core.charts import bars, columns, line, maps, pairs, svg
from muster.core.charts.labels import Box, text_box

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = st.one_of(st.integers(0, 2_000_000), st.floats(0, 1e6).map(lambda value: round(value, 1)))
WORDS = st.text(max_size=24)


def pictures(markup):
    """Return the SVG elements of a chart, whether one or one for each frame."""
    root = ElementTree.fromstring(markup)
    return [root] if root.tag == f"{SVG}svg" else root.findall(f"{SVG}svg")


def texts(picture):
    return ["".join(element.itertext()) for element in picture.iter(f"{SVG}text")]


def large(draw, *data, **options):
    return ElementTree.fromstring(draw(*data, label="What it shows", layout="large", **options))


def attributes(element, *names):
    return tuple(float(element.get(name)) for name in names)


def marks(picture, name):
    return list(picture.iter(f"{SVG}{name}"))


def boxes(group, size):
    found = []
    for element in group.iter(f"{SVG}text"):
        x, y = attributes(element, "x", "y")
        drop = float(element.get("dy", "0em").removesuffix("em"))
        found.append(text_box("".join(element.itertext()), x, y, element.get("text-anchor", "start"), size, drop))
    return found


def collisions(picture):
    """Return texts that meet or leave the picture, at the largest letters the stylesheet gives them."""
    width, height = (float(figure) for figure in picture.get("viewBox").split()[2:])
    groups = [g for g in picture.iter(f"{SVG}g") if g.get("class", "").startswith("at-")] or [picture]
    problems = []
    for group in groups:
        sizes = {float(element.get("font-size")) for element in group.iter(f"{SVG}text")}
        assert len(sizes) <= 1
        # A map's letters are written as large as they get; the others' where the frame begins.
        size = max(sizes, default=12.0) if "plot-map" in picture.get("class") else svg.LETTERS
        found = boxes(group, size)
        # Coordinates are written in tenths: half a unit is nothing.
        problems += [box for box in found if not box.within(Box(-0.5, -0.5, width + 0.5, height + 0.5))]
        slim = [Box(box.left + 0.5, box.top + 0.5, box.right - 0.5, box.bottom - 0.5) for box in found]
        problems += [(one, other) for one, other in combinations(slim, 2) if one.overlaps(other)]
    return problems


def assert_sound(markup):
    assert isinstance(markup, Markup)
    for picture in pictures(markup):
        assert (picture.get("role"), bool(picture.get("aria-label"))) == ("img", True)
        assert collisions(picture) == []


def test_line_puts_points_where_their_figures_say():
    picture = large(line.draw, [line.Point(date(2020, 1, 1), 0), line.Point(date(2024, 1, 1), 100)], last_label="100 now",
                    milestones=[line.Milestone(date(2022, 1, 1), 50, "half-way")])  # fmt: skip

    # 720 less the room of "100" (1.95 em of 13.5) and a gap of 8; the last dot's edge of 8 on either side.
    right = 720 - 1.95 * 13.5 - 8
    dots = [attributes(dot, "cx", "cy") for dot in marks(picture, "circle")]
    middle = 8 + (right - 16) * 731 / 1461  # days
    assert dots == [pytest.approx((middle, 151.5), abs=0.06), pytest.approx((right - 8, 27), abs=0.06)]
    assert " ".join(texts(picture)) == "20 40 60 80 100 2020 2021 2022 2023 2024 100 now half-way"
    assert marks(picture, "path")[1].get("d") == f"M8 276L{right - 8:.1f} 27".replace(".0", "")
    assert picture.get("viewBox") == "0 0 720 300"


def test_columns_stand_on_the_line_and_are_as_tall_as_their_figures():
    picture = large(
        columns.draw, [columns.Column("5–7", 10), columns.Column("8–13", 20, True), columns.Column("14+", None)]
    )

    drawn = [attributes(column, "x", "y", "width", "height") for column in marks(picture, "rect")]
    tall = 240 - 24 - 1.8 * 13.5
    assert drawn == [
        pytest.approx((78, 216 - tall / 2, 84, tall / 2), abs=0.06),
        pytest.approx((318, 216 - tall, 84, tall), abs=0.06),
        pytest.approx((558, 216, 84, 0), abs=0.06),
    ]
    assert [column.get("fill") for column in marks(picture, "rect")] == [f"var(--series-{n})" for n in (2, 1, 2)]
    assert sorted(texts(picture)) == sorted(["10", "20", "–", "5–7", "8–13", "14+"])
    assert [title.text for title in marks(picture, "title")] == ["5–7: 10", "8–13: 20", "14+: –"]


def test_bars_are_as_long_as_their_figures():
    picture = large(bars.draw, [bars.Bar("Salem", 30), bars.Bar("Bend", 7.5)])

    long, short = (attributes(bar, "x", "width") for bar in marks(picture, "rect"))
    assert long[0] == short[0]
    assert short[1] == pytest.approx(long[1] / 4, abs=0.06)
    assert texts(picture) == ["Salem", "30.0", "Bend", "7.5"]


def test_pairs_share_one_line_and_one_scale():
    picture = large(
        pairs.draw, [pairs.Pair("2023", 30, 10), pairs.Pair("2024", 15, 0)], up_name="Joined", down_name="Left"
    )

    up, down, next_up, nothing, *_key = (attributes(column, "y", "height") for column in marks(picture, "rect"))
    assert up[0] + up[1] == pytest.approx(down[0], abs=0.11)
    assert next_up[0] + next_up[1] == pytest.approx(down[0], abs=0.11)
    assert (up[1], next_up[1], nothing[1]) == pytest.approx((3 * down[1], 1.5 * down[1], 0), abs=0.3)
    assert texts(picture) == ["Joined", "Left", "15", "30", "10", "2024", "2023"]


OREGON = [
    maps.Spot("Portland", 45.523, -122.676, "US", 36),
    maps.Spot("Bend", 44.058, -121.315, "US", 9),
    maps.Spot("Toronto", 43.7, -79.416, "CA", 4),
]


def test_map_draws_circles_by_area_and_says_what_lies_off_it():
    picture = large(maps.draw, OREGON)

    circles = [attributes(circle, "cx", "cy", "r") for circle in marks(picture, "circle")]
    assert circles[:2] == [pytest.approx((79.5, 90.1, 23)), pytest.approx((106.6, 131.1, 11.5), abs=20)]
    assert circles[1][2] == circles[0][2] / 2
    assert texts(picture)[:2] == ["Portland", "Bend"]
    assert texts(picture)[-1] == "Not on this map: 4 members in 1 place."


def test_map_follows_the_members_abroad():
    picture = large(maps.draw, [*OREGON[1:], maps.Spot("Ottawa", 45.42, -75.69, "CA", 20)])

    assert set(texts(picture)) >= {"Ottawa", "Toronto", "Bend"}
    assert not any("Not on this map" in text for text in texts(picture))


def test_empty_and_single_data_give_a_picture_with_a_sentence():
    nothing = [
        large(line.draw, [], empty="No members yet."),
        large(columns.draw, [], empty="No members yet."),
        large(columns.draw, [columns.Column("2024", None)], empty="No members yet."),
        large(bars.draw, [], empty="No members yet."),
        large(pairs.draw, [pairs.Pair("2024", 0, 0)], up_name="Joined", down_name="Left", empty="No members yet."),
        large(maps.draw, [], empty="No members yet."),
    ]
    assert [texts(picture) for picture in nothing] == [["No members yet."]] * 6

    one = large(line.draw, [line.Point(date(2024, 3, 1), 4)], last_label="4 members")
    assert len(marks(one, "circle")) == 1
    assert texts(one) == ["1", "2", "3", "4", "Mar 2024", "4 members", "One figure so far; a line needs two."]


@pytest.mark.parametrize("layout", ["all", "small", "medium", "large"])
def test_what_people_write_stays_text(layout):
    nasty = "<script>alert(1)</script>&\"'\x00\x1b\ud800"
    today = date(2024, 3, 1)
    markups = [
        line.draw([line.Point(today, 1)], label=nasty, last_label=nasty, alone=nasty, layout=layout),
        columns.draw([columns.Column(nasty, 1)], label=nasty, layout=layout),
        bars.draw([bars.Bar(nasty, 1)], label=nasty, layout=layout),
        pairs.draw([pairs.Pair(nasty, 1, 2)], label=nasty, up_name=nasty, down_name=nasty, layout=layout),
        maps.draw([maps.Spot(nasty, 45.5, -100, "US", 3)], label=nasty, value_name=nasty, layout=layout),
    ]
    for markup in markups:
        markup.encode()
        assert [picture.get("aria-label") for picture in pictures(markup)] == ["<script>alert(1)</script>&\"'"] * (
            3 if layout == "all" and "plot-map" not in markup else 1
        )
        assert "<script" not in markup


def test_for_print_all_colours_are_written_out():
    for draw in (columns.draw, bars.draw):
        item = columns.Column("a", 1) if draw is columns.draw else bars.Bar("a", 1)
        assert "var(" not in draw([item], label="x", palette=svg.PRINT)
    assert "var(" not in line.draw(
        [line.Point(date(2024, 1, day), day) for day in (1, 2)], label="x", palette=svg.PRINT
    )
    assert "var(" not in maps.draw(OREGON, label="x", palette=svg.PRINT)
    assert "paint-order" not in maps.draw(OREGON, label="x", palette=svg.PRINT)


def test_the_first_colour_is_darker_in_print_than_the_others():
    def light(colour):
        return sum(
            weight * int(part, 16)
            for weight, part in zip((0.21, 0.72, 0.07), re.findall("[0-9a-f]{2}", colour), strict=True)
        )

    first, *others = map(light, svg.PRINT.series)
    assert min(others) - first > 80


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 12_000), st.integers(-50, 2_000_000)), max_size=60, unique_by=lambda pair: pair[0]
    ),
    st.lists(st.tuples(st.integers(0, 59), WORDS), max_size=15),
    WORDS,
)
def test_line_never_collides(days, marked, last_label):
    points = [line.Point(date(1990, 1, 1) + timedelta(days=day), value) for day, value in days]
    milestones = [
        line.Milestone(points[at % len(points)].on, points[at % len(points)].value, words)
        for at, words in marked
        if points
    ]
    assert_sound(line.draw(points, label="x", milestones=milestones, last_label=last_label))


@settings(max_examples=60)
@given(st.lists(st.tuples(WORDS, st.one_of(st.none(), FIGURES), st.booleans()), max_size=50))
def test_columns_never_collide(items):
    assert_sound(columns.draw([columns.Column(*item) for item in items], label="x"))


@settings(max_examples=60)
@given(st.lists(st.tuples(WORDS, FIGURES, st.booleans()), max_size=20))
def test_bars_never_collide(items):
    assert_sound(bars.draw([bars.Bar(*item) for item in items], label="x"))


@settings(max_examples=60)
@given(st.lists(st.tuples(WORDS, FIGURES, FIGURES), max_size=40))
def test_pairs_never_collide(items):
    assert_sound(pairs.draw([pairs.Pair(*item) for item in items], label="x", up_name="Joined", down_name="Left"))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(WORDS, st.floats(-85, 85), st.floats(-180, 180), st.sampled_from(["US", "DE", "BR", ""]), FIGURES),
        max_size=40,
    ),
    st.sampled_from(["auto", "us", "world"]),
)
def test_maps_never_collide(spots, outline):
    assert_sound(maps.draw([maps.Spot(*spot) for spot in spots], label="x", outline=outline))


def test_the_same_data_give_the_same_picture():
    assert maps.draw(OREGON, label="x") == maps.draw(list(reversed(OREGON)), label="x")


def test_importing_reads_neither_numpy_nor_pyproj():
    program = (
        "import sys; from muster.core.charts import maps, line; sys.exit(bool({'numpy', 'pyproj'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

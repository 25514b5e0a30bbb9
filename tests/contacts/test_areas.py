"""Areas on a map: what is read, what is refused and why, which points lie in them, and how they are claimed."""

import doctest
import json
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.contacts import imports
from muster.contacts.calc import areas, claims
from muster.contacts.calc.areas import BadShape, Drawn
from muster.contacts.calc.routing import Address, Claim, Decision, Routes, Unit
from muster.core.sheets.problems import SheetError

pytestmark = pytest.mark.unit
SQUARE = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]
HOLE = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def read(found):
    return areas.read_areas(json.dumps(found).encode())


def problem_of(geometry):
    (one,) = read(feature(geometry))
    assert one.shape is None
    return one.problem


def test_what_a_drawing_program_writes_is_read():
    two = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [[[x + 9, y, 12] for x, y in SQUARE]]]}
    found = read(collection(feature(polygon(SQUARE), Unit="B-1", NAME=" East  side "), feature(two, chapter=7)))
    far = [[x + 9, y] for x, y in SQUARE]
    assert found == [Drawn(1, "East side", "B-1", [[SQUARE]]), Drawn(2, "Area 2", "7", [[SQUARE, HOLE], [far]])]
    assert read(polygon(SQUARE)) == [Drawn(1, "Area 1", "", [[SQUARE]])]
    # Some write null where there are no properties.
    assert read({"type": "Feature", "properties": None, "geometry": polygon(SQUARE)})[0].shape == [[SQUARE]]


@pytest.mark.parametrize(
    ("geometry", "problem"),
    [
        ({"type": "Point", "coordinates": [0, 0]}, "It is no area: only Polygon and MultiPolygon are read."),
        (None, "It is no area: only Polygon and MultiPolygon are read."),
        (polygon(), "It has no border."),
        ({"type": "MultiPolygon", "coordinates": []}, "It has no border."),
        ({"type": "MultiPolygon", "coordinates": [7]}, "It has no border."),
        (polygon(SQUARE[:3]), "Its border has fewer than four points."),
        (polygon(SQUARE[:4]), "Its border is not closed: the last point must be the first again."),
        (polygon(SQUARE, [*HOLE[:4], [1.0, 1.5]]), "Hole 1 is not closed: the last point must be the first again."),
        (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), "Its border holds nothing: all its points lie on a line."),
        (polygon([[0, 0], [1, "1"], [2, 2], [0, 0]]), "Its border, point 2: not a longitude and a latitude."),
        (polygon([[0, 0], [True, 1], [2, 2], [0, 0]]), "Its border, point 2: not a longitude and a latitude."),
        (polygon([[0, 0], [1], [2, 2], [0, 0]]), "Its border, point 2: not a longitude and a latitude."),
        (
            polygon([[43, -100], [44, -100], [44, -99], [43, -100]]),
            "Its border, point 1: 43, -100 is not on the earth. Longitude comes first.",
        ),
        (polygon([[0, 0], [10**400, 1], [2, 2], [0, 0]]), "Its border, point 2: 10000000000000000000, 1 is not on the earth."),
        (
            polygon([[179, 0], [-179, 0], [-179, 1], [179, 0]]),
            "Its border crosses the 180th meridian. Cut the area in two there.",
        ),
    ],
)  # fmt: skip
def test_each_fault_of_an_area_is_told(geometry, problem):
    assert problem_of(geometry) == problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "This is no GeoJSON file."),
        (b"\xff\xfe", "This is no GeoJSON file."),
        (b"[" * 100_000, "This is no GeoJSON file."),
        (b'{"type": "Polygon", "coordinates": [[[NaN, 0]]]}', "This is no GeoJSON file."),
        (b"[]", "This is no GeoJSON of areas"),
        (b'{"type": "Topology"}', "This is no GeoJSON of areas"),
        (b'{"type": "FeatureCollection", "features": 7}', "This is no GeoJSON of areas"),
        (b" " * (areas.MOST_BYTES + 1), "The file is larger than 5 MB."),
        (json.dumps(collection(*[{}] * 501)).encode(), "There are 501 areas in it; at most 500 are read at once."),
    ],
)
def test_a_file_that_is_none_is_refused(content, problem):
    with pytest.raises(BadShape) as refused:
        areas.read_areas(content)
    assert str(refused.value).startswith(problem)


def test_borders_with_too_many_points_are_refused():
    ring = [[n % 100, n % 90] for n in range(60_000)]
    ring.append(ring[0])
    with pytest.raises(BadShape, match="more than 100,000 points"):
        read(collection(feature(polygon(ring)), feature(polygon(ring))))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "features", "properties"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(ANYTHING, st.sampled_from(["Polygon", "MultiPolygon"]))
def test_whatever_comes_is_read_or_refused_in_words(found, kind):
    for sent in (found, {"type": kind, "coordinates": found}, feature(found), collection(found)):
        try:
            assert all(one.shape or one.problem for one in read(sent))
        except BadShape as refused:
            assert str(refused)


def by_angles(ring, latitude, longitude):
    """A point is inside where the border, seen from it, turns round once; None too near to the border to tell."""
    turned = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        first, second = math.atan2(y1 - latitude, x1 - longitude), math.atan2(y2 - latitude, x2 - longitude)
        step = (second - first + math.pi) % (2 * math.pi) - math.pi
        if abs(abs(step) - math.pi) < 1e-6 or math.hypot(x1 - longitude, y1 - latitude) < 1e-9:
            return None
        turned += step
    return abs(turned) > math.pi


@given(
    st.lists(st.tuples(st.floats(0, 6.28), st.floats(0.2, 3)), min_size=3, max_size=12),
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=30),
)
def test_a_point_lies_in_an_area_as_its_border_turns_round_it(rays, points):
    """Any border that runs once round the middle, star-shaped, many points at once and each alone."""
    corners = [
        [round(length * math.cos(angle), 6), round(length * math.sin(angle), 6)] for angle, length in sorted(rays)
    ]
    ring = [*corners, corners[0]]
    expected = [by_angles(ring, *point) for point in points]
    assume(any(one is not None for one in expected))
    together = areas.contains([[ring]], points).tolist()
    alone = [bool(areas.contains([[ring]], [point])[0]) for point in points]
    assert together == alone
    told = [(found, right) for found, right in zip(together, expected, strict=True) if right is not None]
    assert [found for found, _ in told] == [right for _, right in told]


def test_holes_and_islands():
    island = [[[x / 4 + 1.25, y / 4 + 1.25] for x, y in [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]]
    shape = [[SQUARE, HOLE], island]
    points = [(0.5, 0.5), (1.1, 1.1), (1.5, 1.5), (3.0, 3.0), (5.0, 1.0), (0.5, 5.0)]
    assert areas.contains(shape, points).tolist() == [True, False, True, True, False, False]
    assert areas.contains(shape, []).tolist() == []


def test_areas_side_by_side_never_both_hold_a_point():
    beside = [[x + 4, y] for x, y in SQUARE]
    above = [[x, y + 4] for x, y in SQUARE]
    border = [(number / 4, 4.0) for number in range(17)] + [(4.0, number / 4) for number in range(17)]
    held = np.array([areas.contains([[ring]], border) for ring in (SQUARE, beside, above)])
    assert held.sum(axis=0).max() == 1


def test_the_picture_fits_with_north_up():
    assert areas.outline([[SQUARE]], 8) == "M0.0 8.0 L8.0 8.0 L8.0 0.0 L0.0 0.0Z"
    # Far from the equator a degree of longitude is narrow.
    assert areas.outline([[[[x, y + 58] for x, y in SQUARE]]], 8).startswith("M2.0 8.0 L6.0")
    ring = [[math.cos(n / 1000), math.sin(n / 1000)] for n in range(6283)]
    assert areas.outline([[[*ring, ring[0]]]], 64).count("L") < 200


def test_the_examples_of_the_docstrings():
    assert doctest.testmod(areas).failed == doctest.testmod(claims).failed == 0


UNITS = [
    Unit(1, "Workers Together", "organisation"),
    Unit(2, "Town", "branch", "US", "ME", (9.0, 9.0)),
    Unit(3, "East", "group"),
]
SMALL = [[x / 2, y / 2] for x, y in SQUARE]


def claim(kind, value, unit_id, shape=None):
    return Claim(kind, "" if shape else "US", value, unit_id, shape)


def test_an_area_goes_before_its_state_and_behind_counties_and_the_smallest_first():
    drawn = [claim("area", "Square #1", 3, [[SQUARE]]), claim("area", "Small #2", 2, [[SMALL]])]
    state, county = claim("region", "ME", 2), claim("county", "ME YORK", 2)
    lives = Address("1", region="ME", country="US", county="York County, ME")

    def decided(*claimed, at):
        return Routes(claimed, UNITS, root_id=1, radius_km=50).decide([lives], lambda _: at)[lives]

    assert decided(*drawn, state, at=(3.0, 3.0)) == Decision(
        3, "claim_area", "It lies in Square, which belongs to East"
    )
    assert decided(*drawn, state, at=(1.0, 1.0)) == Decision(2, "claim_area", "It lies in Small, which belongs to Town")
    assert decided(*drawn, state, county, at=(3.0, 3.0)).rule == "claim_county"
    assert decided(*drawn, state, at=(9.0, 9.0)).rule == "claim_region"
    assert decided(*drawn, state, at=None).rule == "claim_region"
    assert decided(*drawn, at=(9.0, 9.0)).rule == "nearest"
    # Where the unit is closed its area counts for nothing.
    assert decided(claim("area", "Closed #3", 4, [[SQUARE]]), at=(3.0, 3.0)).rule == "national"


def test_a_map_is_a_list_of_areas(tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_text(
        json.dumps(
            collection(
                feature(polygon(SQUARE), name="A", unit="B-1"),
                feature(polygon(HOLE), name="B"),
                feature(polygon(HOLE), name="A", unit="B-2"),
                feature(polygon(SQUARE[:4]), name="C"),
            )
        )
    )
    sheet = imports.read_file(path, unit="B-9")
    assert [(row.row, row.unit, row.kind, row.value, row.shape) for row in sheet.rows] == [
        (1, "B-1", "area", "A", [[SQUARE]]),
        (2, "B-9", "area", "B", [[HOLE]]),
    ]
    assert [(problem.row, problem.message) for problem in sheet.problems] == [
        (3, "An area before it has that name too."),
        (4, "Its border is not closed: the last point must be the first again."),
    ]
    path.write_text("{")
    with pytest.raises(SheetError, match="This is no GeoJSON file"):
        imports.read_file(path)

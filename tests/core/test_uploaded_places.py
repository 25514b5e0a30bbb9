"""Places that were uploaded: gathered, packed, found again, compared; each against a plain loop."""

import doctest
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import places
from muster.core.places import codes, packed
from muster.core.places.gathered import UNKNOWN, City, Gathered
from muster.core.places.packed import Differences, Packed, city_differences, post_differences

pytestmark = pytest.mark.unit

# (post code, latitude, longitude, region, town, county, inhabitants)
GERMANY = [
    ("10115", 52.532, 13.385, "Berlin", "Berlin", "Berlin, Stadt", 3_500_000),
    ("10117", 52.517, 13.387, "Berlin", "Berlin", "Berlin, Stadt", 3_500_000),
    ("01067", 51.051, 13.733, "Sachsen", "Dresden", "Dresden, Stadt", 560_000),
    ("15230", 52.347, 14.550, "Brandenburg", "Frankfurt", "Frankfurt (Oder)", 57_000),
    ("60311", 50.110, 8.682, "Hessen", "Frankfurt", "Frankfurt am Main", 760_000),
    ("01945", 51.400, 14.000, "Brandenburg", "Grünewald", "Spreewald", 500),
    ("01945", 51.500, 13.900, "Brandenburg", "Ruhland", "Spreewald", 3_700),
]


def gathered(rows):
    found = Gathered()
    for code, latitude, longitude, region, town, county, people in rows:
        found.add(codes.code_key(code, "DE").encode(), latitude, longitude, (region, town), county, people)
    return found


def packed_of(rows, code="DE", **more):
    found = gathered(rows)
    for name, value in more.items():
        setattr(found, name, value)
    settled = found.settled()
    return Packed(code, settled.content, has_counties=settled.has_counties), settled


@pytest.fixture
def atlas():
    return places.Atlas({"DE": packed_of(GERMANY, written={"BE": "Berlin"})[0]})


@pytest.mark.parametrize("module", [codes, packed])
def test_the_examples_of_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("written", "country", "key"),
    [
        ("SW1A 1AA", "GB", "SW1A1AA"),
        ("sw1a1aa", "GB", "SW1A1AA"),
        (" k1a\u00a00b1 ", "CA", "K1A0B1"),
        ("1067", "DE", "01067"),
        ("1067.0", "DE", "01067"),
        ("DE-01067", "DE", "01067"),
        ("０１０６７", "DE", "01067"),
        ("1011 AB", "NL", "1011AB"),
        ("150-0001", "JP", "1500001"),
        ("600001", "JP", "0600001"),
        ("10011", "RO", "010011"),
        ("97201-1234", "US", "97201"),
        ("E1 6AN", "GB", "E16AN"),
        ("---", "DE", ""),
    ],
)
def test_one_function_says_what_a_post_code_is_found_by(written, country, key):
    assert codes.code_key(written, country) == key


def test_a_post_code_is_found_however_it_is_written(atlas):
    for written in ("01067", "1067", "D-01067", " 01067 "):
        assert atlas.by_postcode(written, "de") == places.Place("Dresden", "Sachsen", "DE", 51.051, 13.733, 560_000)
    assert atlas.county_of("1067", "DE") == "Dresden, Stadt, Sachsen"
    assert atlas.region_of("60311", "DE") == "Hessen"
    assert atlas.by_postcode("99999", "DE") is None
    assert places.BUNDLED.by_postcode("01067", "DE") is None
    # The bundled post codes are as before.
    assert atlas.by_postcode("97201", "US") == places.BUNDLED.by_postcode("97201", "US")


def test_a_post_code_of_several_towns_lies_in_their_middle(atlas):
    assert atlas.point_of("01945", "", "", "DE") == (51.45, 13.95)
    assert atlas.county_of("01945", "DE") == "Spreewald, Brandenburg"


def test_a_district_stands_in_for_a_code_that_is_not_known():
    rows = [
        ("SW1A", 51.5, -0.13, "ENG", "London", "", UNKNOWN),
        ("M1 1AE", 53.48, -2.24, "ENG", "Manchester", "", UNKNOWN),
    ]
    found = places.Atlas({"GB": packed_of(rows, "GB")[0]})
    assert found.point_of("SW1A 2AA", "", "", "GB") == found.point_of("sw1a", "", "", "GB") == (51.5, -0.13)
    assert found.point_of("m11ae", "", "", "GB") == (53.48, -2.24)
    # Its district alone stands in no row.
    assert found.by_postcode("M1 9ZZ", "GB") is None
    canada = places.Atlas({"CA": packed_of([("K1A", 45.4, -75.7, "ON", "Ottawa", "", UNKNOWN)], "CA")[0]})
    assert canada.point_of("K1A 0B1", "", "", "CA") == (45.4, -75.7)


def test_cities_are_told_apart_by_their_region_however_it_is_written(atlas):
    assert atlas.locate("Frankfurt", "Brandenburg", "DE").latitude == 52.347
    assert atlas.locate("Frankfurt", "hessen", "DE").latitude == 50.11
    assert atlas.locate("Frankfurt", "", "DE").latitude == 50.11
    assert atlas.locate("Berlin", "be", "DE") == places.Place("Berlin", "Berlin", "DE", 52.524, 13.386, 3_500_000)


def test_without_inhabitants_the_bundled_cities_stay_and_post_towns_are_added():
    rows = [("15999", 52.0, 14.0, "Brandenburg", "Kleinstdorf", "", UNKNOWN)]
    made, settled = packed_of(rows)
    found = places.Atlas({"DE": made})
    assert (settled.cities, settled.people, settled.has_counties) == (0, 0, False)
    assert found.locate("Berlin", "", "DE") == places.BUNDLED.locate("Berlin", "", "DE")
    assert found.locate("Kleinstdorf", "", "DE").latitude == 52.0
    assert places.BUNDLED.locate("Kleinstdorf", "", "DE") is None
    assert found.population_near([(52.5, 13.4)], 50, "DE") == places.BUNDLED.population_near([(52.5, 13.4)], 50, "DE")


def test_post_towns_are_told_apart_by_their_region_where_the_bundled_cities_hold():
    rows = [
        ("K0A", 45.0, -75.0, "ON", "Littletown", "", UNKNOWN),
        ("J0A", 46.0, -73.0, "QC", "Littletown", "", UNKNOWN),
    ]
    found = places.Atlas({"CA": packed_of(rows, "CA")[0]})
    assert found.locate("Littletown", "Ontario", "CA").latitude == 45.0
    assert found.locate("Littletown", "qc", "CA").latitude == 46.0
    assert found.locate("Littletown", "", "CA") is None
    assert found.locate("Toronto", "ON", "CA") == places.BUNDLED.locate("Toronto", "ON", "CA")


def test_what_rows_say_of_one_city_is_its_count_or_the_sum_of_its_post_codes():
    same = packed_of(GERMANY)[1]
    assert same.people == 3_500_000 + 560_000 + 57_000 + 760_000 + 500 + 3_700
    parts = packed_of([(*row[:6], people) for row, people in zip(GERMANY[:2], (20_000, 30_000), strict=True)])[1]
    assert (parts.people, parts.cities, parts.postcodes) == (50_000, 1, 2)


def test_a_list_of_cities_takes_their_region_from_the_post_codes():
    listed = [
        City("Dresden", "13", ("drezno",), 51.05, 13.74, 563_000),
        City("Pirna", "13", (), 50.96, 13.94, 38_000),
        City("Gorbitz", "13", (), 51.04, 13.67, 21_000, is_section=True),
        City("Berlin", "16", (), 52.52, 13.41, 3_426_000),
    ]
    made, settled = packed_of([(*row[:6], UNKNOWN) for row in GERMANY], cities=listed)
    found = places.Atlas({"DE": made})
    assert (settled.cities, settled.people) == (4, 563_000 + 38_000 + 3_426_000)
    assert found.locate("Pirna", "Sachsen", "DE").region == "Sachsen"
    assert found.locate("Drezno", "", "DE").name == "Dresden"


def test_what_is_new_changed_and_gone():
    before = packed_of(GERMANY)[0]
    moved = [
        ("10115", 52.6, 13.4, *GERMANY[0][3:]),
        *GERMANY[1:5],
        ("20095", 53.55, 10.0, "Hamburg", "Hamburg", "", 1_800_000),
    ]
    after = packed_of(moved)[0]
    assert post_differences(None, before.posts) == Differences(6, 6, 0, 0)
    assert post_differences(before.posts, before.posts) == Differences(6, 0, 0, 0)
    assert post_differences(before.posts, after.posts) == Differences(6, 1, 1, 1)
    assert post_differences(before.posts, None) == Differences(0, 0, 0, 6)
    # Berlin lies elsewhere, Hamburg is new, two villages are gone.
    assert city_differences(before.cities, after.cities) == Differences(5, 1, 1, 2)


def test_memory_grows_by_few_bytes_a_row_however_long_its_names_are():
    found = gathered([(f"{number:05}", 50, 10, "Bayern", "x" * 100, "y" * 100, 1) for number in range(10_000)])
    kept = [found.codes, found.latitudes, found.longitudes, found.town_of, found.county_of, found.people]
    assert sum(len(memoryview(one).cast("B")) for one in kept) == 34 * 10_000
    assert (len(found.towns), len(found.counties), found.new) == (1, 1, [])


POINT = st.tuples(st.floats(47, 55), st.floats(6, 15))
ROW = st.tuples(
    st.sampled_from([f"{number:05}" for number in range(1000, 1020)]),
    POINT,
    st.sampled_from(["Bayern", "Hessen"]),
    st.sampled_from(["Adorf", "Bedorf", "Cedorf"]),
    st.sampled_from(["", "Kreis 1", "Kreis 2"]),
    st.integers(-1, 5),
)


@given(st.lists(ROW, min_size=1, max_size=40))
def test_gathering_is_what_a_loop_over_the_rows_says(drawn):
    rows = [(code, *point, region, town, county, people) for code, point, region, town, county, people in drawn]
    made, settled = packed_of(rows)
    by_code = {}
    for row in rows:
        by_code.setdefault(row[0], []).append(row)
    assert settled.postcodes == len(by_code)
    for code, group in by_code.items():
        position = made.posts.position(code)
        office = made.posts.office(position)
        assert office.latitude == pytest.approx(sum(row[1] for row in group) / len(group), abs=1e-4)
        assert (office.region, office.city) == group[0][3:5]
        counted = Counter((row[3] if row[5] else "", row[5]) for row in group)
        assert counted[made.posts.county_of(position)] == max(counted.values())
    towns = {}
    for row in rows:
        if row[6] >= 0:
            towns.setdefault((row[3], row[4]), []).append(row[6])
    expected = {town: said[0] if len(set(said)) == 1 else sum(said) for town, said in towns.items()}
    assert settled.people == sum(expected.values())
    assert settled.cities == sum(people > 0 for people in expected.values())


@given(st.lists(POINT, max_size=5), st.floats(1, 300))
def test_the_reach_is_what_a_loop_over_the_cities_says(points, radius):
    atlas = places.Atlas({"DE": packed_of(GERMANY)[0]})
    cities = {}
    for _, latitude, longitude, region, town, _, people in GERMANY:
        cities.setdefault((region, town), []).append((latitude, longitude, people))
    near = total = 0
    for rows in cities.values():
        middle = sum(row[0] for row in rows) / len(rows), sum(row[1] for row in rows) / len(rows)
        distances = [by_cosines(middle, point) for point in points]
        if any(abs(distance - radius) < 0.1 for distance in distances):
            return
        total += rows[0][2]
        near += rows[0][2] * any(distance < radius for distance in distances)
    assert atlas.population_near(points, radius, "DE") == pytest.approx(near / total)


def by_cosines(point, other):
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (point, other))
    cosine = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return 6371.0088 * math.acos(max(-1, min(1, cosine)))

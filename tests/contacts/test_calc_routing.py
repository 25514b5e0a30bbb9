"""Routing equals a plain loop over everything, rule by rule."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.contacts.calc import routing
from muster.contacts.calc.routing import Address, Claim, Decision, Routes, Unit, claim_value
from muster.contacts.models import Claim as StoredClaim
from muster.contacts.models import Inquiry
from muster.core.places import distance_km

pytestmark = pytest.mark.unit

ROOT = Unit(1, "Workers Together", "organisation", "US")
PORTLAND = Unit(2, "Portland", "branch", "US", "ME", (43.66, -70.26))
SALEM = Unit(3, "Salem", "group", "US", "OR", (44.94, -123.03))
NORTH = Unit(4, "Maine", "region", "US", "maine")
UNITS = [ROOT, PORTLAND, SALEM, NORTH]
POINTS = {"Portland": (43.66, -70.26), "Bath": (43.91, -69.82), "Bangor": (44.8, -68.78)}


def point_of(address):
    return POINTS.get(address.city)


def decided(*claims, units=UNITS, **address):
    asked = Address(**{"country": "US", **address})
    return Routes(claims, units, root_id=1, radius_km=50).decide([asked, asked], point_of)[asked]


def test_each_rule_and_its_sentence():
    claims = [Claim("postcode", "US", "04101", 3), Claim("prefix", "US", "041", 2), Claim("region", "US", "ME", 4)]
    assert decided(*claims, postcode="04101-1234") == Decision(3, "claim_postcode", "Post code 04101 belongs to Salem")
    assert decided(*claims, postcode="04102", region="ME") == Decision(
        2, "claim_prefix", "Post codes that begin with 041 belong to Portland"
    )
    assert decided(*claims, postcode="05001", region=" maine ", city="Portland") == Decision(
        4, "claim_region", "maine belongs to Maine"
    )
    assert decided(city="Bath", region="ME") == Decision(2, "nearest", "45 km from Portland, the nearest")
    assert decided(city="Portland") == Decision(2, "nearest", "Less than 1 km from Portland, the nearest")
    assert decided(city="Bangor", region="Maine") == Decision(
        4, "region_unit", "Maine covers Maine; no unit is within 50 km"
    )
    assert decided(city="Bangor", region="VT") == Decision(
        1, "national", "No unit is within 50 km, and none covers the region"
    )
    assert decided() == Decision(1, "national", "It says of no place where it comes from")


def test_a_county_goes_before_its_state_and_behind_post_codes():
    claims = [Claim("county", "US", "ME CUMBERLAND", 3), Claim("region", "US", "ME", 4)]
    lives = {"postcode": "04101", "region": "ME", "county": "Cumberland County, ME"}
    assert decided(*claims, **lives) == Decision(3, "claim_county", "Cumberland County, ME belongs to Salem")
    assert decided(*claims, Claim("prefix", "US", "04", 2), **lives).rule == "claim_prefix"
    assert decided(*claims, **lives | {"county": "York County, ME"}).rule == "claim_region"
    # Many states have a county of that name.
    assert decided(*claims, **lives | {"county": "Cumberland County, PA"}).rule == "claim_region"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Cumberland, ME", "ME CUMBERLAND"),
        ("cumberland  county, Maine", "ME CUMBERLAND"),
        ("Orleans Parish, LA", "LA ORLEANS"),
        ("St. Louis City, MO", "MO ST. LOUIS CITY"),
        ("St. Louis County, MO", "MO ST. LOUIS"),
        ("Cumberland", ""),
        (", ME", ""),
        ("", ""),
    ],
)
def test_counties_are_compared_with_their_state_and_without_their_sort(written, value):
    assert claim_value("county", written, "US") == value


def test_claims_hold_in_their_own_country_and_for_open_units_only():
    claim = Claim("postcode", "US", "04101", 3)
    assert decided(claim, postcode="04101", country="DE").rule == "national"
    assert decided(claim, postcode="04101", units=[ROOT, PORTLAND]).rule == "national"
    assert decided(units=[ROOT, PORTLAND], city="Bangor", region="Maine").rule == "national"


def test_the_names_are_those_that_are_stored():
    rules = {name: value for name, value in vars(routing).items() if name in Inquiry.Rule.names}
    assert {**rules, "HAND": "hand"} == {rule.name: rule.value for rule in Inquiry.Rule}
    kinds = {name: getattr(routing, name) for name in StoredClaim.Kind.names}
    assert kinds == {kind.name: kind.value for kind in StoredClaim.Kind}


def test_the_examples_of_the_docstrings():
    assert doctest.testmod(routing).failed == 0


def plain(claims, units, address, radius):
    """Ask every claim and every unit in turn."""
    is_open = {unit.id for unit in units}
    claims = [claim for claim in claims if claim.unit_id in is_open and claim.country == address.country]
    code = claim_value("postcode", address.postcode, address.country)
    region = claim_value("region", address.region, address.country)
    for claim in claims:
        if claim.kind == "postcode" and claim.value == code:
            return claim.unit_id, "claim_postcode"
    prefixes = [claim for claim in claims if claim.kind == "prefix" and code.startswith(claim.value)]
    if prefixes:
        return max(prefixes, key=lambda claim: len(claim.value)).unit_id, "claim_prefix"
    for claim in claims:
        if claim.kind == "county" and claim.value == claim_value("county", address.county, address.country):
            return claim.unit_id, "claim_county"
    for claim in claims:
        if claim.kind == "region" and claim.value == region:
            return claim.unit_id, "claim_region"
    if point := point_of(address):
        near = [
            (distance_km(point, unit.point), unit.id)
            for unit in units
            if unit.kind in ("branch", "group") and unit.point
        ]
        if near and min(near)[0] <= radius:
            return min(near)[1], "nearest"
    for unit in sorted(units, key=lambda unit: unit.id):
        known = unit.kind == "region" and unit.country == address.country and unit.region
        if known and region and claim_value("region", unit.region, unit.country) == region:
            return unit.id, "region_unit"
    return 1, "national"


COUNTRIES = st.sampled_from(["US", "DE", ""])
CODES = st.text("012", min_size=1, max_size=5)
REGIONS = st.sampled_from(["ME", "OR", "Bayern"])
COUNTIES = st.sampled_from(["York County, ME", "Lane County, OR"])
ADDRESSES = st.builds(
    Address,
    postcode=st.one_of(st.just(""), CODES),
    city=st.sampled_from(["", *POINTS]),
    region=st.one_of(st.just(""), REGIONS),
    country=COUNTRIES,
    county=st.one_of(st.just(""), COUNTIES),
)
WHERE = st.one_of(
    st.none(), st.sampled_from(sorted(POINTS.values())), st.tuples(st.floats(43, 45), st.floats(-71, -68))
)
BELOW = st.builds(
    Unit,
    id=st.integers(2, 9),
    name=st.just("x"),
    kind=st.sampled_from(["branch", "group", "region", "committee"]),
    country=COUNTRIES,
    region=st.one_of(st.just(""), REGIONS),
    point=WHERE,
)
CLAIMS = st.one_of(
    st.builds(
        lambda kind, country, text, unit: Claim(kind, country, claim_value(kind, text, country), unit),
        st.sampled_from(["postcode", "prefix"]),
        COUNTRIES,
        CODES,
        st.integers(1, 9),
    ),
    st.builds(
        lambda country, text, unit: Claim("region", country, claim_value("region", text, country), unit),
        COUNTRIES,
        REGIONS,
        st.integers(1, 9),
    ),
    st.builds(
        lambda country, text, unit: Claim("county", country, claim_value("county", text, country), unit),
        COUNTRIES,
        COUNTIES,
        st.integers(1, 9),
    ),
)


@given(
    st.lists(CLAIMS, max_size=25, unique_by=lambda claim: (claim.kind, claim.country, claim.value)),
    st.lists(BELOW, max_size=6, unique_by=lambda unit: unit.id),
    st.lists(ADDRESSES, max_size=12),
    st.sampled_from([1.0, 40.0, 200.0]),
)
def test_it_decides_as_a_plain_loop_does(claims, below, addresses, radius):
    units = [ROOT, *below]
    found = Routes(claims, units, root_id=1, radius_km=radius).decide(addresses, point_of)
    assert {address: (made.unit_id, made.rule) for address, made in found.items()} == {
        address: plain(claims, units, address, radius) for address in addresses
    }

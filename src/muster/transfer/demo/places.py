"""
Real cities of the United States for fictional people to live in, and eight regions to group them.

`places.csv` holds the 250 cities: population and position from GeoNames (geonames.org, CC BY 4.0), ZIP and area code from the
United States' public lists.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from muster.transfer.demo.timeline import Ints

REGIONS = {
    "New England": "CT MA ME NH RI VT",
    "Mid-Atlantic": "DC DE MD NJ NY PA VA WV",
    "Southeast": "AL FL GA KY MS NC SC TN",
    "Great Lakes": "IL IN MI OH WI",
    "Plains": "IA KS MN MO ND NE SD",
    "South Central": "AR LA OK TX",
    "Mountain": "AZ CO ID MT NM NV UT WY",
    "Pacific": "AK CA HI OR WA",
}
REGION_OF_STATE = {state: region for region, states in REGIONS.items() for state in states.split()}


class City(NamedTuple):
    """One row of `places.csv`; all but the population stay text, as they are only written out again."""

    name: str
    state: str
    postcode: str
    latitude: str
    longitude: str
    area_code: str
    population: int


@cache
def all_cities() -> tuple[City, ...]:
    """Return the cities of the table, in the table's order."""
    text = (files("muster.transfer.demo") / "places.csv").read_text(encoding="utf-8")
    return tuple(
        City(row[0], row[1], row[2], row[3], row[4], row[5], int(row[6])) for row in csv.reader(text.splitlines()[1:])
    )


def draw_cities(count: int, rng: np.random.Generator) -> list[City]:
    """
    Draw that many different cities (at most all there are), large ones earlier, spread over the states.

    The further down a city stands in its own state, the later it tends to come: else every third one would be Californian.
    """
    cities = all_cities()
    rank_in_state: list[int] = []
    seen: dict[str, int] = {}
    for city in sorted(cities, key=lambda city: -city.population):
        seen[city.state] = seen.get(city.state, 0) + 1
        rank_in_state.append(seen[city.state])
    ordered = sorted(cities, key=lambda city: -city.population)
    weight = np.array([city.population for city in ordered]) ** 0.5 / np.array(rank_in_state)
    # The Gumbel trick: sorting by log weight plus such noise is drawing without putting back.
    order: Ints = np.argsort(-(np.log(weight) + rng.gumbel(size=len(ordered))), kind="stable")
    return [ordered[index] for index in order[:count].tolist()]

"""Who is made up: numbers that nobody has."""

import re

import numpy as np
import pytest

from muster.transfer.demo.names import pools
from muster.transfer.demo.persons import make_persons
from muster.transfer.demo.places import draw_cities

pytestmark = pytest.mark.unit


def test_phone_numbers_of_a_large_organisation_are_nobodys_and_seldom_shared():
    rng = np.random.default_rng(1)
    count = 30_000
    city = rng.integers(0, 5, count)
    people = make_persons(city, np.full(count, 15_000), draw_cities(5, rng), pools(), 1, rng, is_large=True)
    phones = [phone for phone in people.phones(np.arange(count)) if phone]
    # In North America no area has, or will soon have, a 9 in the middle of its code.
    assert all(re.fullmatch(r"\+1[2-9]9\d[2-9]\d{6}", phone) for phone in phones)
    assert len(set(phones)) > 0.99 * len(phones) > 0.75 * count

"""Moments become the day that the calendar on the wall shows."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.access.arrays import local_days

pytestmark = pytest.mark.unit
ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")
MOMENTS = st.integers(
    int(datetime(1985, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2035, 1, 1, tzinfo=UTC).timestamp())
)


@given(st.sampled_from(ZONES), st.lists(MOMENTS, max_size=20))
def test_days_are_those_of_the_time_zone(name, seconds):
    zone = ZoneInfo(name)
    expected = [datetime.fromtimestamp(second, zone).date() for second in seconds]
    found = local_days(np.array(seconds, dtype=np.int64), zone)
    assert [date.fromordinal(719_163 + int(day)) for day in found] == expected


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2024-11-03T03:59", "2024-11-02"), ("2024-11-03T04:00", "2024-11-03"), ("2024-11-04T04:59", "2024-11-03")],
)
def test_days_on_which_clocks_go_back(moment, day):
    # New York is four hours behind until that night, five from then on.
    seconds = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())
    found = local_days(np.array([seconds]), ZoneInfo("America/New_York"))
    assert date.fromordinal(719_163 + int(found[0])).isoformat() == day

from datetime import UTC, date, datetime

import pytest

from muster.web import words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (words.day(date(2026, 11, 3)), "Tue 3 Nov 2026"),
        (words.day(None), ""),
        (words.month("2024-09"), "Sep 2024"),
        (words.month(date(2026, 1, 31)), "Jan 2026"),
        (words.number(1234567), "1,234,567"),
        (words.number(6.06, 1), "6.1"),
        (words.number(-3, sign=True), "−3"),
        (words.number(151, sign=True), "+151"),
        (words.number(0, sign=True), "0"),
        (words.number(None), "–"),
        (words.share(0.1484), "15%"),
        (words.plural(1, "branch", "branches"), "1 branch"),
        (words.plural(1200, "branch", "branches"), "1,200 branches"),
    ],
)
def test_dates_numbers_and_shares_are_written_as_people_read_them(written, expected):
    assert written == expected


def test_a_moment_is_written_in_the_time_of_the_site(settings):
    settings.TIME_ZONE = "America/Chicago"

    assert words.moment(datetime(2026, 11, 4, 3, 5, tzinfo=UTC)) == "Tue 3 Nov 2026, 21:05"
    assert words.day(datetime(2026, 11, 4, 3, 5, tzinfo=UTC)) == "Tue 3 Nov 2026"

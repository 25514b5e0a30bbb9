from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.sheets.values.columns import parse_column
from muster.core.sheets.values.dates import DAY, MIXED, MONTH, UNCLEAR, YEAR, date_parser
from muster.core.sheets.values.evidence import DateEvidence

pytestmark = pytest.mark.unit

FORMS = {DAY: "%d/%m/%Y", MONTH: "%m/%d/%Y", YEAR: "%Y-%m-%d"}
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def read(text, order="", **options):
    return parse_column([text], date_parser(order, 2026, **options)).values[0]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-09-30", "2024-09-30"),
        (" 2024/9/3 ", "2024-09-03"),
        ("20240930", "2024-09-30"),
        ("2024-09-30 00:00:00", "2024-09-30"),
        ("2024-09-30T22:15:00.123Z", "2024-09-30"),
        ("45565", "2024-09-30"),
        ("45565.75", "2024-09-30"),
        ("30 September 2024", "2024-09-30"),
        ("Sept. 30th, 2024", "2024-09-30"),
        ("30-SEP-24", "2024-09-30"),
        ("30. März 2024", "2024-03-30"),
        ("1er août 2024", "2024-08-01"),
        ("30 de septiembre de 2024", "2024-09-30"),
        ("30 maj 2024", "2024-05-30"),
        ("31/12/2024", "2024-12-31"),
        ("30.09.24", "2024-09-30"),
        ("", ""),
    ],
)
def test_a_date_that_tells_its_order_is_read_as_it_stands(text, iso):
    assert read(text) == iso


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2024-13-01", "soon", "1980", "0001-01-01", "2020-W01-1", "３１/12/2024x", "99"]
)
def test_what_is_no_whole_date_is_bad(text):
    assert parse_column([text], date_parser(DAY, 2026)).bad.keys() == {0}


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1980", "1980"),
        ("1980-05", "1980"),
        ("5/1980", "1980"),
        ("mai 1980", "1980"),
        ("1980.0", "1980"),
        ("17.5.80", "1980-05-17"),
    ],
)
def test_a_birth_date_may_be_a_year(text, iso):
    assert read(text, partial=True) == iso


def test_two_digit_years_lie_in_the_hundred_years_up_to_the_latest():
    assert [read(f"1/2/{year}", DAY) for year in ("26", "27", "80")] == ["2026-02-01", "1927-02-01", "1980-02-01"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-09-30", "2024-09-30"),
        ("2024-09-30 10:30", "2024-09-30T10:30:00"),
        ("2024-09-30T10:30:15+0200", "2024-09-30T10:30:15+02:00"),
        ("2024-09-30 10:30:15 UTC", "2024-09-30T10:30:15Z"),
        ("9/30/2024 12:05 AM", "2024-09-30T00:05:00"),
        ("9/30/2024, 1:05:09 p.m.", "2024-09-30T13:05:09"),
        ("2024-09-30T22:15:00.123Z", "2024-09-30T22:15:00.123000Z"),
        ("2024-09-30 22:15:00,1234567+02:00", "2024-09-30T22:15:00.123456+02:00"),
        ("2024-09-30T22:15:00.000", "2024-09-30T22:15:00"),
    ],
)
def test_a_moment_keeps_its_time(text, iso):
    assert read(text, MONTH, moment=True) == iso


@given(st.lists(DAYS, min_size=1), st.sampled_from([DAY, MONTH]), st.booleans())
def test_a_column_in_one_order_is_read_back_or_said_to_be_unclear(days, order, short):
    texts = [day.strftime(FORMS[order].replace("%Y", "%y") if short else FORMS[order]) for day in days]
    evidence = DateEvidence()
    evidence.add(range(2, 2 + len(texts)), texts)
    decided = evidence.decide()

    told = any(day.day > 12 for day in days)
    assert decided == (order if told else UNCLEAR if any(day.day != day.month for day in days) else "")
    if decided != UNCLEAR:
        latest = max(days).year
        read_back = parse_column(texts, date_parser(decided, latest)).values
        expected = [day if not short or latest - day.year < 100 else None for day in days]
        assert all(date.fromisoformat(text) == day for text, day in zip(read_back, expected, strict=True) if day)


def test_a_column_of_three_orders_is_mixed_and_says_where():
    evidence = DateEvidence()
    evidence.add([2, 3, 4, 5], ["2020-01-02", "13/04/2020", "04/13/2020", "05/06/2020"])

    assert evidence.decide() == MIXED
    assert evidence.explanation(MIXED) == (
        "This column mixes orders of dates: day first in row 3 (13/04/2020), month first in row 4 (04/13/2020)."
    )
    parsed = parse_column(["2020-01-02", "13/04/2020", "05/06/2020"], date_parser(MIXED, 2026))
    assert parsed.values == ["2020-01-02", "", ""]
    assert (
        parsed.bad[1].message == "This column mixes dates of several orders, so that this one cannot be read for sure."
    )


def test_an_unclear_column_says_so_unless_the_order_is_given():
    evidence = DateEvidence()
    evidence.add([2, 3], ["2020-01-02", "03/04/2020"])

    assert (evidence.decide(), evidence.decide(MONTH)) == (UNCLEAR, MONTH)
    assert "row 3 (03/04/2020)" in evidence.explanation(UNCLEAR)


def test_one_slip_in_hundreds_does_not_make_a_column_mixed():
    evidence = DateEvidence()
    evidence.add(range(2, 303), [f"{1 + n % 12}/{13 + n % 15}/{1950 + n // 60}" for n in range(300)] + ["13/04/2020"])

    assert evidence.decide() == MONTH
    assert parse_column(["13/04/2020"], date_parser(MONTH, 2026)).bad[0].message == (
        "There is no such day if dates are read month first, as the rest of the column."
    )


def test_short_years_first_are_told():
    evidence = DateEvidence()
    evidence.add([2, 3], ["80-05-17", "03-04-05"])

    assert evidence.decide() == YEAR
    assert [read(text, YEAR) for text in ("80-05-17", "03-04-05")] == ["1980-05-17", "2003-04-05"]

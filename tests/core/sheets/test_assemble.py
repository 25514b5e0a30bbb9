import csv

import pytest

from muster.core.sheets.assemble import Assembler
from muster.core.sheets.delimited import Chunk
from muster.core.sheets.fields import TABLES, fields_of
from muster.core.sheets.orders import date_orders
from muster.core.sheets.problems import SheetProblem
from muster.core.sheets.tables import open_table

pytestmark = pytest.mark.unit


def assemble(kind, columns, **options):
    """Assemble columns given as field or (header, field) → cells."""
    named = {field if isinstance(field, tuple) else (field, field): cells for field, cells in columns.items()}
    mapping = dict(named.keys())
    cells = list(named.values())
    chunk = Chunk(list(range(2, 2 + len(cells[0]))), cells)
    return Assembler("t.csv", kind, list(mapping), mapping, this_year=2026, **options).assemble(chunk)


def people(columns, **options):
    return assemble("people", columns, **options).tables["people"]


@pytest.mark.parametrize(
    ("columns", "given", "family", "key"),
    [
        ({"given_name": ["Ann "], "family_name": ["Lee"]}, "Ann", "Lee", "ann lee"),
        ({"given_name": ["Ann"], "middle_name": ["B."], "family_name": ["Lee"]}, "Ann B.", "Lee", "ann b lee"),
        ({"full_name": ["Lee, Ann B."]}, "Ann B.", "Lee", "ann b lee"),
        ({"full_name": ["X Y"], "given_name": ["Ann"]}, "Ann", "", "ann"),
        ({"given_name": ["Ann"], "family_name": ["King"], "name_suffix": ["III"]}, "Ann", "King III", "ann king iii"),
    ],
)
def test_names_are_joined_and_split(columns, given, family, key):
    table = people(columns)

    assert [table[name] for name in ("given_name", "family_name", "name_key")] == [[given], [family], [key]]


@pytest.mark.parametrize(
    ("columns", "date"),
    [
        ({"birth_year": ["1980"], "birth_month": ["5"], "birth_day": ["17"]}, "1980-05-17"),
        ({"birth_year": ["1980.0"], "birth_month": ["mai"], "birth_day": ["7"]}, "1980-05-07"),
        ({"birth_year": ["1980"], "birth_month": ["5"]}, "1980"),
        ({"birth_year": ["1980"], "birth_date": ["1981-01-02"]}, "1981-01-02"),
        ({"birth_year": [""], "birth_month": ["5"]}, ""),
    ],
)
def test_a_birth_date_may_stand_in_several_columns(columns, date):
    assert people(columns)["birth_date"] == [date]


def test_a_birth_date_that_does_not_exist_is_a_problem():
    found = assemble("people", {("Born", "birth_year"): ["1980"], "birth_month": ["2"], "birth_day": ["30"]})

    assert found.tables["people"]["birth_date"] == [""]
    assert found.problems == [
        SheetProblem("t.csv", 2, "Born", "1980 2 30", "This is not a date.", "a date such as 1980-05-17, or a year")
    ]


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ({"street": ["Main St"], "house_number": ["12"], "street2": ["Apt 3"]}, {"street": ["12 Main St, Apt 3"]}),
        (
            {"street": ["Lindenweg"], "house_number": ["5a"], "country": ["Deutschland"]},
            {"street": ["Lindenweg 5a"], "country": ["DE"]},
        ),
        (
            {"address": ["12 Main St, Apt 3, Portland, Oregon 97201"]},
            {"street": ["12 Main St, Apt 3"], "city": ["Portland"], "region": ["OR"], "postcode": ["97201"], "country": [""]},
        ),
        (
            {"address": ["Kungsgatan 1\n111 43 Stockholm\nSverige"]},
            {"street": ["Kungsgatan 1"], "city": ["Stockholm"], "region": [""], "postcode": ["111 43"], "country": ["SE"]},
        ),
        (
            {"address": ["10 Downing St, London SW1A 2AA"], "country": ["UK"]},
            {"street": ["10 Downing St"], "city": ["London"], "region": [""], "postcode": ["SW1A 2AA"], "country": ["GB"]},
        ),
        (
            {"address": ["somewhere by the sea"], "city": ["Salem"]},
            {"street": ["somewhere by the sea"], "city": ["Salem"], "region": [""], "postcode": [""], "country": [""]},
        ),
        (
            {("State", "region"): ["oregon"], "postcode": ["2139"], "postcode_suffix": ["0012"]},
            {"region": ["OR"], "postcode": ["02139-0012"]},
        ),
        ({("State", "region"): ["Oregon"], "country": ["DE"]}, {"region": ["Oregon"], "country": ["DE"]}),
        ({"region": ["Oregon"], "postcode": ["97201"]}, {"region": ["Oregon"], "postcode": ["97201"]}),
    ],
)  # fmt: skip
def test_addresses_are_put_together_and_taken_apart(columns, place):
    assert people(columns) == place


def test_phones_and_addresses_are_kept_with_their_keys_and_bad_ones_reported():
    found = assemble(
        "people",
        {
            ("Phone", "phone"): ["(312) 555-0123", "030 901820", "ask Ann"],
            ("Mail", "email"): ["Ann@Example.org", "nobody", ""],
            "country": ["", "DE", "US"],
        },
    )

    assert found.tables == {
        "people": {
            "phone": ["(312) 555-0123", "030 901820", "ask Ann"],
            "phone_e164": ["+13125550123", "+4930901820", ""],
            "email": ["Ann@example.org", "", ""],
            "email_key": ["ann@example.org", "", ""],
            "country": ["", "DE", "US"],
        }
    }
    assert [(problem.row, problem.column, problem.value, problem.expected) for problem in found.problems] == [
        (3, "Mail", "nobody", "an address such as name@example.org"),
        (4, "Phone", "ask Ann", "a number such as +1 312 555 0123"),
    ]


def test_tags_notes_consent_and_own_fields():
    found = assemble(
        "people",
        {
            ("Tags", "tags"): ["paper; stall", ""],
            ("Labels", "tags"): ["press;paper", "x"],
            ("Note 1", "notes"): ["one", ""],
            ("Note 2", "notes"): ["two", "three"],
            "email_opt_in": ["yes", "yes"],
            "email_opt_out": ["ja", "nein"],
            "phone_opt_out": ["1", ""],
            ("Shoe size", "custom"): [" 40 ", ""],
            ("Age", "ignore"): ["4", "5"],
        },
    )

    assert found.tables["people"] == {
        "tags": ["paper;press;stall", "x"],
        "notes": ["one\ntwo", "three"],
        "email_opt_in": ["no", "yes"],
        "phone_opt_in": ["no", ""],
    }
    assert found.custom == {"Shoe size": ["40", ""]}


def test_memberships_and_places_become_spells():
    found = assemble(
        "people",
        {
            "standing": ["Member", "Lapsed", "Lapsed", "Prospect", ""],
            "joined_on": ["2020-01-02", "2019-03-04", "2019-03-04", "", ""],
            "expires_on": ["2027-01-02", "2021-03-04", "", "", ""],
            ("Branch", "unit"): ["Salem", "Salem", "", "", "Portland"],
            ("Office", "role"): ["Treasurer", "", "", "", ""],
        },
    )

    assert found.tables["standings"] == {
        "standing": ["member", "member", "contact", "contact", ""],
        "from": ["2020-01-02", "2019-03-04", "", "", ""],
        "to": ["", "2021-03-04", "", "", ""],
        "reason": ["", "lapsed", "lapsed", "", ""],
    }
    assert found.tables["placements"] == {
        "unit": ["Salem", "Salem", "", "", "Portland"],
        "from": ["2020-01-02", "2019-03-04", "", "", ""],
        "to": ["", "2021-03-04", "", "", ""],
        "primary": ["yes", "yes", "", "", "yes"],
    }
    assert found.tables["roles"] == {
        "unit": ["Salem", "Salem", "", "", "Portland"],
        "role": ["Treasurer", "", "", "", ""],
    }
    assert [(problem.row, problem.column, problem.value) for problem in found.problems] == [(4, "standing", "former")]


@pytest.mark.parametrize("field", fields_of("people"))
def test_a_chunk_without_records_has_the_same_columns_as_others(field):
    assert {kind: list(table) for kind, table in assemble("people", {field: []}).tables.items()} == {
        kind: list(table) for kind, table in assemble("people", {field: [""]}).tables.items()
    }


def test_only_columns_that_the_sheet_has_are_there():
    columns = {"person": ["P1"], "standing": ["Mitglied"], "from": ["2.3.20"]}

    assert assemble("standings", columns, orders={"from": "day"}).tables == {
        "standings": {"person": ["P1"], "standing": ["member"], "from": ["2020-03-02"]}
    }


EXCHANGE = {
    "units": "U-1|North Branch|branch|ORG|2011-03-01||Portland|Oregon|02139|US|45.523064|-122.676483",
    "people": (
        "P1|José María|O’Neil III|Pepe|j@example.org|(503) 555-0142|1 Main St|Portland|OR|97201|US|1980|en|m|x|cook|stall"
        "|yes|no|a;b|one\ntwo"
    ),
    "standings": "P1|member|2020-01-02|2021-01-02|moved",
    "placements": "P1|U-1|2020-01-02||yes",
    "roles": "P1|U-1|treasurer|2020-01-02|",
    "qualifications": "P1|organiser|2020-01-02|",
    "inquiries": (
        "I1|2024-09-30T10:30:00Z|web|Ann Lee|a@example.org|+15035550142|Salem|OR|97301|US|Hello,\n\nwho are you?|P1"
        "|U-1|nearest|3 km|2024-10-01T10:30:00Z|I0|I2|suspected"
    ),
    "goals": "U-1|members|2024-01-01|2025-01-01|0|12",
    "unit_kinds": "U-1|2024-05-01|group",
    "meetings": "U-1|2024-05-01|12",
    "cases": "P1|2024-09-30T10:30:00.000007Z|Attending|2024-10-01T08:00:00Z|P2|Call her|2026-10-05|",
    "stages": "P1|2024-09-30T10:30:00Z|Attending|2024-10-01T08:00:00Z|P2",
    "conversations": "P1|2024-09-30T10:30:00Z|call|reached|P2|Wants to come.\n\nWith her sister.",
    "assessments": "P1|Support|2|2024-09-30|P2",
    "applications": (
        "P1|2024-09-30|accepted|2024-10-01T08:00:00Z|P2|12.5|month|2024-10-02|Let me in|All agreed|2024-09-30T10:30:00Z|P2"
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_canonical_text_stays_as_it_is(kind):
    columns = {name: [cell] for name, cell in zip(TABLES[kind], EXCHANGE[kind].split("|"), strict=True)}

    found = assemble(kind, columns)

    keys = {"name_key", "given_key", "family_key", "email_key", "phone_e164"}
    assert {name: cells for name, cells in found.tables[kind].items() if name not in keys} == columns
    assert found.problems == []


@pytest.mark.parametrize(
    ("mapping", "message"),
    [({"A": "shoe"}, "There is no field “shoe”"), ({"A": "email", "B": "email"}, "cannot both be “email”")],
)
def test_a_wrong_mapping_is_refused(mapping, message):
    with pytest.raises(ValueError, match=message):
        Assembler("t.csv", "people", ["A", "B"], mapping, this_year=2026)


def orders(tmp_path, rows, **options):
    with (tmp_path / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    table = open_table(tmp_path / "t.csv")
    return date_orders(table, "people", {"Joined": "joined_on", "Born": "birth_date", "Name": "full_name"}, **options)


def test_the_order_of_dates_is_told_from_the_whole_table(tmp_path):
    rows = [["Joined", "Born", "Name"]] + [["1/2/2020", "2000-01-01", "A"]] * 20_000 + [["1/31/2020", "1/2/80", "B"]]

    assert orders(tmp_path, rows) == ({"Joined": "month", "Born": "month"}, [])


def test_a_column_of_three_orders_is_a_problem_with_rows(tmp_path):
    rows = [["Joined", "Born"], ["2020-01-02", "1980"], ["13/04/2020", ""], ["04/13/2020", "1/2/1980"]]

    found, problems = orders(tmp_path, rows)

    assert found == {"Joined": "mixed", "Born": "unclear"}
    assert [(problem.row, problem.column, problem.value, problem.message) for problem in problems] == [
        (
            3, "Joined", "13/04/2020",
            "This column mixes orders of dates: day first in row 3 (13/04/2020), month first in row 4 (04/13/2020).",
        ),
        (
            4, "Born", "1/2/1980",
            "No row of this column says whether the day or the month comes first, as in row 4 (1/2/1980).",
        ),
    ]  # fmt: skip
    assert orders(tmp_path, [["Joined"], ["1/2/1980"]], default="day") == ({"Joined": "day"}, [])

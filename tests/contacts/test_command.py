"""`muster claims`: a list from a file, what it would change, and what it says of rows that cannot be taken."""

import argparse
import csv
import io
import json
import time

import openpyxl
import pytest

from muster.cli import claims as command
from muster.cli.errors import CommandProblem
from muster.contacts.models import Claim, Inquiry
from muster.contacts.services import routing
from muster.units.models import UnitExternalId
from tests.builders import NOON, make_claim, make_inquiry, make_person, make_standing, make_unit
from tests.contacts.test_services import SYSTEM

NONE = {"people": 0, "inquiries": 0}
ONE = {"people": 0, "inquiries": 1}
pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def portland(north):
    unit = make_unit("Portland", parent=north, city="Portland", region="ME")
    UnitExternalId.objects.create(unit=unit, source="folder", value="B-1")
    return unit


@pytest.fixture
def run(portland, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command.start, "organisation", lambda: None)

    def run(text, *, name="list.csv", yes=True, **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        asked = {"dry_run": False, "replace": False, "format": "json"} | options
        status = command.run(argparse.Namespace(command="claims", file=str(path), yes=yes, **asked))
        return status, capsys.readouterr().out

    return run


def stored():
    rows = Claim.objects.unscoped("a test").order_by("country", "kind", "value")
    return [f"{claim.kind} {claim.country} {claim.value}" for claim in rows]


def test_a_list_is_stored_and_says_what_it_moves(run, organisation, portland, south):
    make_claim(south, "04103")
    for code in ("04101", "04103", "99999"):
        make_inquiry(postcode=code)
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    make_standing(make_person("Ada", postcode="04103"), "contact")

    status, said = run("postcode,unit\n04101,B-1\n04103,B-1\n04105,B-9\n04106,B-9\n,B-1\n")

    assert status == 1
    assert json.loads(said) == {
        "schema": "muster.claims/1",
        "stored": True,
        "claims": 2,
        "unknown_units": [{"unit": "B-9", "rows": [4, 5]}],
        "rejected": [{"row": 6, "column": "postcode", "value": "", "message": "It names no place."}],
        "moved": {"people": 1, "inquiries": 1},
        "units": [
            {"unit": "B-1", "name": "Portland", "gains": ONE | {"people": 1}, "loses": NONE},
            {"unit": south.ref, "name": "South", "gains": NONE, "loses": ONE | {"people": 1}},
        ],
    }
    assert stored() == ["postcode US 04101", "postcode US 04103"]
    sent = Inquiry.objects.unscoped("a test").order_by("postcode").values_list("unit__name", flat=True)
    # The first was near already, and says now that it is claimed.
    assert list(sent) == ["Portland", "Portland", "Workers Together"]


def test_a_dry_run_shows_the_same_and_changes_nothing(run, portland):
    make_inquiry(postcode="04101")
    text = "postcode,unit\n04101,Portland\n"
    status, shown = run(text, dry_run=True)
    assert (status, stored()) == (0, [])
    _, done = run(text)
    assert json.loads(shown) | {"stored": True} == json.loads(done)
    assert stored() == ["postcode US 04101"]


def test_without_yes_and_a_terminal_nothing_is_stored(run):
    status, said = run("postcode,unit\n04101,B-1\n", yes=False, format="text")
    assert (status, stored()) == (2, [])
    assert said == "list.csv: 1 claim.\nThis moves 0 people and 0 inquiries.\nNothing was stored.\n"


def test_in_words(run, south):
    make_claim(south, "04102")
    make_inquiry(postcode="04101")
    make_standing(make_person("Ada", postcode="04102"), "contact")
    status, said = run("ZIP code,Chapter\n4101,B-1\n4102,B-1\n4103,B-8\n4101,Workers Together\n", format="text")
    assert status == 1
    assert said.splitlines() == [
        "list.csv: 2 claims.",
        "This moves 1 person and 1 inquiry.",
        "                    people       inquiries",
        "             gains   loses   gains   loses",
        "  Portland       1       0       1       0",
        "  South          0       1       0       0",
        "There is no unit “B-8”: row 4.",
        "Row 5, column postcode: Row 2 gives it to another unit.",
        "Stored.",
    ]


def test_a_list_of_which_no_row_can_be_taken_takes_nothing_away(run, portland):
    make_claim(portland, "04101")
    status, said = run("postcode,unit\n04102,B-9\n", replace=True)
    assert (status, json.loads(said)["stored"], stored()) == (2, False, ["postcode US 04101"])


def test_the_whole_list(run, portland):
    make_claim(portland, "04101")
    status, _ = run("prefix;region;country;unit\n041;;;B-1\n;Ontario;Canada;B-1\n04;VT;;B-1\n", replace=True)
    assert status == 0
    assert stored() == ["region CA ON", "prefix US 04", "prefix US 041", "region US VT"]


def test_counties_with_their_state(run, portland):
    # 04101 lies in Cumberland County, as 99999 lies in none that is known.
    inquiries = [make_inquiry(postcode=code, country="US") for code in ("04101", "97301", "99999")]
    text = (
        "county,state,unit,country\nCumberland,Maine,B-1,\n"
        '"Marion County, OR",,B-1,\nYork,,B-1,\nSkåne,M,B-1,Sweden\n,VT,B-1,\n'
    )
    status, said = run(text)
    assert (status, stored()) == (1, ["county US ME CUMBERLAND", "county US OR MARION", "region US VT"])
    assert [(row["row"], row["column"], row["message"]) for row in json.loads(said)["rejected"]] == [
        (4, "county", "Say its state too, such as Cumberland, ME."),
        (5, "county", "The counties of this country are not known. Upload its places under Settings first."),
    ]
    because = [Inquiry.objects.unscoped("a test").get(pk=inquiry.pk).routed_because for inquiry in inquiries]
    assert because == [
        "Cumberland County, ME belongs to Portland",
        "Marion County, OR belongs to Portland",
        "No unit is within 50 km, and none covers the region",
    ]


def test_a_workbook_that_took_post_codes_for_numbers(run):
    book = openpyxl.Workbook()
    for row in (["postcode", "unit"], [4101, "B-1"], ["04102", "B-1"], ["k1a 0b1", "B-1"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    assert run(file.getvalue(), name="list.xlsx")[0] == 0
    assert stored() == ["postcode US 04101", "postcode US 04102", "postcode US K1A0B1"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postcode\n04101\n", "This is no list of claims. Expected: columns named unit and postcode"),
        ("unit,city\nB-1,Portland\n", "This is no list of claims."),
        ("postcode,unit\n", "no rows below them"),
        ("", "The file is empty."),
        (b"%PDF-1.7 x", "not a table but a PDF"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text, says, run):
    with pytest.raises(CommandProblem) as refused:
        run(text)
    assert says in str(refused.value)
    assert stored() == []


def test_twenty_five_thousand_rows_load_in_seconds(run, portland, north, south):
    units = [make_unit(f"Branch {number}", parent=(north, south)[number % 2]) for number in range(50)]
    for number in range(300):
        make_inquiry(postcode=f"{number * 80:05}")
    file = io.StringIO()
    csv.writer(file).writerows(
        [("postcode", "unit"), *((f"{number:05}", units[number % 50].ref) for number in range(25_000))]
    )
    begun = time.monotonic()
    status, said = run(file.getvalue())
    # Some two seconds where nothing else runs.
    assert time.monotonic() - begun < 20
    assert (status, json.loads(said)["claims"], json.loads(said)["moved"]["inquiries"]) == (0, 25_000, 300)
    assert Claim.objects.unscoped("a test").count() == 25_000

"""`muster places`: a file, what it would change, and what it says of rows that cannot be taken."""

import argparse
import json

import pytest

from muster.cli import places as command
from muster.cli.errors import CommandProblem
from muster.contacts.services import routing
from muster.units.models import PlaceChange, UnitExternalId
from muster.workflows import places
from tests.builders import NOON, make_inquiry, make_person, make_standing, make_unit
from tests.units.test_place_files import CITIES, POSTS
from tests.workflows.test_places import GERMANY, SYSTEM

NONE = {"people": 0, "inquiries": 0}
ONE = {"people": 1, "inquiries": 1}
pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def run(north, tmp_path, monkeypatch, capsys):
    unit = make_unit("Leipzig", parent=north, postcode="04103", country="DE")
    UnitExternalId.objects.create(unit=unit, source="folder", value="B-1")
    make_inquiry(postcode="06108", country="DE")
    make_standing(make_person("Ada", postcode="04103", country="DE"), "contact")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    monkeypatch.setattr(command.start, "organisation", lambda: None)

    def run(text, *, name="list.csv", cities=None, yes=True, **options):
        path = tmp_path / name
        path.write_text(text)
        if cities:
            (tmp_path / "cities.txt").write_text(cities)
            cities = str(tmp_path / "cities.txt")
        asked = {"dry_run": False, "country": "DE", "format": "json"} | options
        status = command.run(argparse.Namespace(command="places", file=str(path), cities=cities, yes=yes, **asked))
        return status, capsys.readouterr().out

    return run


def held():
    return [(one.country, one.postcodes, one.cities, one.people) for one in places.countries(SYSTEM)]


def test_a_file_is_stored_and_says_what_it_moves(run, organisation):
    status, said = run(GERMANY + "99999,Nowhere,Sachsen,,x,13,1\n")
    assert status == 1
    document = json.loads(said)
    assert document == {
        "schema": "muster.places/1",
        "stored": True,
        "countries": [
            {
                "country": "DE",
                "postcodes": {"total": 4, "new": 4, "changed": 0, "gone": 0},
                "cities": {"total": 4, "new": 4, "changed": 0, "gone": 0},
                "people": 2_900_000,
                "counties": True,
            }
        ],
        "rejected": [
            {
                "file": "list.csv",
                "row": 6,
                "column": "lat",
                "value": "x",
                "message": "This is no number of degrees from -90 to 90.",
            }
        ],
        "rejected_count": 1,
        "moved": ONE,
        "units": [
            {"unit": "B-1", "name": "Leipzig", "gains": ONE, "loses": NONE},
            {"unit": organisation.ref, "name": "Workers Together", "gains": NONE, "loses": ONE},
        ],
    }
    assert held() == [("DE", 4, 4, 2_900_000)]


def test_a_dry_run_shows_the_same_and_changes_nothing(run):
    status, shown = run(GERMANY, dry_run=True)
    assert (status, held(), PlaceChange.objects.count()) == (0, [], 0)
    _, done = run(GERMANY)
    assert json.loads(shown) | {"stored": True} == json.loads(done)


def test_without_yes_and_a_terminal_nothing_is_stored(run):
    status, said = run(GERMANY, yes=False, format="text")
    assert (status, held(), PlaceChange.objects.count()) == (2, [], 0)
    assert said.splitlines() == [
        "list.csv:",
        "  Germany: 4 post codes (4 new, 0 changed, 0 gone)",
        "  Germany: 4 cities (4 new, 0 changed, 0 gone), 2,900,000 people in them",
        "This moves 1 person and 1 inquiry.",
        "                            people       inquiries",
        "                     gains   loses   gains   loses",
        "  Leipzig                1       0       1       0",
        "  Workers Together       0       1       0       1",
        "Nothing was stored.",
    ]


def test_post_codes_and_cities_of_geonames(run):
    status, _ = run(POSTS, name="DE.txt", cities=CITIES, country="")
    assert (status, held()) == (0, [("AT", 1, 1, 1_691_468), ("DE", 2, 2, 1_260_391)])


@pytest.mark.parametrize(
    ("text", "country", "says"),
    [
        ("postcode,city\n01067,Dresden\n", "DE", "This is no list of places. Expected: columns named postcode, city"),
        ("PLZ,lat,lon\n01067,x,13\n", "DE", "No row of it can be taken. list.csv, row 2, column lat"),
        (GERMANY, "Atlantis", "This country is not known."),
        (GERMANY, "US", "The places of the United States come with Muster"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text, country, says, run):
    with pytest.raises(CommandProblem) as refused:
        run(text, country=country)
    assert says in str(refused.value)
    assert PlaceChange.objects.count() == 0

import pytest

from muster.people.queries.search import search
from tests.builders import make_person, make_unit

pytestmark = pytest.mark.db


@pytest.fixture
def people(north, south):
    """Names, addresses and numbers as the register keeps them."""
    branch = make_unit("Harbour", parent=north)

    def add(name, unit, key, email="", phone=""):
        make_person(name, unit=unit, name_key=key, email=email, email_key=email, phone_e164=phone)

    add("Bergljot Aas", branch, "bergljot aas", "b.aas@example.org", "+4791234567")
    add("Nora Berg", branch, "nora berg", "nora@example.org", "+4798765432")
    add("Zoë Lindqvist", north, "zoe lindqvist")
    add("Jonas Lindkvist", branch, "jonas lindkvist")
    add("Nora Bergersen", south, "nora bergersen", "nora.b@example.org", "+4791234568")


def names(actor, text, collect_up_to, **options):
    return [line.name for line in search(actor, text, collect_up_to=collect_up_to, **options)]


@pytest.mark.parametrize("collect_up_to", [0, 5000])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("berg", ["Bergljot Aas", "Nora Berg"]),
        ("Nora B", ["Nora Berg"]),
        ("berg nora", ["Nora Berg"]),
        ("Zoé", ["Zoë Lindqvist"]),
        ("lindqvist", ["Zoë Lindqvist", "Jonas Lindkvist"]),
        ("jonnas lindkvist", ["Jonas Lindkvist"]),
        ("nroa berg", ["Nora Berg"]),
        ("nora breg", ["Nora Berg"]),
        ("nora beg", ["Nora Berg"]),
        ("breg nora", ["Nora Berg"]),
        ("@example", ["Bergljot Aas", "Nora Berg"]),
        ("nora@", ["Nora Berg"]),
        ("0912 34 567", ["Bergljot Aas"]),
        ("+47 98", ["Nora Berg"]),
        ("xyzzy", []),
        ("%", []),
        ('"', []),
        (" ", []),
        # Each stands for a sentence of eighteen letters.
        ("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 100, []),
    ],
)
def test_people_are_found_by_what_one_remembers(alice, actor_of, people, text, found, collect_up_to):
    assert names(actor_of(alice), text, collect_up_to) == found


@pytest.mark.parametrize("collect_up_to", [0, 5000])
def test_addresses_and_numbers_find_nobody_for_who_may_not_see_them(bob, charlie, actor_of, people, collect_up_to):
    assert names(actor_of(bob), "nora@", collect_up_to) == []
    assert names(actor_of(bob), "98765432", collect_up_to) == []
    assert names(actor_of(bob), "nora", collect_up_to) == ["Nora Berg"]
    assert names(actor_of(charlie), "nora", collect_up_to) == ["Nora Bergersen"]
    assert names(actor_of(charlie), "zoe lindqvist", collect_up_to) == []


def test_the_whole_organisation_is_searched_in_few_queries(dora, actor_of, people, django_assert_max_num_queries):
    actor = actor_of(dora)
    with django_assert_max_num_queries(8):
        assert names(actor, "nora", 5000) == ["Nora Berg", "Nora Bergersen"]

    assert names(actor, "nora", 5000, limit=1) == ["Nora Berg"]


def test_a_way_of_searching_is_tried_only_where_those_before_found_too_few(
    dora, actor_of, people, django_assert_num_queries
):
    actor = actor_of(dora)
    # One for the beginnings of names, three for what the line shows.
    with django_assert_num_queries(4):
        assert names(actor, "nora", 5000, limit=2) == ["Nora Berg", "Nora Bergersen"]
    with django_assert_num_queries(4):
        assert names(actor, "nora@", 5000, limit=1) == ["Nora Berg"]

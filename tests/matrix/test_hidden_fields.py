"""Nobody filters, sorts or searches by what they may not see; and a file holds the list on the screen, row by row."""

import csv
import io
import re
from datetime import date, timedelta
from html import escape, unescape
from urllib.parse import quote, quote_plus

import pytest

from muster.people.calc.listing import STANDINGS
from muster.people.models import Person, PersonPrivate
from tests.builders import make_person, make_private, private_of
from tests.matrix.asking import path_of, taken_back, without_tokens
from tests.matrix.table import TABLE

pytestmark = [pytest.mark.web, pytest.mark.django_db]
NOWHERE = "zq9999qz"
# Where something is looked for, by which words of the address.
SEARCHED = {
    "people:person_list": ("text", "tag", "qualification", "city", "region"),
    "people:person_ask": ("ask",),
    "web:search": ("q",),
    "web:palette": ("q",),
    "web:scope": ("q",),
    "contacts:inquiry_assign": ("q",),
    "units:unit_tree": ("q",),
    "access:grant_list": ("q",),
    "merging:merge_with": ("q",),
}
# Where what is looked for stands within a text: every condition that takes words.
WITHIN = {
    "people:person_ask": " or ".join(
        f'{name}:"{{typed}}"'
        for name in ("name", "tag", "city", "region", "postcode", "language", "office", "qualification")
    )
}
# Columns of a person that a list may be sorted by, or show.
SORTED = {"name", "joined", "city"}
SHOWN = {"ref", "standing", "joined", "unit", "city", "tags"}


def ask(asker, role, name, **query):
    answer = asker.ask(role, path_of(name, TABLE[name].args, asker.world.ids, query))
    return without_tokens(answer.text)


# What stands in a field of somebody whom the role sees, and what looks like it and stands nowhere.
CONTACT = {
    "email": ("wjvk@plumbus.example", "kbmt@vortex.example"),
    "email_key": ("wjvk@plumbus", "kbmt@vortex"),
    "phone": ("+1 646 555 0177", "+1 917 555 0288"),
    "phone_e164": ("6465550177", "9175550288"),
}
PRIVATE = {
    "birth_date": ("1931-07-19", "1848-02-03"),
    "street": ("Xylograph", "Bumfuzzle"),
    "gender": ("Gadwall", "Jackdaw"),
    "ethnicity": ("Fylfot", "Quixote"),
    "notes": ("Vexillum", "Hobnob"),
}
FIELDS = sorted(
    {field.name for model in (Person, PersonPrivate) for field in model._meta.concrete_fields}
    | {*PRIVATE, "custom", "custom:Shirt", "Shirt", "person__privat__birth_date", "user__email", "id", "pk"}
)
HIDDEN = {
    "viewer": CONTACT | PRIVATE,
    "branch_viewer": CONTACT | PRIVATE,
    "whole_viewer": CONTACT | PRIVATE,
    "organiser": PRIVATE,
    "mapper": CONTACT | PRIVATE,
}


def make_known(world):
    """Give somebody in North contact details and a private part that are known to some."""
    person = Person.objects.unscoped("a test").filter(pk=world.ids["person"])
    person.update(email=CONTACT["email"][0], phone=CONTACT["phone"][0])
    person.update(email_key=CONTACT["email"][0], phone_e164="+16465550177")
    make_private(person.get(), **{field: value for field, (value, _) in PRIVATE.items()})


@pytest.fixture
def known(world):
    with taken_back():
        make_known(world)
        yield


def finds(asker, role, name, key, typed):
    """Return what is said to what was typed, wherever it is said again."""
    asked = WITHIN.get(name, "{typed}").format(typed=typed)
    path = path_of(name, TABLE[name].args, asker.world.ids, {key: asked})
    told = without_tokens(asker.ask(role, path).text)
    for written in (quote(quote_plus(typed)), quote(typed), quote_plus(typed), escape(typed), typed):
        told = told.replace(written, "TYPED")
    return told


@pytest.mark.parametrize("role", HIDDEN)
def test_what_one_may_not_see_finds_nobody(role, asker, known):
    for name, keys in SEARCHED.items():
        for key in keys:
            for field, (there, nowhere) in HIDDEN[role].items():
                told = [finds(asker, role, name, key, typed) for typed in (there, nowhere)]
                assert told[0] == told[1], field


@pytest.mark.parametrize("field", CONTACT)
def test_what_one_may_see_finds_somebody(field, asker, known):
    told = [finds(asker, "organiser", "web:search", "q", typed) for typed in CONTACT[field]]
    assert told[0] != told[1]


@pytest.mark.parametrize("role", ["viewer", "organiser", "north_officer"])
def test_no_list_is_sorted_by_or_shows_what_it_does_not_offer(role, asker):
    plain = ask(asker, role, "people:person_list", standing="everyone")
    rows = _rows(plain)
    assert len(rows) >= 2
    for field in FIELDS:
        if field not in SORTED:
            for sort in (field, f"-{field}"):
                assert _rows(ask(asker, role, "people:person_list", standing="everyone", sort=sort)) == rows
        if field not in SHOWN:
            assert _rows(ask(asker, role, "people:person_list", standing="everyone", columns=field)) == rows
        known = private_of(Person.objects.unscoped("a test").get(pk=asker.world.ids["person"]))
        for value in {known.get(field, ""), NOWHERE}:
            if field not in ("tags", "city", "region"):
                assert _rows(ask(asker, role, "people:person_list", standing="everyone", **{field: value})) == rows


def _rows(page):
    """Return the cells of the table, as one reads them."""
    cells = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr data-row.*?</tr>", page, re.DOTALL)
    ]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def pages(asker, role, name, query):
    """Return the rows of all pages of a list."""
    path, rows = path_of(name, TABLE[name].args, asker.world.ids, query), []
    while path:
        page = asker.ask(role, path).text
        rows += _rows(page)
        further = re.search(r'href="([^"]*[?&;]after=[^"]*)"', page)
        path = unescape(further[1]) if further else ""
    return rows


def file(asker, role, name, query):
    answer = asker.ask(role, path_of(name, TABLE[name].args, asker.world.ids | {"file_kind": "csv"}, query)).text
    heads, *rows = csv.reader(io.StringIO(answer.split("\n", 2)[2]))
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.fixture(scope="class")
def crowd(world):
    """Enough people in North for several pages, alike in some things and not in others."""
    with taken_back():
        unit = world_unit(world)
        for number in range(70):
            begin = date(2020, 1, 1) + timedelta(days=37 * (number % 11))
            person = make_person(
                f"{'ABC'[number % 3]} Crowd{number % 7}",
                unit=unit,
                member_from=begin,
                member_to=None if number % 5 else begin + timedelta(days=9),
                city=("", "Salem", "Troy")[number % 3],
                region=("", "OR")[number % 2],
                tags=("", "red", "blue;red")[number % 3],
            )
            make_private(person, birth_date=f"19{10 + number}")
        yield


def world_unit(world):
    from muster.units.models import Unit

    return Unit.objects.get(pk=world.ids["unit"])


LISTS = [
    *({"standing": standing, "sort": sort} for standing in STANDINGS for sort in ("name", "-name", "city", "-city")),
    *({"sort": sort} for sort in ("joined", "-joined")),
    {"text": "crowd3"},
    {"tag": "red", "standing": "everyone"},
    {"city": "Salem", "sort": "-joined"},
    {"joined_from": "2020-06-01", "joined_to": "2021-01-01"},
    {"standing": "everyone", "columns": "tags"},
    {"standing": "everyone", "columns": "city.unit"},
]
FILE_HEADS = {
    "standing": {"Standing"},
    "joined": {"Since"},
    "unit": {"Home unit"},
    "city": {"City", "State or region"},
    "tags": {"Tags"},
}


class TestAFileIsTheList:
    @pytest.mark.parametrize("query", LISTS, ids=str)
    @pytest.mark.parametrize("role", ["organiser", "north_officer"])
    def test_on_the_screen(self, role, query, asker, crowd):
        shown = pages(asker, role, "people:person_list", query)
        stored = file(asker, role, "people:person_export", query)
        assert len(shown) == len(stored) >= 3 or query.get("standing") in ("applicant", "contact")
        chosen = query["columns"].split(".") if "columns" in query else FILE_HEADS
        for cells, row in zip(shown, stored, strict=True):
            assert row["Name"] in " ".join(cells)
            assert row.keys() - {"Person", "Name"} == {head for name in chosen for head in FILE_HEADS[name]}
            for head in ("Home unit", "City"):
                assert row.get(head, "") in " ".join(cells)
            assert all(tag in " ".join(cells) for tag in row.get("Tags", "").split(";"))

    @pytest.mark.parametrize("figure", ["members", "joined", "left", "branches", "inquiries", "cities"])
    def test_behind_a_figure(self, figure, asker, crowd):
        query = {"figure": figure}
        shown = pages(asker, "organiser", "reports:behind", query)
        stored = file(asker, "organiser", "reports:behind_file", query)
        labels = [list(row.values())[1] for row in stored]
        assert len(shown) == len(stored)
        assert labels == [cells[0] for cells in shown]

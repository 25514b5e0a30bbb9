"""Places of other countries in a browser: a file is brought in, looked at, stored, taken back."""

import re

import pytest
from playwright.sync_api import expect

from muster.contacts.services import routing
from tests.builders import NOON, make_inquiry, make_person, make_standing, make_unit
from tests.units.test_place_files import CITIES
from tests.workflows.test_places import GERMANY, SYSTEM

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LIST = "/settings/places/"


def somebody_lives_there(north):
    make_unit(
        "Branch of the long valley at the river and the hills beyond it", parent=north, postcode="04103", country="DE"
    )
    for number in range(14):
        make_inquiry(postcode="06108", country="DE")
        make_standing(make_person(f"Ada {number}", postcode="04103", country="DE"), "contact")
    routing.route_inquiries(actor=SYSTEM, now=NOON)


def three_countries():
    head, *rows = GERMANY.splitlines()
    lines = [f"country,{head}"]
    lines += [f"{country},{row}" for country in ("Germany", "Bosnia and Herzegovina", "SE") for row in rows]
    lines += ["Germany,01069,Dresden,Sachsen,,north,13,", "US,90210,Beverly Hills,CA,,34,-118,"]
    return "\n".join(lines) + "\n"


def upload(page, text, name="post codes of some countries.csv", cities=""):
    page.goto(LIST)
    page.get_by_label("Post codes").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    if cities:
        sent = {"name": "cities500.txt", "mimeType": "text/plain", "buffer": cities.encode()}
        page.get_by_label("Cities").set_input_files(sent)
    page.get_by_role("button", name="Show what would change").click()


def test_the_pages_look_right_full_and_empty(looks_right, open_page, dora, north):
    looks_right(dora, LIST, "places-empty")
    somebody_lives_there(north)

    def look(page):
        upload(page, three_countries())
        expect(page.get_by_role("heading", level=1)).to_have_text("This moves 14 people and 14 inquiries")

    looks_right(dora, LIST, "places-change", prepare=look)
    page = open_page(dora, LIST)
    look(page)
    page.get_by_role("button", name="Store it", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This moved 14 people and 14 inquiries")
    looks_right(dora, LIST, "places-full")
    looks_right(dora, page.url.removeprefix(page.url.split("/settings/")[0]), "places-stored")


def test_a_country_is_brought_in_on_a_phone_and_taken_back(open_page, dora, north):
    somebody_lives_there(north)
    page = open_page(dora, "/settings/", width=390)
    page.get_by_role("link", name="Places").click()
    upload(page, GERMANY, name="list.csv")
    expect(page.locator("#errors")).to_contain_text("It does not say of which country its places are.")

    page.get_by_label("Country").fill("Germany")
    page.get_by_label("Post codes").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": GERMANY.encode()}
    )
    page.get_by_label("Cities").set_input_files(
        {"name": "cities500.txt", "mimeType": "text/plain", "buffer": CITIES.encode()}
    )
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This moves 14 people and 14 inquiries")
    page.get_by_role("button", name="Store it", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This moved 14 people and 14 inquiries")

    page.goto("/contacts/claims/try/?postcode=4103&country=DE")
    expect(page.locator(".note")).to_contain_text("Less than 1 km from Branch of the long valley")

    page.goto(LIST)
    expect(page.locator("#countries tr[data-row]")).to_contain_text(re.compile(r"Germany.*1,260,391", re.DOTALL))
    page.get_by_role("link", name="list.csv").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was taken back")
    page.goto("/contacts/claims/try/?postcode=4103&country=DE")
    expect(page.locator(".note")).to_contain_text("Workers Together")
    assert page.problems == []

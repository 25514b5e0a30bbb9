"""Claims in a browser: looking, trying an address, bringing a list in and taking it back."""

import math
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.contacts.calc.claims import ClaimRow
from muster.contacts.services import routing
from muster.contacts.services.claims import propose_list, set_claims
from tests.builders import NOON, make_claim, make_inquiry, make_person, make_standing, make_unit
from tests.contacts.test_services import SYSTEM

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "Branch of the long valley at the river and the hills beyond it"


def much_is_claimed(north, south):
    branch = make_unit(LONG, parent=north)
    for number in range(120):
        make_claim(branch if number % 2 else south, f"{2000 + number:05}")
    make_claim(north, "NEWFOUNDLANDANDLABRADOR", kind="region", country="CA")
    make_claim(north, "041", kind="prefix")
    for number in range(30):
        make_inquiry(postcode=f"{2000 + number:05}")
        make_standing(make_person(f"Ada {number}", postcode=f"{2000 + number:05}"), "contact")
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    return branch


def test_the_pages_look_right_full_and_empty(looks_right, dora, alice, north, south):
    looks_right(alice, "/contacts/claims/", "claims-empty")
    looks_right(dora, "/contacts/claims/changes/", "claims-changes-empty")
    looks_right(dora, "/contacts/claims/people/", "claims-people-empty")
    branch = much_is_claimed(north, south)
    looks_right(dora, "/contacts/claims/", "claims-full")
    looks_right(dora, "/contacts/claims/people/", "claims-people")
    looks_right(dora, "/contacts/claims/new/", "claims-new")
    looks_right(dora, "/contacts/claims/try/?postcode=02001", "claims-try")
    ring = [
        [round(math.cos(n / 20) * 2 - 70, 4), round(math.sin(n / 20) * (1 + n % 9 / 20) + 43, 4)] for n in range(126)
    ]
    shape = [[[*ring, ring[0]], [[-70.0, 43.0], [-69.5, 43.0], [-69.5, 43.4], [-70.0, 43.0]]]]
    rows = [ClaimRow(1, branch.ref, "area", "The coast", shape=shape)]
    asked = propose_list(actor=SYSTEM, name="map.geojson", rows=rows, now=timezone.now())
    looks_right(dora, f"/contacts/claims/changes/{asked}/", "claims-area")
    set_claims(actor=SYSTEM, rows=rows, now=timezone.now())
    looks_right(dora, "/contacts/claims/?kind=area", "claims-areas")
    list_ = (
        "postcode,unit\n" + "".join(f"{2000 + n:05},{branch.ref}\n" for n in range(0, 100, 2)) + "1,Nowhere\n,North\n"
    )

    def upload(page):
        page.goto("/contacts/claims/changes/")
        page.get_by_label("File").first.set_input_files(
            {"name": "post codes.csv", "mimeType": "text/csv", "buffer": list_.encode()}
        )
        page.get_by_role("button", name="Show what would change").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("This moves 15 people and 15 inquiries"))

    looks_right(dora, "/contacts/claims/changes/", "claims-change", prepare=upload)


def test_a_list_is_brought_in_and_taken_back(open_page, dora, north, south):
    branch = much_is_claimed(north, south)
    page = open_page(dora, "/contacts/", width=390)
    page.get_by_role("link", name="Claims").first.click()
    page.get_by_label("A place begins with").fill("02000")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("tr[data-row]").first).to_contain_text("South")

    page.get_by_role("link", name="Changes").click()
    page.get_by_label("File").first.set_input_files(
        {"name": "one.csv", "mimeType": "text/csv", "buffer": f"postcode,unit\n02000,{branch.ref}\n".encode()}
    )
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This moves 1 person and 1 inquiry")
    page.get_by_role("button", name="Store it", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This moved 1 person and 1 inquiry")

    page.get_by_role("link", name="Claims", exact=True).first.click()
    page.get_by_role("link", name="People at large").click()
    expect(page.locator("tr[data-row]").first).to_contain_text(f"Post code 02000 belongs to {LONG}")
    page.get_by_role("link", name="Try an address").click()
    page.get_by_label("Post code").fill("02000")
    page.get_by_role("button", name="Who gets it?").click()
    expect(page.locator(".note")).to_contain_text(f"Post code 02000 belongs to {LONG}")

    page.get_by_role("link", name="Changes").click()
    page.get_by_role("link", name="one.csv").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was taken back")
    assert page.problems == []

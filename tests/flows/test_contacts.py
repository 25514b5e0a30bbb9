import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.builders import make_inquiry, make_person, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "Maria Alexandra Featherstonehaugh-Worthington de la Cruz y Vega"


def much_came(north):
    """Enough for several pages, of every kind: long names, no name, no place, known people, sent by hand."""
    branch = make_unit("Branch of the long valley at the river and the hills beyond it", parent=north)
    nora = make_person(LONG, unit=north)
    now = timezone.now()
    for number in range(60):
        name, person, city, message = (
            ("Ada Late", None, "Salem", "May I come along on Tuesday?"),
            (LONG, nora, "Truth or Consequences", "I read about you in the paper. " * 20),
            ("", None, "", ""),
        )[number % 3]
        make_inquiry(
            name=name, person=person, city=city, region="OR" if city else "", postcode="04101" if city else "",
            message=message, email="" if number % 3 else f"ada{number}@example.org",
            unit=branch if number % 2 else north, received_at=now - timedelta(hours=number),
            routed_by="nearest", routed_because=f"{number} km from {branch.name if number % 2 else north.name}, the nearest",
        )  # fmt: skip
    return branch


def test_the_pages_look_right_full_and_empty(looks_right, dora, north, alice):
    looks_right(alice, "/contacts/", "contacts-empty")
    much_came(north)
    waits = make_inquiry(name="Wanda Waits")
    looks_right(alice, "/contacts/", "contacts-full")
    looks_right(dora, f"/contacts/{waits.pk}/assign/", "contacts-assign")


def test_an_inquiry_is_sent_on_and_comes_back(open_page, north, alice):
    branch = much_came(north)
    page = open_page(alice, "/", width=390)
    page.get_by_role("link", name="Contacts").first.click()
    page.get_by_role("link", name="Inbox").first.click()
    expect(page.locator("tr[data-row]")).to_have_count(50)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tr[data-row]")).to_have_count(10)
    page.get_by_role("link", name="Previous").click()
    first = page.locator("tr[data-row]").first
    expect(first).to_contain_text("0 km from North, the nearest")

    first.get_by_role("link", name="Send on").click()
    page.get_by_label("Part of its name").fill("long valley")
    page.get_by_role("button", name="Find").click()
    page.get_by_label(re.compile("long valley")).check()
    page.get_by_role("button", name="Send it there").click()
    expect(page.locator("tr[data-row]").first).to_contain_text(f"Given to {branch.name} by hand")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tr[data-row]").first).to_contain_text("Given to North by hand")
    assert page.problems == []


def test_phone_and_e_mail_come_after_a_click_in_their_place(open_page, north, alice):
    much_came(north)
    page = open_page(alice, "/contacts/", width=390)
    first = page.locator("tr[data-row]").first
    expect(first).not_to_contain_text("ada0@example.org")
    first.get_by_role("button", name="Show phone and e-mail").focus()
    page.keyboard.press("Enter")
    expect(first.get_by_role("link", name="ada0@example.org")).to_be_visible()
    expect(page.get_by_role("button", name="Show phone and e-mail")).to_have_count(16)
    assert page.problems == []

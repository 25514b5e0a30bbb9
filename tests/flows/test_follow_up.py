"""Following up on a phone: found, called, noted in three taps; and the same by keyboard on a laptop."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.contacts.models import Case
from tests.builders import make_case, make_inquiry, make_person, make_unit, make_user

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "Maria Alexandra Featherstonehaugh-Worthington de la Cruz y Vega"
STAGES = ("Inquiry", "Contacted", "Meeting held", "Attending", "Asked to join", "Not now")


def many_contacts(north, alice):
    """Enough for two pages, at every stage, late and early, with long names and units."""
    branch = make_unit("Branch of the long valley at the river and the hills beyond it", parent=north)
    anna, today = make_user("anna", unit_organiser=north), timezone.localdate()
    for number in range(60):
        person = make_person(LONG if number % 7 == 0 else f"Nora{number} Berg", unit=branch if number % 2 else north)
        make_case(
            person,
            STAGES[number % 6],
            owner=(alice, alice, anna, None)[number % 4],
            next_step=("Call again", "Bring the paper to the meeting on Tuesday", "")[number % 3],
            next_on=today + timedelta(days=number - 40),
        )


def test_the_pages_look_right_full_and_empty(looks_right, alice, dora, north):
    looks_right(alice, "/contacts/follow-up/", "follow-up-empty")
    many_contacts(north, alice)
    looks_right(alice, "/contacts/follow-up/", "follow-up-full")
    looks_right(alice, "/contacts/follow-up/?show=all", "follow-up-all")
    one = Case.objects.unscoped("a test").filter(owner=alice, person__given_name="Nora1").get()
    for name in ("stage", "owner", "next"):
        looks_right(alice, f"/contacts/follow-up/{one.person_id}/{name}/", f"follow-up-{name}")
    looks_right(alice, "/contacts/follow-up/hand-over/", "follow-up-hand-over")
    looks_right(dora, "/contacts/choices/", "contact-choices")
    looks_right(dora, "/contacts/choices/scale/", "contact-scale")


def test_a_call_is_noted_in_three_taps_after_opening(open_page, looks_right, alice, north):
    nora = make_person("Nora Berg", unit=north, phone="503 555 0123", phone_e164="+15035550123")
    make_case(nora, owner=alice, next_on=timezone.localdate())
    make_inquiry(name="Nora Berg", person=nora, unit=north, message="May I come along on Tuesday?")
    page = open_page(alice, "/contacts/follow-up/", width=390)
    page.get_by_role("link", name="Nora Berg").click()  # one: opened
    page.get_by_label("No answer: call again in 2 days").check()  # two
    page.get_by_role("button", name="Note it").click()  # three
    expect(page.get_by_role("heading", name="Next: Call again")).to_be_visible()
    expect(page.get_by_text("Call: no answer")).to_be_visible()

    page.get_by_label("Reached: meet in a week").check()
    page.get_by_text("A note, how, or another next step").click()
    page.get_by_label("Note", exact=False).first.fill("Would like to sing in the choir")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Would like to sing in the choir")).to_be_visible()
    page.get_by_role("button", name="Show phone and e-mail").click()
    expect(page.get_by_role("link", name="503 555 0123")).to_be_visible()
    page.get_by_role("button", name="Meeting held").click()
    expect(page.get_by_text("Now: Meeting held.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("They are back where they were.")).to_be_visible()
    assert page.problems == []
    looks_right(alice, f"/contacts/follow-up/{nora.pk}/", "contact")


def test_an_inquiry_is_taken_up_and_found_again(open_page, looks_right, alice, north):
    known = make_person("Ada Late", unit=north, city="Salem")
    for name in ("Ada Late", "Bea New"):
        make_inquiry(name=name, unit=north, routed_by="nearest", message="May I come along?")
    page = open_page(alice, "/contacts/", width=390)
    page.get_by_role("button", name=re.compile("Take.up.*Bea New")).click()
    expect(page.get_by_role("heading", name="Bea New")).to_be_visible()
    page.get_by_role("link", name="Contacts").first.click()
    page.get_by_role("link", name="Inbox").first.click()
    page.get_by_role("button", name=re.compile("Take.up.*Ada Late")).click()
    expect(page.get_by_role("heading", name="Who wrote this?")).to_be_visible()
    page.get_by_label("Ada Late, North, Salem: the same name").check()
    page.get_by_role("button", name="Take it up").click()
    expect(page).to_have_url(f"{page.url.partition('/contacts')[0]}/contacts/follow-up/{known.pk}/")
    assert page.problems == []


def test_an_evening_of_calls(open_page, looks_right, alice, north):
    for number in range(3):
        make_person(f"Nora{number} Berg", unit=north, phone="503 555 0123", tags="stall")
    page = open_page(alice, "/people/ask/?ask=tag%3Astall", width=390)
    page.get_by_role("link", name="Call them").click()
    page.get_by_label("Name of the list").fill("After the stall")
    page.get_by_label("What to say").fill("Hello, this is …\nWe met at the stall.")
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_text("0 of 3 called")).to_be_visible()
    looks_right(alice, page.url, "call-list")
    page.get_by_role("button", name="Call the next").click()
    expect(page.get_by_text("We met at the stall.")).to_be_visible()
    looks_right(alice, page.url, "call")
    for _ in range(2):
        page.get_by_label("Reached").check()
        page.get_by_role("button", name="Note it, and the next").click()
    page.get_by_role("button", name="Pass over").click()
    expect(page.get_by_text("3 of 3 called")).to_be_visible()
    expect(page.get_by_text("Nobody is left to call for now.")).to_be_visible()
    page.get_by_role("button", name="Close the list").click()
    expect(page.get_by_text("Closed. What was noted stays.")).to_be_visible()
    looks_right(alice, "/contacts/calls/", "call-lists")
    looks_right(alice, "/contacts/calls/new/", "call-list-new")
    assert page.problems == []

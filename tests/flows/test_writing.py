"""The public form in a browser: with JavaScript and without, here and on another site; and the officers' pages about it."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from muster.contacts.calc import proofs
from muster.contacts.models import Inquiry
from tests.builders import make_form, make_inquiry

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "The North of the long valley at the river and the hills beyond it"


def stored():
    return list(Inquiry.objects.unscoped("a test").order_by("pk"))


def fill_in(page, message):
    page.get_by_label("Your name").fill("Zoe Zander")
    page.get_by_label("E-mail").fill("zoe@example.org")
    page.get_by_label("What would you like to say?").fill(message)
    page.get_by_label("You may write to me").check()


def test_the_pages_look_right(looks_right, alice, dora, organisation, north):
    form = make_form(organisation, intro="Ask us anything.", privacy="Only those who answer read what you write.")
    make_form(north, name="north-side", title=f"Write to {LONG}")
    looks_right(None, "/write/", "write")
    looks_right(None, "/write/north-side/", "write-unit")
    looks_right(None, "/write/?thanks", "write-thanks")

    def send(page):
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert")).to_be_visible()

    looks_right(None, "/write/", "write-errors", prepare=send)
    looks_right(alice, "/contacts/form/", "public-form-list")
    looks_right(
        dora, "/contacts/form/", "public-form-list-all", prepare=lambda page: page.locator("summary").first.click()
    )
    looks_right(dora, f"/contacts/form/{organisation.pk}/", "public-form-edit")
    looks_right(dora, f"/contacts/form/{north.pk}/", "public-form-edit-unit")
    form.is_on = False
    form.save()
    looks_right(dora, "/contacts/form/", "public-form-off")


def test_whoever_types_it_with_javascript_is_read_at_once(open_page, organisation):
    make_form(organisation)
    page = open_page(None, "/write/", width=390)
    fill_in(page, "May I come along?")
    expect(page.locator("[name=solution]")).not_to_have_value("")
    # Nobody types so fast; three seconds later it is a person's.
    page.wait_for_timeout(proofs.QUICK_SECONDS * 1000)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    (one,) = stored()
    assert (one.message, one.mark, one.email_opt_in, one.unit) == ("May I come along?", "", True, organisation)
    assert page.problems == []


def test_whoever_types_it_without_javascript_is_looked_at_first(open_page, looks_right, alice, north, organisation):
    make_form(organisation)
    make_form(north, name="north-side")
    page = open_page(None, "/write/north-side/", java_script_enabled=False)
    page.get_by_label("Your name").fill("Zoe Zander")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Some things to mend")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Zoe Zander")
    fill_in(page, "May I come along?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    (one,) = stored()
    assert (one.mark, one.unit) == ("suspected", north)
    assert proofs.UNSOLVED in one.suspected_because

    make_inquiry(name="Bea", unit=north, routed_by="nearest", mark="spam", message="Buy this")
    looks_right(alice, "/contacts/?show=doubtful", "inbox-doubtful")
    looks_right(alice, "/contacts/?show=spam", "inbox-spam")
    desk = open_page(alice, "/contacts/")
    desk.get_by_role("link", name="To be looked at").click()
    desk.get_by_role("button", name=re.compile("No spam.*Zoe")).click()
    expect(desk.get_by_text("It waits in the inbox like any other.")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("It is spam now")).to_be_visible()
    desk.get_by_role("link", name="Spam", exact=True).click()
    expect(desk.get_by_role("button", name=re.compile("No spam.*Zoe"))).to_be_visible()
    assert desk.problems == []


def test_the_lines_on_a_page_of_another_site_lead_to_ours(open_page, dora, organisation):
    """A page of another site with the lines we give; and one that sends them by itself, which stores nothing."""
    make_form(organisation)
    desk = open_page(dora, "/contacts/form/")
    desk.get_by_text("Show the lines to copy").click()
    lines = desk.get_by_label("HTML").input_value()
    page = open_page(None, None)
    bodies = {"/form": lines, "/silent": f"{lines}<script>document.forms[0].submit()</script>"}
    page.route(
        "http://elsewhere.test/**",
        lambda route: route.fulfill(
            content_type="text/html", body=f"<!doctype html>{bodies.get(urlsplit(route.request.url).path, '')}"
        ),
    )
    page.goto("http://elsewhere.test/form")
    fill_in(page, "May I come along?")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Nothing is sent yet.")).to_be_visible()
    expect(page.get_by_label("What would you like to say?")).to_have_value("May I come along?")
    expect(page.get_by_label("You may write to me")).to_be_checked()
    assert stored() == []
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert [one.message for one in stored()] == ["May I come along?"]

    page.goto("http://elsewhere.test/silent")
    expect(page.get_by_text("Nothing is sent yet.")).to_be_visible()
    assert len(stored()) == 1

"""From asking to join to a member who is welcomed, on a phone; and the same pages full, empty, light and dark."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.contacts.models import Application, Welcome, WelcomeStep
from tests.builders import make_case, make_person, make_unit, make_user

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "Maria Alexandra Featherstonehaugh-Worthington de la Cruz y Vega"


def all_of(model):
    return model.objects.unscoped("a test")


def many_applications(north, alice):
    """Enough for two pages, short and long waits, with and without dues, and the steps of as many welcomes."""
    branch = make_unit("Branch of the long valley at the river and the hills beyond it", parent=north)
    anna, today, steps = make_user("anna", unit_organiser=north), timezone.localdate(), list(WelcomeStep.objects.all())
    for number in range(60):
        person = make_person(LONG if number % 7 == 0 else f"Nora{number} Berg", unit=branch if number % 2 else north)
        row = all_of(Application).create(
            person=person,
            applied_on=today - timedelta(days=number),
            dues_cents=(None, 1000, 1_250_050)[number % 3],
            dues_every=("month", "quarter", "year")[number % 3],
            state=("open", "accepted", "rejected", "open")[number % 4],
            decided_by=(None, anna, alice, None)[number % 4],
            decided_at=timezone.now() if number % 4 in (1, 2) else None,
            made_at=timezone.now(),
        )
        all_of(Welcome).create(
            person=person,
            application=row,
            step=steps[number % len(steps)],
            owner=(alice, anna, None)[number % 3],
            due_on=today + timedelta(days=number - 40),
        )


def test_the_pages_look_right_full_and_empty(looks_right, alice, dora, north):
    looks_right(alice, "/contacts/applications/", "applications-empty")
    looks_right(alice, "/contacts/welcome/", "welcome-empty")
    many_applications(north, alice)
    looks_right(alice, "/contacts/applications/", "applications-full")
    looks_right(alice, "/contacts/applications/?show=ended", "applications-ended")
    looks_right(alice, "/contacts/welcome/", "welcome-full")
    looks_right(dora, "/contacts/choices/welcome/", "welcome-step")
    step = all_of(Welcome).filter(owner=alice).order_by("pk").first()
    looks_right(alice, f"/contacts/welcome/{step.pk}/owner/", "welcome-owner")


def test_an_applicant_becomes_a_member_who_is_welcomed(open_page, looks_right, alice, north):
    nora = make_person("Nora Berg", unit=north)
    make_case(nora, "Asked to join", owner=alice)
    page = open_page(alice, f"/contacts/follow-up/{nora.pk}/", width=390)
    page.get_by_role("button", name="Applicant").click()
    page.get_by_label("What they wrote or said").fill("I read the paper at the stall.")
    page.get_by_label("Dues they promise").fill("12.50")
    page.get_by_role("button", name="Note the application").click()
    expect(page.get_by_text("They have applied.")).to_be_visible()
    expect(page.get_by_text("promises 12.50 USD a month")).to_be_visible()
    looks_right(alice, f"/contacts/follow-up/{nora.pk}/", "contact-applied")
    for name in ("application", "accept", "turn-down", "withdraw", "leave"):
        looks_right(alice, f"/contacts/follow-up/{nora.pk}/{name}/", f"application-{name}")

    page.get_by_role("link", name="Accept").click()
    expect(page.get_by_text("I read the paper at the stall.")).to_be_visible()
    page.get_by_label("First paid on").fill(timezone.localdate().isoformat())
    page.get_by_label("Show them how dues are paid (21 days)").uncheck()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Nora Berg is a member.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Done.*Call them and say welcome")).click()
    expect(page.get_by_text("Call them and say welcome: done")).to_be_visible()
    assert not all_of(Welcome).filter(step__after_days=21).exists()
    looks_right(alice, f"/contacts/follow-up/{nora.pk}/", "contact-welcomed")
    assert page.problems == []


def test_turned_down_by_keyboard_alone_and_undone(open_page, alice, north):
    nora = make_person("Nora Berg", unit=north)
    make_case(nora, "Attending", owner=alice)
    all_of(Application).create(person=nora, applied_on=timezone.localdate(), made_at=timezone.now())
    page = open_page(alice, f"/contacts/follow-up/{nora.pk}/turn-down/")
    page.get_by_label("Why").focus()
    page.keyboard.type("Works for the other side")
    page.get_by_label("Attending").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Turn down").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Works for the other side")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Asks to join")).to_be_visible()
    assert all_of(Application).get().state == "open"
    assert page.problems == []

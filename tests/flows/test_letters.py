"""A letter from a question to its report, on a phone, by keyboard and by mouse; and the way out of it."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.mailings.models import Letter, Mailing
from tests.builders import make_mailing, make_reader

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "Maria Alexandra Featherstonehaugh-Worthington de la Cruz y Vega"


def sent(north, alice, **fields):
    """One that is being sent, with something of everything in its report."""
    now = timezone.now()
    mailing = make_mailing(north, state="sending", sent_by=alice, sent_at=now, **fields)
    for number, state in enumerate(("queued", "sent", "doubtful", "refused", "parked", "left_out")):
        person = make_reader(LONG if number % 2 else f"P{number} Berg", unit=north)
        Letter.objects.create(
            unit=north, mailing=mailing, person=person, state=state, due_at=now, changed_at=now,
            answer="The address was refused: 550 5.1.1" if state == "refused" else "",
        )  # fmt: skip
    return mailing


def test_the_pages_look_right_full_and_empty(looks_right, alice, north):
    looks_right(alice, "/letters/", "letters-empty")
    looks_right(alice, "/letters/new/?ask=tag:stall", "letter-new")
    report = sent(north, alice)
    for number in range(60):
        make_mailing(north, subject=LONG if number % 3 else "May Day", state=("draft", "done")[number % 2])
    looks_right(alice, "/letters/", "letters-full")
    looks_right(alice, f"/letters/{report.pk}/", "letter-report")
    draft = make_mailing(north, subject=LONG, body="Dear {given_name},\n\n- one\n- [two](https://example.org)\n\n> so")
    looks_right(alice, f"/letters/{draft.pk}/", "letter-check")
    waiting = make_mailing(north, state="waiting", asked_by=alice, reason="May Day for everybody")
    looks_right(alice, f"/letters/{waiting.pk}/", "letter-waiting")
    looks_right(alice, "/me/", "account-reminders")
    looks_right(None, "/unsubscribe/whoever/", "unsubscribe")


def test_a_letter_is_written_looked_at_and_sent(open_page, alice, north):
    for name in ("Nora Berg", "Nils Berg"):
        make_reader(name, unit=north)
    page = open_page(alice, "/people/ask/?ask=tag:stall", width=390)
    page.get_by_role("link", name="Write to these").click()
    page.get_by_label("Subject").fill("May Day")
    page.get_by_label("The letter", exact=True).fill("Dear {given_name|friend},\n\n**come** along.")
    page.get_by_label("Below the letter").fill("North, 1 Main Street, Salem")
    # The preview follows what is typed.
    expect(page.get_by_text("As Nora Berg gets it")).to_be_visible()
    expect(page.locator("#preview").get_by_text("Dear Nora,", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="May Day")).to_be_visible()
    page.get_by_role("button", name="Send it to me alone").click()
    expect(page.get_by_text("is on its way: look at it in your own mail.")).to_be_visible()
    page.get_by_role("button", name="Send it to 2 people").click()
    expect(page.get_by_text("On its way.", exact=True)).to_be_visible()
    expect(page.get_by_text("0 of 2")).to_be_visible()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Stopped: 2 do not get it.")).to_be_visible()
    assert page.problems == []
    assert Mailing.objects.unscoped("a test").get().state == "stopped"


def test_without_scripts_a_button_shows_the_preview(open_page, alice, north):
    make_reader(unit=north)
    page = open_page(alice, "/letters/new/?ask=tag:stall", java_script_enabled=False)
    page.get_by_label("Subject").fill("May Day")
    page.get_by_label("Below the letter").fill("North, Salem")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("As Nora Berg gets it")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("May Day")
    page.get_by_label("The letter", exact=True).fill("Dear {nobody},")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Line 1: there is no field {nobody}.").first).to_be_visible()
    expect(page.get_by_label("The letter", exact=True)).to_have_value("Dear {nobody},")


def test_a_reader_leaves_at_one_press(open_page, alice, north):
    letter = Letter.objects.unscoped("a test").filter(mailing=sent(north, alice), state="sent").get()
    page = open_page(None, f"/unsubscribe/{letter.token}/", width=390)
    page.get_by_role("button", name="No more e-mail").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    letter.refresh_from_db()
    assert letter.unsubscribed_at is not None
    letter.person.refresh_from_db()
    assert letter.person.email_opt_in is False

"""An inquiry with its letters on a phone and a laptop: read, answered, answered to, looked at as it came."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from muster.access.actor import system_actor
from muster.contacts.models import InquiryLetter
from muster.contacts.services import letters
from muster.core.mails import reading
from tests.builders import NOON, TODAY, make_inquiry
from tests.core.test_mails import letter

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
SYSTEM = system_actor("test", on=TODAY)


def come_in(**headers):
    raw = letter("May I come along?\nI work nights.\n\n" + "A long word: " + "x" * 200, **headers).as_bytes()
    letters.receive_letter(actor=SYSTEM, mail=reading.read(raw), raw=raw, size=len(raw), now=NOON + timedelta(hours=1))


def test_an_inquiry_is_answered_and_the_answer_to_it_stands_below(open_page, looks_right, alice, dora, north):
    one = make_inquiry(
        name="Zoe", email="zoe@example.org", unit=north, routed_by="nearest", message="May I come along?"
    )
    page = open_page(alice, "/contacts/", width=390)
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_text("Nobody has checked who it is.")).to_be_visible()
    page.get_by_label("Your answer").fill("Come on Tuesday at seven.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    expect(page.get_by_text("Come on Tuesday at seven.")).to_be_visible()
    token = InquiryLetter.objects.get(is_ours=True).token

    come_in(
        In_Reply_To=f"<{token}@example.org>", From="Somebody Else <else@example.org>", Auto_Submitted="auto-replied"
    )
    page.reload()
    expect(page.get_by_text("Says it is from Somebody Else")).to_be_visible()
    expect(page.get_by_text("another address than the first")).to_be_visible()
    assert page.problems == []
    looks_right(alice, f"/contacts/{one.pk}/", "inquiry")

    desk = open_page(dora, f"/contacts/{one.pk}/")
    desk.get_by_role("button", name="Show it as it came").click()
    expect(desk.get_by_text("That you looked is written down.")).to_be_visible()
    assert "From: Somebody Else <else@example.org>" in desk.get_by_label("The letter with its headers").input_value()
    assert desk.problems == []


def test_the_page_looks_right_for_what_is_doubtful_and_for_nothing(looks_right, dora, north):
    come_in(Auto_Submitted="auto-generated")
    doubtful = InquiryLetter.objects.get().inquiry_id
    looks_right(dora, f"/contacts/{doubtful}/", "inquiry-doubtful")
    empty = make_inquiry(unit=north, routed_by="nearest")
    looks_right(dora, f"/contacts/{empty.pk}/", "inquiry-empty")

"""A long list in a browser: asked for, agreed to by another, fetched once."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.access.models import Release
from tests.access.test_releases import fill
from tests.builders import make_user

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = (
    "Letters about the congress to everybody who has not answered the first one, by the committee of all branches; " * 2
)


def ask(user, unit, **fields):
    made = {"count": 1240, "reason": LONG, "address": "/people/export.csv", "asked_at": timezone.now()} | fields
    return Release.objects.create(ref=f"MF-{Release.objects.count()}", asked_by=user, unit=unit, **made)


def test_pages_look_right(looks_right, north, alice, dora):
    now = timezone.now()
    looks_right(alice, "/files/", "releases-empty")
    carol = make_user("carol", unit_organiser=north)
    for state in (
        {},
        {"allowed_at": now},
        {"refused_at": now, "decided_by": carol},
        {"allowed_at": now, "taken_at": now},
    ):
        ask(alice, north, **state)
        ask(carol, north, **state, canary_ref="MP-NOBODY0000" if "taken_at" in state else "", canary_name="Nora Vargas")
    looks_right(alice, "/files/", "releases")
    looks_right(dora, "/files/?q=nora+vargas", "releases-traced")
    looks_right(dora, "/files/?q=nobody+such", "releases-not-traced")
    looks_right(alice, "/", "today-waiting")
    fill(north, 250)
    looks_right(alice, "/people/export.csv", "releases-ask")


def test_a_long_list_is_asked_for_agreed_to_and_fetched(open_page, north, alice):
    fill(north, 250)
    page = open_page(alice, "/people/")
    page.get_by_role("link", name="CSV").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("250 people")
    page.get_by_label("What is it for").fill("Letters")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Waits for somebody else to agree")).to_be_visible()

    other = open_page(make_user("carol", unit_organiser=north), "/")
    other.get_by_role("link", name="A long list waits for you to agree").click()
    other.get_by_role("button", name="Agree").click()
    expect(other.get_by_text("They can fetch the file within a day")).to_be_visible()

    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch the file").click()
    assert len(download.value.path().read_text().splitlines()) == 252
    page.reload()
    expect(page.get_by_text("Fetched", exact=True)).to_be_visible()
    assert page.problems + other.problems == []

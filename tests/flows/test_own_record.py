"""The member's side in a real browser, and the pages of whoever decides and tidies up."""

from datetime import date

import pytest
from django.urls import reverse

from muster.people.models import Person
from tests.builders import make_inquiry, make_person, make_private, make_user
from tests.flows.conftest import violations

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def nora(north):
    user = make_user("nora")
    person = make_person(
        "Nora Bergström-Castellanos of the Northern Lights Workers", unit=north, member_from=date(2020, 1, 1), user=user,
        email="nora@example.org", tags="choir;law",
    )  # fmt: skip
    make_private(person, street="Mill Lane 3", notes="Prefers evenings")
    make_inquiry(person=person, message="May I come along?", channel="website")
    return person


def test_every_page_looks_right(nora, dora, looks_right, client):
    client.force_login(nora.user)
    client.post(reverse("web:own_record_erase"))

    looks_right(nora.user, reverse("web:own_record"), "own-record")
    looks_right(nora.user, reverse("web:own_record_correct"), "own-record-correct")
    looks_right(dora, reverse("web:erasure_list"), "erasures")
    looks_right(dora, reverse("web:person_erase", args=[nora.pk]), "erase")
    looks_right(dora, reverse("web:nightly"), "nightly")


def test_from_asking_to_being_erased(nora, dora, open_page):
    own = open_page(nora.user, "/me/", width=390)
    own.get_by_role("link", name="See all of it").click()
    own.get_by_role("button", name="Ask to be erased").click()
    own.get_by_text("It is not decided yet").wait_for()

    desk = open_page(dora, "/more/")
    desk.get_by_role("link", name="Erasures").last.click()
    desk.get_by_role("link", name="Nora").click()
    desk.get_by_label("Type the number of the record").fill("MP-WRONG")
    desk.get_by_role("button", name="Erase for good").click()
    desk.get_by_role("alert").wait_for()
    assert violations(desk) == []
    desk.get_by_label("Type the number of the record").fill(nora.ref)
    desk.get_by_role("button", name="Erase for good").click()
    desk.get_by_text("Nobody waits to be erased").wait_for()

    assert Person.objects.unscoped("a test reads all").get(pk=nora.pk).email == ""
    own.goto("/me/record/")
    own.wait_for_url("**/account/login/**")

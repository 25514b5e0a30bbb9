"""Duplicates in a browser: looks, and merging and taking it back, with and without JavaScript."""

from datetime import date

import pytest
from playwright.sync_api import expect

from muster.people.models import DuplicatePair, Person
from tests.builders import NOON, make_office, make_person, make_private, make_qualification, make_standing, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONG = "Grace Mensah-Oppenheimer-Featherstonehaugh de la Cruz y Vargas"


@pytest.fixture
def twins(north):
    """One person twice, with everything a page can show."""
    first = make_unit("The Branch of All Workers of the Northern Harbours and Islands", parent=north)
    second = make_unit("North 2", parent=north)
    grace = make_person(
        LONG,
        unit=first,
        member_from=date(2015, 3, 1),
        email="grace.mensah.oppenheimer.featherstonehaugh@example.org",
        phone="(503) 555-0123",
        city="Port Townsend",
        region="WA",
        tags="speaker;welder",
        occupation="Welder",
    )
    make_private(grace, birth_date="1980", notes="Met at the harbour.")
    make_standing(grace, "contact", from_on=date(2014, 1, 1), to_on=date(2015, 3, 1))
    make_office(grace, first, "treasurer")
    twin = make_person(
        "Grace Mensah", unit=second, email="g.m@example.org", city="Port Townsend", region="WA", email_opt_in=False
    )
    make_private(twin, birth_date="1980-05-31", street="12 Elm Street")
    make_qualification(twin, from_on=date(2019, 5, 1))
    make_standing(twin, "member", from_on=date(2012, 6, 1), to_on=date(2016, 1, 1))
    DuplicatePair.objects.create(first=grace, second=twin, reason="nearly the same name", found_at=NOON)
    return grace, twin


def test_pages_look_right(looks_right, open_page, erin, twins):
    grace, twin = twins
    looks_right(erin, "/duplicates/", "duplicates")
    looks_right(erin, f"/duplicates/{grace.pk}/{twin.pk}/", "duplicates-compare")
    looks_right(erin, f"/people/{grace.pk}/", "duplicates-person")
    looks_right(erin, f"/duplicates/with/{grace.pk}/?q=grace", "duplicates-with")
    page = open_page(erin, f"/duplicates/{grace.pk}/{twin.pk}/")
    page.get_by_role("button", name="They are two people").click()
    looks_right(erin, "/duplicates/", "duplicates-empty")
    looks_right(erin, "/duplicates/?show=apart", "duplicates-apart")
    page.goto(f"/duplicates/{grace.pk}/{twin.pk}/")
    page.get_by_role("button", name="Merge").click()
    looks_right(erin, "/duplicates/?show=merged", "duplicates-merged")
    looks_right(erin, f"/people/{grace.pk}/", "duplicates-merged-person")


@pytest.mark.parametrize("script", [True, False])
def test_two_records_become_one_and_two_again(open_page, erin, twins, script):
    grace, twin = twins
    page = open_page(erin, "/more/", java_script_enabled=script)
    page.get_by_role("main").get_by_role("link", name="Duplicates").click()
    page.get_by_role("link", name=f"{LONG} and Grace Mensah").click()
    # The whole birth date beats the year alone, and a no to e-mail beats not having been asked.
    expect(page.get_by_label("Birth date: 1980-05-31")).to_be_checked()
    expect(page.get_by_label("E-mail allowed: no")).to_be_checked()
    page.get_by_label("E-mail: g.m@example.org").check()
    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Grace Mensah")
    expect(page.get_by_text("Since Fri 1 Jun 2012").or_(page.get_by_text("Fri 1 Jun 2012")).first).to_be_visible()
    assert list(Person.objects.unscoped("test").values_list("pk", "email")) == [(grace.pk, "g.m@example.org")]
    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_role("heading", name="Is this one person?")).to_be_visible()
    assert sorted(Person.objects.unscoped("test").values_list("pk", flat=True)) == [grace.pk, twin.pk]
    assert page.problems == []

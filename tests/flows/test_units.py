"""The pages about units and roles in a browser: looks, and closing and undoing without JavaScript."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from muster.units.models import Unit
from tests.builders import LONG_AGO, make_goal, make_office, make_person, make_unit, make_user

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def branch(north, south):
    """A branch with everything a page can show, and neighbours."""
    branch = make_unit(
        "The Branch of All Workers of the Northern Harbours and Islands",
        parent=north,
        city="Port Townsend",
        region="WA",
        country="US",
        opened_on=date(2011, 3, 4),
    )
    make_unit("Campus", kind="group", parent=branch)
    make_unit("North 2", parent=north, city="Salem", region="OR")
    make_unit("South 1", parent=south)
    make_unit("North old", parent=north, closed_on=date(2015, 6, 1))
    for number, name in enumerate(["Ada Lindqvist", "Bo Ek", "Cy Årnvik", "Di Obrecht"]):
        person = make_person(name, unit=branch, member_from=date(2020, 1, 1 + number), city="Port Townsend")
        make_office(person, branch, ["organiser", "treasurer", "paper organiser", "chair"][number])
    make_office(person, branch, "education organiser", from_on=LONG_AGO, to_on=date(2024, 5, 6))
    make_goal(branch)
    make_user("Marguerite of the very long name and surname", unit_viewer=branch)
    return branch


@pytest.mark.parametrize(
    "path",
    [
        "/units/",
        "/units/?q=north&closed=1",
        "/units/?q=zzz",
        "/units/{branch}/",
        "/units/{closed}/",
        "/units/{branch}/new/",
        "/units/{branch}/edit/",
        "/units/{branch}/move/",
        "/units/{branch}/close/",
        "/access/",
        "/access/new/",
        "/access/roles/",
        "/settings/kinds/",
        "/settings/kinds/new/",
    ],
)
def test_pages_about_units_and_roles_look_right(looks_right, dora, branch, path):
    closed = Unit.objects.get(name="North old").pk
    looks_right(dora, path.format(branch=branch.pk, closed=closed), "units" + re.sub(r"\W+", "-", path).rstrip("-"))


def test_an_empty_organisation_looks_right(looks_right, dora):
    looks_right(dora, "/units/", "units-empty")


@pytest.mark.parametrize("script", [True, False])
def test_a_unit_is_closed_and_the_closing_undone(open_page, erin, branch, script):
    page = open_page(erin, f"/units/{branch.pk}/", java_script_enabled=script)
    page.get_by_role("link", name="Close").click()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("alert")).to_contain_text("Still open below it: Campus.")
    page.get_by_label("Close what is open below it too").check()
    page.get_by_label("Not among them?").fill("North 2")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_label("Close what is open below it too")).to_be_checked()
    page.get_by_label("Go on in North 2").check()
    page.get_by_role("button", name="Close it").click()

    expect(page.get_by_text("Nobody is placed right here.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("link", name="Bo Ek").or_(page.get_by_text("Bo Ek")).first).to_be_visible()
    assert page.problems == []

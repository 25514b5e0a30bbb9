"""Groups in formation, becoming a branch and splitting in a browser: looks, and each done and undone without JavaScript too."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.builders import make_meeting, make_office, make_person, make_qualification, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
TOWNS = ["Port Townsend", "Port Angeles", "Sequim", ""]


@pytest.fixture
def grown(north):
    """A group that lacks little, one that lacks all, and a branch large enough to be two."""
    group = make_unit("Campus of the Northern Harbours", kind="group", parent=north, opened_on=date(2024, 3, 4))
    make_unit("Library", kind="group", parent=north)
    branch = make_unit("North 1", parent=north, city="Port Townsend", region="WA", country="US")
    for number in range(12):
        town = TOWNS[number % 4]
        person = make_person(
            f"Ada {'Lindqvist' if number % 2 else 'Ek'} {number}",
            unit=group if number < 5 else branch,
            member_from=date(2020, 1, 1),
            city=town,
            region="WA" if town else "",
        )
    make_qualification(person)
    make_office(person, branch, "education organiser")
    for days in (3, 17):
        make_meeting(group, timezone.localdate() - timedelta(days=days))
    return {"group": group.pk, "branch": branch.pk}


@pytest.mark.parametrize(
    "path",
    [
        "/units/formation/",
        "/units/{group}/",
        "/units/{group}/formation/",
        "/units/{group}/become/",
        "/units/{branch}/split/",
    ],
)
def test_pages_of_units_that_grow_look_right(looks_right, erin, grown, path):
    looks_right(erin, path.format(**grown), "growing" + re.sub(r"\W+", "-", re.sub(r"\d", "", path)).rstrip("-"))


def test_both_halves_of_a_split_look_right(looks_right, erin, grown):
    def look(page):
        page.get_by_label("Name of the new one").fill("Olympic Peninsula")
        page.get_by_label("Port Angeles, WA (2)").check()
        page.get_by_role("button", name="Look at both halves").click()
        page.get_by_label("Ada Lindqvist 7").check()
        page.get_by_role("button", name="Look again").click()

    looks_right(erin, f"/units/{grown['branch']}/split/", "growing-halves", prepare=look)


def test_without_a_group_the_list_looks_right(looks_right, dora):
    looks_right(dora, "/units/formation/", "growing-empty")


@pytest.mark.parametrize("script", [True, False])
def test_a_group_comes_to_be_a_branch(open_page, dora, grown, script):
    page = open_page(dora, f"/units/{grown['group']}/formation/", java_script_enabled=script)
    page.get_by_label("How many came").fill("9")
    page.get_by_role("button", name="Note the meeting").click()
    expect(page.get_by_text("Meetings in 90 days")).to_be_visible()
    expect(page.get_by_text("3 of 3, enough")).to_be_visible()
    for number in (0, 1, 2):
        page.get_by_label(re.compile(f"Ada .* {number}$")).check()
    page.get_by_role("button", name="They paid").click()
    expect(page.get_by_text("3 of 3, enough")).to_have_count(2)
    page.get_by_role("link", name="Make it a branch").click()
    expect(page.get_by_text("1 thing is missing that a branch needs")).to_be_visible()
    page.get_by_role("button", name="It becomes that").click()
    expect(page.get_by_text("Was Group in formation until then, Branch from")).to_be_visible()
    page.get_by_role("button", name="Undo: it is a group in formation again").click()
    expect(page.get_by_role("heading", name="On the way to a branch")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_branch_is_split_after_a_look_at_both_halves(open_page, erin, grown, script):
    page = open_page(erin, f"/units/{grown['branch']}/split/", java_script_enabled=script)
    page.get_by_label("Name of the new one").fill("Olympic Peninsula")
    page.get_by_label("Port Angeles, WA (2)").check()
    page.get_by_label("Town not known (2)").check()
    page.get_by_role("button", name="Look at both halves").click()
    page.get_by_label("Ada Lindqvist 7").check()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_label("Name of the new one")).to_have_value("Olympic Peninsula")
    expect(page.get_by_text("put here by hand")).to_be_visible()
    page.get_by_role("button", name="Split: 3 people go").click()
    expect(page.get_by_role("heading", level=1, name="Olympic Peninsula")).to_be_visible()
    page.goto(f"/units/{grown['branch']}/")
    expect(page.get_by_text("3 placements went on in Olympic Peninsula.")).to_be_visible()
    page.get_by_role("button", name="Undo the split").click()
    expect(page.get_by_text("The split was undone: everybody is back from Olympic Peninsula.")).to_be_visible()

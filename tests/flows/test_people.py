"""The list of members in a browser: views that are kept, columns, an empty list."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.builders import make_person, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def people(north):
    branch = make_unit("Salem Branch", parent=north)
    for number in range(12):
        make_person(
            f"Person{number} Surname",
            unit=branch,
            member_from=date(2020, 1 + number, 3),
            city=("Salem", "Bend")[number % 2],
            region="OR",
            tags="press;stall" if number % 3 == 0 else "",
        )


def test_a_view_is_kept_and_removed_and_comes_back(open_page, looks_right, alice, people):
    page = open_page(alice, "/people/")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("City", exact=False).first.fill("Salem")
    page.get_by_label("Tags").uncheck()
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Keep this view").click()
    page.get_by_label("Name").fill("Everybody in Salem, by name, as on the list of the branch")
    page.get_by_label("Who else may use it").select_option(label="Whoever may see people in North")
    page.get_by_role("button", name="Keep it").click()

    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("row")).to_have_count(7)
    expect(page.get_by_role("columnheader", name="Tags")).to_have_count(0)
    kept = "/" + page.url.split("/", 3)[3]
    looks_right(alice, kept, "people-view")
    looks_right(alice, "/views/new/?query=city%3DSalem", "people-view-keep")
    looks_right(alice, "/people/?city=Nowhere", "people-none")

    page.get_by_role("link", name="Change this view").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("navigation", name="Saved views")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link")).to_have_count(2)

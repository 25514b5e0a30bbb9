"""The list of members in a browser: views that are kept, columns, an empty list."""

import re
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


def test_a_question_is_asked_step_by_step_and_kept(open_page, looks_right, alice, people):
    page = open_page(alice, "/people/")
    page.get_by_role("link", name="Ask a longer question").click()
    page.get_by_label("About what").select_option(label="Standing now")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("members", exact=True).check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("12 people")

    page.get_by_label("One more condition").select_option(label="Joined")
    page.get_by_role("button", name="Go on").click()
    looks_right(alice, "/people/ask/?kind=joined&ask=standing%3Amember", "people-ask-days")
    page.get_by_label("When").select_option(label="Between")
    page.get_by_label("First day").fill("2020-07-01")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("6 people")

    page.get_by_label("One more condition").select_option(label="Tag")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What").fill("press")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name=re.compile("Turn.round.*“press”")).click()
    expect(page.get_by_text("People who are members, joined on or after")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("4 people")
    asked = "/" + page.url.split("/", 3)[3]
    looks_right(alice, asked, "people-ask")
    looks_right(alice, "/people/ask/", "people-ask-empty")
    looks_right(alice, "/people/ask/?ask=standing%3Amember+tga%3Ax", "people-ask-wrong")
    looks_right(alice, "/people/ask/?ask=tag%3Anobody", "people-ask-nobody")
    looks_right(alice, "/people/ask/?kind=tag&add=1&value=&ask=standing%3Amember+in%3ANorth", "people-ask-form")

    page.get_by_role("link", name="Keep this view").click()
    page.get_by_label("Name").fill("To call")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link")).to_have_count(2)
    expect(page.get_by_text("People who are members, joined on or after")).to_be_visible()
    looks_right(alice, "/" + page.url.split("/", 3)[3], "people-list-asked")

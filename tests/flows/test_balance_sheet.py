"""The balance sheet in a browser: empty, small and with history; by keyboard; on paper."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.builders import make_goal, make_person, make_qualification, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def history(north):
    places = [("Salem", "OR"), ("Portland", "OR"), ("Boise", "ID"), ("Honolulu", "HI")]
    branches = [
        make_unit(f"{city} Branch", parent=north, city=city, region=region, country="US", opened_on=date(2012, 1, 1))
        for city, region in places[:3]
    ]
    make_unit("Honolulu Group", kind="group", parent=north, opened_on=date(2020, 1, 1))
    for number in range(40):
        city, region = places[number % 4]
        person = make_person(
            f"Person{number} Surname",
            unit=branches[number % 3] if number % 4 != 3 else north,
            member_from=date(2012 + number // 3, 1 + number % 12, 3),
            member_to=date(2025, 6, 1) if number % 9 == 0 and number < 36 else None,
            city=city,
            region=region,
            country="US",
        )
        if number % 6 == 0:
            make_qualification(person)
    make_goal(branches[0], target=20)
    return branches


def test_it_looks_right_empty_and_full(looks_right, history, bob, charlie):
    looks_right(charlie, "/balance-sheet/", "balance-sheet-empty")
    looks_right(bob, "/balance-sheet/", "balance-sheet")


def test_the_day_can_be_chosen_and_the_numbers_opened_by_keyboard(open_page, history, bob):
    page = open_page(bob, "/balance-sheet/")
    page.get_by_label("On the day").fill("2019-12-31")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tue 31 Dec 2019").first).to_be_visible()
    numbers = page.locator("figure", has_text="Members on the last day of each month")
    numbers.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(numbers.get_by_role("row", name="2019-12")).to_be_visible()


def test_it_prints_without_frame_and_buttons(open_page, history, bob):
    page = open_page(bob, "/balance-sheet/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    assert page.locator("svg:visible").count() >= 8


def test_a_number_leads_to_its_list_and_on_to_a_person(open_page, looks_right, history, bob):
    looks_right(bob, "/balance-sheet/behind/?figure=joined:2016", "behind")
    looks_right(bob, "/balance-sheet/behind/?figure=cities", "behind-cities")
    looks_right(bob, "/balance-sheet/behind/?figure=joined:2001", "behind-empty")

    page = open_page(bob, "/balance-sheet/")
    page.get_by_role("link", name="Open branches").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open branches")
    expect(page.get_by_role("row")).to_have_count(4)
    page.go_back()
    page.get_by_role("row", name="Cities with members 4").get_by_role("link").first.click()
    page.get_by_role("link", name="Boise").click()
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("link", name="Who can see this")).to_be_visible()

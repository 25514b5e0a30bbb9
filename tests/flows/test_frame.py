"""The frame in a browser: looks, keys, palette, no JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.builders import PASSWORD, make_person, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/more/",
        "/me/",
        "/settings/",
        "/scope/",
        "/search/?q=n",
        "/search/?q=zzz",
        "/account/password/change/",
        "/nowhere/",
    ],
)
def test_pages_of_the_frame_look_right(looks_right, dora, north, path):
    long_name = "The Branch of All Workers of the Northern Harbours and Islands"
    branch = make_unit(long_name, parent=north)
    make_person("Nora Berg", unit=branch)

    looks_right(dora, path, "frame" + re.sub(r"\W+", "-", path).rstrip("-"))


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/account/password/reset/done/"])
def test_pages_before_signing_in_look_right(looks_right, organisation, path):
    looks_right(None, path, re.sub(r"\W+", "-", path).strip("-"))


@pytest.mark.parametrize("script", [True, False])
def test_signing_in_works_with_and_without_javascript(open_page, alice, script):
    alice.set_password(PASSWORD)
    alice.save()
    page = open_page(None, "/more/", java_script_enabled=script)

    page.get_by_label("E-mail").fill(alice.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    expect(page.get_by_label("E-mail")).to_have_value(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page).to_have_url(re.compile("/more/$"))
    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(re.compile("/account/login/"))


def test_the_palette_finds_people_and_leads_to_pages_by_keys_alone(page, north):
    make_person("Nora Berg", unit=north)
    make_person("Noam Berg", unit=north)

    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search")
    page.keyboard.type("nora")
    expect(palette.get_by_role("option")).to_have_text(["Nora BergNorth"])
    page.keyboard.press("Escape")
    expect(palette).not_to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("berg")
    options = palette.get_by_role("option")
    expect(options).to_have_text(["Noam BergNorth", "Nora BergNorth"])
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Control+a")
    page.keyboard.type("your acc")
    expect(options).to_have_text(["Your account"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/me/$"))


def test_the_first_key_after_the_palette_is_closed_counts(page):
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    # Both within one task: nothing is drawn between them.
    page.evaluate(
        """() => ["Escape", "/"].forEach((key) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""
    )
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()


def test_keys_move_through_rows_and_can_be_switched_off(page):
    page.goto("/more/")
    rows = page.locator("main [data-row] a:visible")
    for at in range(rows.count()):
        page.keyboard.press("j")
        expect(page.locator(":focus")).to_have_text(rows.nth(at).inner_text())
    assert rows.count() > 1
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")

    page.goto("/me/")
    page.get_by_role("checkbox", name="Keys").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_typed_text_is_not_lost_by_a_slip(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto("/me/")
    page.get_by_label("Your name").fill("Alice the Second")

    page.get_by_role("link", name="More").click(no_wait_after=True)

    expect(page.get_by_label("Your name")).to_have_value("Alice the Second")
    assert asked == ["beforeunload"]


def test_one_chooses_where_to_stand(page, north):
    make_unit("Harbour", parent=north)
    page.goto("/more/")

    page.get_by_role("link", name="Viewing North").click()
    page.get_by_role("button", name="Harbour").click()

    expect(page).to_have_url(re.compile("/more/$"))
    expect(page.get_by_role("link", name="Viewing Harbour")).to_be_visible()

"""Signing in as people do: with an app, with a passkey, with a recovery code; and being asked again before what matters."""

import re
import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from muster.access.limits import LIMITS, count_use
from muster.access.models import Grant
from muster.accounts.models import Session
from muster.accounts.sessions import SessionStore
from muster.units.models import Unit
from tests.accounts.codes import code_of, secret_in
from tests.builders import LONG_AGO, PASSWORD, make_person, make_user, require_second_factor
from tests.flows.conftest import overflow, violations

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def carol(north):
    user = make_user("carol", unit_organiser=north)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def dora_with_password(dora):
    dora.set_password(PASSWORD)
    dora.save()
    return dora


def sign_in(page, user, password=PASSWORD):
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def signed_in_long_ago(user):
    for row in Session.objects.filter(user=user):
        store = SessionStore(row.session_key)
        store["signed_in_at"] -= 6 * 60
        store.save()


def with_authenticator(page, *, verified=True):
    """A phone or laptop that vouches for its owner, played by the browser itself; `verified`: it knows the finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools


def set_up_app(page):
    """From the page of second factors to the recovery codes; return the app's secret and the codes."""
    page.get_by_role("link", name="Set up an app").click()
    expect(page.locator("svg[role=img] path")).to_have_count(1)
    secret = secret_in(page.content())
    page.get_by_label("The six figures your app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep these codes safe")
    return secret, re.findall(r"<code>(\d{4} \d{4})</code>", page.content())


def test_an_officer_sets_an_app_up_before_anything_else_and_needs_it_from_then_on(open_page, carol):
    require_second_factor()
    page = open_page(None, "/people/")
    sign_in(page, carol)
    expect(page.get_by_role("heading", level=1)).to_have_text("One step before you begin")
    page.goto("/people/")
    expect(page).to_have_url(re.compile("/account/second-factor/$"))

    secret, codes = set_up_app(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Viewing")).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, carol)
    page.get_by_label("Code").fill("123")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("That did not fit.")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Viewing").wait_for()

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, carol)
    page.get_by_label("Code").fill(codes[3])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Viewing").wait_for()
    page.goto("/account/second-factor/")
    expect(page.get_by_text("9 codes left.")).to_have_count(1)
    assert page.problems == []


def test_a_passkey_is_added_and_signs_in_without_a_password(open_page, carol):
    require_second_factor()
    page = open_page(None, "/account/login/")
    devtools = with_authenticator(page)
    sign_in(page, carol)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Let it sign me in without a password").check()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/codes/")
    page.goto("/me/")
    expect(page.get_by_text("My laptop")).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()

    page.goto("/people/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/people/")
    page.get_by_role("button", name="Sign out").click()

    # After the password it is the second factor.
    sign_in(page, carol)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Viewing").wait_for()
    assert page.problems == []
    devtools.detach()


def test_a_wrong_finger_is_told_on_the_page(open_page, carol):
    page = open_page(carol, "/account/second-factor/passkeys/add/")
    with_authenticator(page, verified=False)
    page.get_by_label("Let it sign me in without a password").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("alert")).to_have_text("That did not work, or you stopped it. Try once more.")
    assert page.problems == []


def test_a_list_is_taken_out_after_the_password_and_one_is_back_where_one_was(open_page, carol, north):
    make_person("Nora Berg", unit=north, member_from=LONG_AGO)
    page = open_page(carol, "/people/?q=nora")
    signed_in_long_ago(carol)
    page.get_by_role("link", name="CSV").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Go on").click()
    assert "Nora" in download.value.path().read_text()
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile(r"/people/\?q=nora$"))
    assert page.problems == []


@pytest.mark.parametrize("javascript", [True, False])
def test_what_was_typed_in_the_settings_is_saved_after_the_password(open_page, dora_with_password, javascript):
    page = open_page(dora_with_password, "/settings/", java_script_enabled=javascript)
    signed_in_long_ago(dora_with_password)
    page.get_by_label("Name of the organisation").fill("Bread & “Roses”")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    if not javascript:
        page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/settings/")
    expect(page.get_by_text("Saved.")).to_have_count(1)
    assert Unit.objects.get(parent=None).name == "Bread & “Roses”"


def looks_fine(page):
    assert (violations(page), overflow(page), page.problems) == ([], 0, []), page.url
    page.context.close()


def test_pages_of_sign_in_look_right(open_page, looks_right, carol, dora_with_password):
    reset = reverse("access:factor_reset", args=[Grant.objects.get(user=carol).pk])
    for number, (user, path) in enumerate(
        [
            (None, "/account/login/"),
            (carol, "/me/sessions/"),
            (carol, "/account/second-factor/app/"),
            (carol, "/account/second-factor/passkeys/add/"),
            (carol, "/account/again/"),
            (dora_with_password, reset),
        ]
    ):
        looks_fine(open_page(user, path, width=(390, 1280)[number % 2], scheme=("dark", "light")[number % 2]))
    require_second_factor()
    looks_right(carol, "/account/second-factor/", "factor-barred")


def test_pages_of_somebody_with_both_look_right(open_page, carol, dora):
    page = open_page(carol, "/account/second-factor/")
    set_up_app(page)
    for name in ("My phone", "The laptop at the office with a very long name of sixty signs"):
        page.goto("/account/second-factor/passkeys/add/")
        devtools = with_authenticator(page)
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Add the passkey").click()
        page.wait_for_url("**/second-factor/")
        devtools.send("WebAuthn.disable")
    for path in ("", "codes/", "again/", "passkeys/again/"):
        looks_fine(open_page(carol, f"/account/second-factor/{path}", width=390))
    looks_fine(open_page(carol, "/me/", scheme="dark"))
    asked = open_page(None)
    sign_in(asked, carol)
    looks_fine(asked)
    for _ in range(LIMITS["search"].count):
        count_use(user_id=dora.pk, kind="search", now=time.time())
    often = open_page(dora, "/more/")
    often.keyboard.press("/")
    often.get_by_text("That was too often. Wait some minutes, then search again.").wait_for()
    often.problems.clear()  # the browser notes that an answer was a 429
    often.goto("/search/?q=x")
    looks_fine(often)

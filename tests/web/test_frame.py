"""The frame of every page: headers, signing in and out, where one stands, what one is shown of others."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.urls import reverse

from muster.web import middleware
from tests.builders import PASSWORD, make_person, make_unit, make_user, send_letters

pytestmark = pytest.mark.web

STATIC = Path(middleware.__file__).parent / "static"


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("name", ["web:today", "web:scope", "web:search", "web:palette", "web:me", "web:more"])
def test_pages_forbid_foreign_content_and_stay_out_of_caches(signed_in, name):
    response = signed_in.get(reverse(name))

    assert response.status_code == 200
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response["Cache-Control"] == "private, no-store"
    # The policy would stop these silently, so no template may hold them.
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=\"", text_of(response))


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(client, db):
    response = client.get("/more/?a=b")

    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/more/%3Fa%3Db")


def test_a_foreign_unit_looks_exactly_like_none(signed_in, south):
    answers = [signed_in.get(path) for path in (f"/scope/?unit={south.pk}", "/scope/?unit=999999", "/nowhere/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].content == answers[1].content == answers[2].content
    assert "South" not in text_of(answers[0])


def test_signing_in_leads_back_to_the_page_and_signing_out_ends_it(client, north):
    user = make_user("erin", unit_viewer=north)
    user.set_password(PASSWORD)
    user.save()
    form = {"login": "ERIN@example.org", "password": PASSWORD, "next": "/more/"}

    wrong = client.post("/account/login/", form | {"password": "nonsense"})
    unknown = client.post("/account/login/", form | {"login": "nobody@example.org"})
    right = client.post("/account/login/", form)
    page = client.get("/more/")
    client.post("/account/logout/")

    said = "E-mail and password do not fit together. Check both and try once more."
    assert said in text_of(wrong)
    assert said in text_of(unknown)
    assert (right.status_code, right["Location"]) == (302, "/more/")
    assert "erin" in text_of(page)
    assert client.get("/more/").status_code == 302


def test_a_forgotten_password_is_changed_by_a_link_that_works_once(client, alice, mailoutbox):
    alice.set_password(PASSWORD)
    alice.save()
    answers = [
        client.post("/account/password/reset/", {"email": email}) for email in (alice.email, "nobody@example.org")
    ]
    send_letters()
    (mail,) = [mail for mail in mailoutbox if mail.to == [alice.email]]
    link = re.search(r"http://testserver(\S+)", mail.body).group(1)

    form_url = client.get(link)["Location"]
    new = {"password1": "a wholly new phrase", "password2": "a wholly new phrase"}
    done = client.post(form_url, new)

    assert [(a.status_code, a["Location"]) for a in answers] == [(302, "/account/password/reset/done/")] * 2
    assert (done.status_code, done["Location"]) == (302, "/")
    client.logout()
    assert client.login(email=alice.email, password="a wholly new phrase")
    client.logout()
    assert "This link no longer works" in text_of(client.get(link))


def test_nobody_can_sign_up(client, db):
    assert client.post("/account/signup/", {"email": "x@example.org"}).status_code == 404


def test_the_frame_costs_five_queries_however_many_units_there_are(signed_in, north, django_assert_num_queries):
    for number in range(20):
        make_unit(f"Branch {number}", parent=north)

    # session with user, grants, tree, settings, name of the unit
    with django_assert_num_queries(5):
        page = text_of(signed_in.get("/more/"))

    assert "<small>Viewing</small> <b>North</b>" in page


def test_the_unit_one_chooses_is_kept_and_the_address_wins(signed_in, north):
    first, second = make_unit("First", parent=north), make_unit("Second", parent=north)

    answer = signed_in.post("/scope/", {"unit": first.pk, "next": "/more/?unit=1"})
    kept = signed_in.get("/more/")
    named = signed_in.get(f"/more/?unit={second.pk}")

    def viewed(response) -> str:
        return re.search(r"<small>Viewing</small> <b>(.*?)</b>", text_of(response)).group(1)

    assert (answer.status_code, answer["Location"]) == (302, "/more/")
    assert (viewed(kept), viewed(named)) == ("First", "Second")


@pytest.mark.parametrize(("where", "status"), [("south", 404), ("nonsense", 404)])
def test_one_cannot_stand_where_one_may_not_look(signed_in, south, where, status):
    assert signed_in.post("/scope/", {"unit": south.pk if where == "south" else "x"}).status_code == status


def test_leading_back_never_leads_to_another_site(signed_in, north):
    answer = signed_in.post("/scope/", {"unit": north.pk, "next": "https://evil.example/"})

    assert answer["Location"] == "/"


@pytest.mark.parametrize("typed", ["10", "web:today", ".", "//evil.example/", ""])
def test_leading_back_needs_an_address_of_this_site(signed_in, north, typed):
    assert signed_in.post("/scope/", {"unit": north.pk, "next": typed})["Location"] == "/"


@pytest.mark.parametrize("address", ["/", "/people/", "/contacts/", "/balance-sheet/", "/scope/"])
def test_a_number_that_no_unit_can_have_is_no_unit(signed_in, address):
    assert signed_in.get(address, {"unit": "9" * 4400}).status_code == 404
    assert signed_in.post("/scope/", {"unit": "9" * 4400}).status_code == 404


@pytest.mark.parametrize("path", ["/search/", "/search/palette"])
def test_search_finds_only_what_one_may_see(signed_in, north, south, path):
    make_person("Nora Berg", unit=make_unit("Bergen", parent=north))
    make_person("Nils Berglund", unit=make_unit("Bergamo", parent=south))

    found = text_of(signed_in.get(path, {"q": "berg"}))

    assert "Nora Berg" in found
    assert "Bergen" in found
    assert "Berglund" not in found
    assert "Bergamo" not in found


def test_one_changes_only_one_s_own_account(signed_in, alice):
    signed_in.post("/me/", {"name": "Alice N."})

    alice.refresh_from_db()
    assert (alice.name, alice.keyboard_shortcuts) == ("Alice N.", False)
    assert 'data-keys="off"' in text_of(signed_in.get("/me/"))


@pytest.mark.unit
def test_vendored_files_are_what_the_manifest_says():
    manifest = json.loads((STATIC / "vendor/manifest.json").read_text())
    files = {file["as"]: file["sha256"] for entry in manifest.values() for file in entry["files"].values()}

    found = {name: hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() for name in files}

    assert found == files
    assert {path.name for path in (STATIC / "vendor").iterdir()} == {*files, "manifest.json"}


def test_an_administrator_renames_the_nouns_and_every_page_says_them(client, dora):
    client.force_login(dora)
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', text_of(client.get("/settings/"))))

    wrong = client.post("/settings/", fields | {"small_branch": "9", "working_branch": "7"})
    right = client.post(
        "/settings/", fields | {"unit_one": "chapter", "unit_many": "chapters", "name": "Tenants United"}
    )

    assert "Give a number from 9 to 1,000." in text_of(wrong)
    assert (right.status_code, right["Location"]) == (302, "/settings/")
    page = text_of(client.get("/scope/"))
    assert "Lists and figures show the chapter you choose" in page
    assert "Tenants United" in page

"""The headers where no page of ours is reached, over https, and at sign-out; tests/matrix/test_headers.py asks every address."""

import pytest
from django.test import Client
from django.urls import reverse

from muster.web.middleware import HEADERS
from tests.builders import make_user
from tests.web.headers import ONCE, kept, lacking

pytestmark = [pytest.mark.web, pytest.mark.django_db]
YEAR = 365 * 24 * 3600


def test_what_is_refused_before_any_page_carries_them_too(client, db, monkeypatch):
    """Redirects, a foreign host, a form without its token, a missing page, a fault of ours, and the files of the pages."""
    strict = Client(enforce_csrf_checks=True)
    client.raise_request_exception = False
    signed_in = Client(raise_request_exception=False)
    signed_in.force_login(make_user("alice"))

    def broken(*_, **__):
        raise RuntimeError("A fault of ours.")

    monkeypatch.setattr("muster.web.navigation.more", broken)
    answers = {
        "host": (client.get("/more/", headers={"host": "elsewhere.example"}), 400),
        "slash": (client.get("/account/login"), 301),
        "signed out": (client.get("/more/"), 302),
        "token": (strict.post("/account/login/", {}), 403),
        "missing": (client.get("/static/nothing.js"), 404),
        "fault": (signed_in.get("/more/"), 500),
        "style": (client.get("/static/muster/base.css"), 200),
        "picture": (client.get("/static/muster/mark.svg"), 200),
    }
    for response, _ in answers.values():
        list(response)  # a file is closed when it has been read
    assert {name: response.status_code for name, (response, _) in answers.items()} == {
        name: status for name, (_, status) in answers.items()
    }
    assert {name: found for name, (response, _) in answers.items() if (found := lacking(response))} == {}
    # What pages are made of is the same for everybody and may be kept.
    assert {name for name, (response, _) in answers.items() if kept(response)} == {"style", "picture"}


def test_over_https_browsers_are_held_to_it(settings, db):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, YEAR
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    plain, secure = Client().get("/more/"), Client().get("/more/", secure=True)
    refused = Client().get("/more/", secure=True, headers={"host": "elsewhere.example"})
    picture = Client().get("/static/muster/mark.svg", secure=True)
    list(picture)

    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/more/")
    assert lacking(plain) == []
    for response in (secure, refused, picture):
        assert response["Strict-Transport-Security"] == f"max-age={YEAR}; includeSubDomains"


def test_signing_out_leaves_nothing_in_the_browser(client, north):
    client.force_login(make_user("erin", unit_viewer=north))
    assert "Clear-Site-Data" not in client.get(reverse("web:more"))
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache", "storage"'


def test_what_is_too_large_is_refused_before_it_is_read(client, settings, north):
    settings.LARGEST_UPLOAD, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3 << 20, 1 << 20
    body = b"x" * (2 << 20)
    stranger = client.generic("POST", "/account/login/", body, content_type="multipart/form-data; boundary=x")
    client.force_login(make_user("erin", national_officer=north))
    officer = client.generic("POST", "/imports/", body, content_type="multipart/form-data; boundary=x")
    large = client.generic("POST", "/imports/", body * 2, content_type="multipart/form-data; boundary=x")
    client.force_login(make_user("mia", unit_organiser=north))
    others = client.generic("POST", "/me/", body, content_type="multipart/form-data; boundary=x")
    assert [answer.status_code for answer in (stranger, large, others)] == [413, 413, 413]
    assert officer.status_code != 413
    assert lacking(large) == []


def test_nothing_answers_that_no_page_needs(client, bob):
    """No echo of requests, no list of files, no page of an address that is not one; numbers may be as large as one likes."""
    client.force_login(bob)
    asked = {
        "echo": client.generic("TRACE", "/more/"),
        "echo of sign-in": client.generic("TRACE", "/account/password/reset/"),
        "folder": client.get("/static/"),
        "folder inside": client.get("/static/muster/"),
        "way up": client.get("/static/../config/settings.py"),
        "way up, hidden": client.get("/static/%2e%2e/%2e%2e/config/settings.py"),
        "number": client.get(f"/people/{'9' * 40}/"),
        "number in a form": client.post("/scope/", {"unit": "9" * 40}),
        "letters": client.get("/people/%00/"),
    }
    statuses = {name: answer.status_code for name, answer in asked.items()}
    assert statuses == dict.fromkeys(asked, 404) | {"echo": 405, "echo of sign-in": 405}


def test_the_values_are_those_of_the_middleware():
    assert {name: HEADERS[name] for name in ONCE} == ONCE


@pytest.mark.db
@pytest.mark.parametrize(
    "path", ["/search/", "/search/palette/", "/scope/", "/units/", "/people/", "/people/ask/", "/contacts/claims/"]
)
def test_the_sign_number_0_is_refused_in_an_address(path, client, alice):
    client.force_login(alice)
    for query in ("?q=%00", "?ask=name:a%00b", "?name%00=1"):
        answer = client.get(f"{path}{query}")
        assert answer.status_code == 400
        assert answer.headers["X-Frame-Options"] == "DENY"

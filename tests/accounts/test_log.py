"""The log tells what happens at the door, in lines nobody can forge, and without what must stay secret."""

import logging
import re
import sys

import pytest
from django.db import connection, transaction
from django.test import Client

from muster.access.services import accounts as access
from muster.accounts.models import User
from muster.config.logs import Line
from tests.accounts.codes import code_of
from tests.builders import PASSWORD, make_user

pytestmark = [pytest.mark.web, pytest.mark.django_db]


@pytest.fixture
def lines():
    """What the log of a running site would say."""
    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(Line().format(record))
    loggers = [logging.getLogger(name) for name in ("muster.security", "django.request", "django.security")]
    for logger in loggers:
        logger.addHandler(handler)
    yield said
    for logger in loggers:
        logger.removeHandler(handler)


def told(lines):
    """The lines without their moments, which are checked."""
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO|WARNING|ERROR) ", line) for line in lines)
    return [line.partition(" ")[2] for line in lines]


def test_the_door_is_told_of_with_who_or_from_where_but_not_both(client, north, lines):
    user = make_user("carol", unit_organiser=north)
    user.set_password(PASSWORD)
    user.save()
    client.post("/account/login/", {"login": "hunter2@example.org", "password": "x"})
    client.post("/account/login/", {"login": user.email, "password": "nonsense"})
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/logout/")
    said = told(lines)
    assert said == [
        "INFO muster.security account=0 password refused from=127.0.0.1",
        "INFO muster.security account=0 password refused from=127.0.0.1",
        f"INFO muster.security account={user.pk} signed in",
        f"INFO muster.security account={user.pk} signed out",
    ]
    for secret in (PASSWORD, "hunter2", user.email):
        assert secret not in str(said)


def test_second_factors_are_told_of(client, north, lines, django_capture_on_commit_callbacks):
    user = make_user("carol", unit_organiser=north)
    user.set_password(PASSWORD)
    user.save()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    page = client.get("/account/second-factor/app/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/second-factor/app/", {"code": code_of(secret)})
    client.post("/account/logout/")
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/second-factor/ask/", {"code": "000000"})
    said = told(lines)
    assert " from=" not in str(said)
    assert said[-1].endswith(f"account={user.pk} second factor refused")
    assert any(line.endswith(f"account={user.pk} second factor added kind=totp") for line in said)
    assert secret not in str(lines)


def test_what_is_refused_is_told_of_with_who_asked(client, bob, charlie, lines):
    client.force_login(charlie)
    client.get("/people/999/")
    client.force_login(bob)
    client.get("/settings/")
    assert told(lines)[-1].startswith(
        f"WARNING django.request account={bob.pk} Forbidden (Permission denied): /settings/"
    )
    assert f"WARNING django.request account={charlie.pk} Not Found: /people/999/" in told(lines)


def test_a_fault_is_told_in_the_log_and_not_on_the_page(bob, lines, monkeypatch):
    def broken(*_):
        raise RuntimeError("A fault of ours with a secret in it.")

    monkeypatch.setattr("muster.web.navigation.more", broken)
    client = Client(raise_request_exception=False)
    client.force_login(bob)
    answer = client.get("/more/")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    line = told(lines)[-1]
    assert line.startswith(f"ERROR django.request account={bob.pk} Internal Server Error: /more/\n  | Traceback")
    assert "\n  | RuntimeError: A fault of ours" in line


def test_a_fault_of_the_database_names_nobody(bob, lines, monkeypatch):
    def taken_twice(**_):
        User.objects.create(email=bob.email.upper(), name="Zqzq")

    monkeypatch.setattr(access, "change_own_settings", taken_twice)
    client = Client(raise_request_exception=False)
    client.force_login(bob)
    with transaction.atomic():
        assert client.post("/me/", {"name": "Robert"}).status_code == 500
    assert "IntegrityError" in lines[-1]
    assert bob.email not in lines[-1].casefold()
    assert connection.vendor != "postgresql" or "DETAIL: left out" in lines[-1]


def test_an_address_that_the_sender_made_up_is_not_believed(client, settings, db, lines):
    """The proxy adds the true one at the end."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for forged in ("", "203.0.113.9, "):
        client.post(
            "/account/login/",
            {"login": "nobody@example.org", "password": "x"},
            headers={
                "X-Forwarded-For": f"{forged}192.0.2.7",
                "X-Real-IP": "203.0.113.9",
                "Forwarded": "for=203.0.113.9",
            },
        )
    assert [line.rpartition(" ")[2] for line in lines] == ["from=192.0.2.7"] * 2


def test_nothing_typed_can_look_like_a_line_of_the_log(client, lines):
    forged = "2026-01-01T00:00:00Z INFO muster.security account=1 signed in"
    client.get(f"/account/x%0A{forged}%0D%1b[2J\u2028end/".replace(" ", "%20"))
    try:
        raise ValueError(f"broken\n{forged}")
    except ValueError:
        record = logging.LogRecord("muster", logging.ERROR, "", 0, "Failed: %s", (f"a\r\n{forged}",), sys.exc_info())
        lines.append(Line().format(record))
    text = "\n".join(lines)
    assert forged in text
    assert not [line for line in text.split("\n") if line.startswith("2026-01-01")]
    assert not set(text) & set("\r\x1b\u2028\x00")

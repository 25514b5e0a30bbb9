"""What a stranger learns from the pages of sign-in (nothing), and what whoever has only the password gets (nothing)."""

import base64
import os
import re
import subprocess
import sys
import time

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as config
from django.core.cache import caches
from django.db import connection
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from muster.accounts import services
from muster.accounts.calc import device_of
from muster.accounts.models import Session
from muster.accounts.sessions import SEEN_AT, SIGNED_IN_AT
from muster.audit.models import Entry
from muster.backup.databases import LEFT_OUT
from muster.config import settings as product
from tests.accounts.codes import code_of, secret_in
from tests.accounts.hashers import CountingHasher
from tests.builders import PASSWORD, make_user, require_second_factor, send_letters

pytestmark = pytest.mark.web


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def carol(north):
    """Organiser of North with a password."""
    user = make_user("carol", unit_organiser=north)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, password=PASSWORD):
    return client.post("/account/login/", {"login": user.email, "password": password})


@pytest.fixture
def set_up_app(django_capture_on_commit_callbacks):
    """`set_up_app(client)`: set an app up in the browser that is signed in; return its secret and the recovery codes."""

    def do(client):
        secret = secret_in(text_of(client.get("/account/second-factor/app/")))
        with django_capture_on_commit_callbacks(execute=True):
            done = client.post("/account/second-factor/app/", {"code": code_of(secret)})
        assert done["Location"] == "/account/second-factor/codes/"
        shown = text_of(client.get("/account/second-factor/codes/"))
        return secret, [code.replace(" ", "") for code in re.findall(r"<code>(\d{4} \d{4})</code>", shown)]

    return do


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/"])
def test_known_closed_and_unknown_addresses_look_and_weigh_the_same(client, carol, settings, path, mailoutbox):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    closed, without = make_user("closed"), make_user("empty")
    closed.is_active = False
    closed.save()
    answers = []
    for email in (carol.email, closed.email, without.email, "nobody@example.org"):
        CountingHasher.count = 0
        client.cookies.clear()
        name = "login" if "login" in path else "email"
        answer = client.post(path, {name: email, "password": "nonsense"}, follow=True)
        body = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", text_of(answer)).replace(email, "EMAIL")
        jobs = [len(job.args_kwargs["args"]) for job in DBTaskResult.objects.all()]
        answers.append((answer.redirect_chain, body, CountingHasher.count, jobs, len(mailoutbox)))
        DBTaskResult.objects.all().delete()

    assert answers[1:] == answers[:1] * 3
    assert answers[0][2:4] == ((1, []) if "login" in path else (0, [2]))
    assert "EMAIL" in answers[0][1] or "reset" in path


def test_only_who_has_an_open_account_gets_the_letter(client, carol, mailoutbox):
    closed = make_user("closed")
    closed.is_active = False
    closed.save()
    for email in (carol.email.upper(), closed.email, "nobody@example.org"):
        client.post("/account/password/reset/", {"email": email})
    send_letters()
    assert [mail.to for mail in mailoutbox] == [[carol.email]]


def test_tries_are_limited_for_an_account_whoever_tries_and_counted_where_all_processes_look(client, carol):
    answers = [text_of(sign_in(client, carol, "nonsense")) for _ in range(6)]
    assert ["Too many tries. Wait five minutes." in answer for answer in answers] == [False] * 5 + [True]
    # The right password does not help any more, from this machine or another one.
    again = client.post("/account/login/", {"login": carol.email, "password": PASSWORD}, REMOTE_ADDR="198.51.100.7")
    assert "Too many tries." in text_of(again)
    assert product.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    assert caches["default"]._table == "muster_cache"


def test_whoever_tries_other_addresses_meanwhile_begins_no_new_count(client, carol):
    for _ in range(5):
        sign_in(client, carol, "nonsense")
    # Django's own table forgets a third of all counts as soon as there are 300.
    for number in range(700):
        caches["default"].set(f"another-{number}", [time.time()], 300)
    assert "Too many tries." in text_of(sign_in(client, carol))


def test_the_counters_do_not_say_where_somebody_signed_in_from(client, carol):
    sign_in(client, carol)
    sign_in(client, carol, "nonsense")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM muster_cache")
        rows = cursor.fetchall()
    assert len(rows) >= 2
    assert "127.0.0.1" not in str(rows)
    assert all(b"127.0.0.1" not in base64.b64decode(value) for _, value, _ in rows)


def test_too_many_tries_from_one_address_are_told_when_to_come_again(client, db):
    answers = [client.post("/account/login/", {}) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1]["Retry-After"] == "300"
    assert re.search(r"Wait until \d\d:\d\d, that is 5 minutes", text_of(answers[-1]))


def test_passwords_are_kept_by_argon2id():
    hasher = import_string(product.PASSWORD_HASHERS[0])()
    assert hasher.encode("x", hasher.salt()).startswith("argon2$argon2id$")


def test_with_an_app_the_password_is_not_enough_and_a_code_works_once(client, carol, set_up_app):
    sign_in(client, carol)
    secret, _ = set_up_app(client)
    client.logout()

    asked = sign_in(client, carol)
    assert asked["Location"] == "/account/second-factor/ask/"
    assert client.get("/people/")["Location"].startswith("/account/login/")
    wrong = client.post(asked["Location"], {"code": "000000"})
    assert "That did not fit." in text_of(wrong)
    code = code_of(secret)
    right = client.post(asked["Location"], {"code": code})
    assert (right.status_code, right["Location"]) == (302, "/")
    assert client.get("/people/").status_code == 200

    client.logout()
    sign_in(client, carol)
    assert "That did not fit." in text_of(client.post(asked["Location"], {"code": code}))


def test_a_recovery_code_lets_in_once(client, carol, set_up_app):
    sign_in(client, carol)
    _, codes = set_up_app(client)
    statuses = []
    for code in (codes[0], codes[0], codes[1]):
        client.logout()
        sign_in(client, carol)
        statuses.append(client.post("/account/second-factor/ask/", {"code": code}).status_code)
    assert (len(codes), statuses) == (10, [302, 200, 302])
    assert "8 left" in text_of(client.get("/me/"))


def test_what_a_thief_of_the_database_finds_makes_no_codes(client, carol, set_up_app, settings):
    sign_in(client, carol)
    secret, codes = set_up_app(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert base64.b32decode(secret).hex() not in kept
    assert not any(code in kept for code in codes)
    # With the key files gone too nothing opens, and nothing breaks: an administrator can still reset it.
    for file in (settings.HOME / "keys").glob("second_factors.*"):
        file.unlink()
    client.logout()
    sign_in(client, carol)
    assert "That did not fit." in text_of(client.post("/account/second-factor/ask/", {"code": code_of(secret)}))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_setting_up_ends_sessions_that_knew_only_the_password(client, carol, set_up_app, organisation):
    require_second_factor()
    phisher = type(client)()
    sign_in(phisher, carol)
    sign_in(client, carol)
    assert phisher.get("/people/")["Location"] == "/account/second-factor/"
    set_up_app(client)

    assert client.get("/people/").status_code == 200
    assert phisher.get("/account/second-factor/app/")["Location"].startswith("/account/login/")
    assert [entry.action for entry in Entry.objects.order_by("pk")] == ["accounts.second_factor.added"] * 2


def test_an_app_is_removed_by_its_owner_and_a_letter_says_so(client, carol, set_up_app, mailoutbox):
    sign_in(client, carol)
    set_up_app(client)
    client.post("/account/second-factor/app/remove/")
    assert list(Authenticator.objects.all()) == []
    assert sign_in(type(client)(), carol)["Location"] == "/"
    send_letters()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([carol.email], "An app for codes was set up"),
        ([carol.email], "The app for codes was removed"),
    ]
    assert "the app for codes was removed from your account" in mailoutbox[1].body


@pytest.mark.parametrize(
    ("key", "hours", "says"),
    [("signed_in_at", 12.1, "you had been signed in for long"), ("seen_at", 1.1, "nothing happened for a while")],
)
def test_officers_are_signed_out_by_the_organisation_s_limits_and_members_are_not(
    client, carol, north, key, hours, says
):
    def later(user):
        client.force_login(user)
        session = client.session
        session[key] -= hours * 3600
        session.save()
        return client.get("/me/", follow=True)

    ended, went_on = later(carol), later(make_user("mia", member=north))

    assert ended.redirect_chain == [("/account/login/?next=/me/", 302)]
    assert says in text_of(ended)
    assert (went_on.redirect_chain, went_on.status_code) == ([], 200)


@pytest.mark.parametrize(("key", "days"), [(SEEN_AT, 15), (SIGNED_IN_AT, 61)])
def test_a_member_s_sign_in_ends_too_after_two_weeks_unused_or_two_months(client, north, key, days):
    client.force_login(make_user("mia", member=north))
    session = client.session
    session[SIGNED_IN_AT] -= 59 * 24 * 3600
    session[SEEN_AT] -= 13 * 24 * 3600
    session.save()
    assert client.get("/me/").status_code == 200
    session = client.session
    session[key] = time.time() - days * 24 * 3600
    session.save()
    assert client.get("/me/")["Location"] == "/account/login/?next=/me/"


def test_one_sees_where_one_is_signed_in_and_ends_what_one_likes(client, carol, alice):
    browsers = {name: type(client)(headers={"User-Agent": agent}) for name, agent in AGENTS.items()}
    for browser in browsers.values():
        sign_in(browser, carol)
    client.force_login(alice)
    here = browsers["Firefox on Linux"]
    rows = re.findall(
        r'<th scope="row">([^<]+?) ?<|action="(/me/sessions/\w+/end/)"', text_of(here.get("/me/sessions/"))
    )
    names, ends = [name for name, _ in rows if name], [end for _, end in rows if end]

    assert names == ["Firefox on Linux", "Safari on iPhone", "Chrome on Android"]
    assert client.post(ends[0]).status_code == 404
    here.post(ends[0])
    alive = {name: browser.get("/me/").status_code for name, browser in browsers.items()}
    assert alive == {"Firefox on Linux": 200, "Chrome on Android": 200, "Safari on iPhone": 302}
    here.post("/me/sessions/others/end/")
    assert browsers["Chrome on Android"].get("/me/").status_code == 302
    assert (here.get("/me/").status_code, client.get("/me/").status_code) == (200, 200)


def test_a_new_password_ends_the_other_sessions(client, carol):
    other = type(client)()
    for browser in (client, other):
        sign_in(browser, carol)
    new = "a wholly new phrase"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (client.get("/me/").status_code, other.get("/me/").status_code) == (200, 302)
    assert Session.objects.filter(user=carol).count() == 1


def test_that_somebody_is_there_is_written_once_a_minute(client, carol, django_assert_num_queries):
    client.force_login(carol)
    client.get("/me/sessions/")
    session = client.session
    session["seen_at"] = time.time() - 61
    session.save()
    client.get("/me/sessions/")
    assert time.time() - client.session["seen_at"] < 10
    with django_assert_num_queries(6):
        client.get("/me/sessions/")


AGENTS = {
    "Chrome on Android": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML) Chrome/131.0 Mobile Safari/537.36",
    "Safari on iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit Version/18.1 Mobile Safari/604.1",
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
}


@pytest.mark.db
def test_an_erased_account_keeps_no_passkey_and_no_session(client, carol):
    client.force_login(carol)
    Authenticator.objects.create(user=carol, type="webauthn", data={"name": "Carol's phone"})
    services.forget_account(user_id=carol.pk)
    assert (Authenticator.objects.count(), Session.objects.count()) == (0, 0)


@pytest.mark.unit
def test_no_backup_holds_open_sessions():
    assert Session._meta.db_table in LEFT_OUT


@pytest.mark.unit
def test_browsers_are_called_what_people_call_them():
    assert {name: device_of(agent) for name, agent in AGENTS.items()} == {name: name for name in AGENTS}
    assert device_of("") == "A browser"
    assert device_of("curl/8.5 (Windows)") == "A browser on Windows"
    assert config.SESSION_ENGINE == "muster.accounts.sessions"


def test_a_session_gets_a_new_key_at_sign_in_and_when_one_shows_again_who_one_is(client, north):
    user = make_user("dana", administrator=north)
    user.set_password(PASSWORD)
    user.save()
    client.post("/account/password/reset/", {"email": "nobody@example.org"})
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies[config.SESSION_COOKIE_NAME] = planted.session_key
    sign_in(client, user)
    first = client.session.session_key
    assert first != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()

    with_age = client.session
    with_age[SIGNED_IN_AT] = time.time() - 600
    with_age["account_authentication_methods"] = []
    with_age[SEEN_AT] = time.time()
    with_age.save()
    asked = client.get("/account/password/set/")
    assert asked["Location"].startswith("/account/again/")
    client.post("/account/again/", {"password": PASSWORD})
    second = client.session.session_key
    assert second != first
    assert not Session.objects.filter(pk=first).exists()
    assert client.get("/more/").status_code == 200


def test_cookies_are_bound_to_this_host_and_out_of_reach_of_scripts(client, carol):
    """Over https the names themselves say so; a browser refuses them from anywhere else."""
    answer = sign_in(client, carol)
    for name in (config.SESSION_COOKIE_NAME, config.CSRF_COOKIE_NAME):
        cookie = (answer if name in answer.cookies else client.get("/account/password/change/")).cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    done = subprocess.run(
        [sys.executable, "-c", "from muster.config import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
         "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"],
        env={**os.environ, "MUSTER_HTTPS": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True"]


def test_what_a_password_must_be_is_said_in_words(client, carol):
    client.force_login(carol)
    changed = client.get("/account/password/change/").content.decode()
    client.force_login(make_user("nobody-yet"))
    first = client.get("/account/password/set/").content.decode()
    link = services.password_path(user_id=carol.pk)
    client.logout()
    by_link = client.get(link, follow=True).content.decode()
    for said in (changed, first, by_link):
        assert "At least twelve characters" in said
        assert not re.search(r"&lt;/?(ul|li)", said)

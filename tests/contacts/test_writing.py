"""The public form: kept and sent where it belongs, marked where odd, nothing told, nothing lost."""

import re
import time

import pytest
from django.db import connection
from django.test import Client

from muster.access import limits
from muster.access.models import StrangerUse
from muster.audit.models import Entry
from muster.contacts.calc import proofs
from muster.contacts.models import Inquiry
from muster.contacts.writing import views
from tests.builders import make_claim, make_form, make_inquiry, make_person, make_unit
from tests.contacts.test_proofs import solved
from tests.matrix.asking import readable
from tests.rows import as_application

pytestmark = [pytest.mark.web, pytest.mark.django_db]
WORDS = {"name": "Zoe Zander", "email": "zoe@example.org", "postcode": "04101", "message": "May I come along?"}


@pytest.fixture(autouse=True)
def form(organisation):
    return make_form(organisation)


@pytest.fixture
def web():
    """A browser of nobody, which is asked for every token that a page asks for."""
    return Client(enforce_csrf_checks=True)


def challenge(seconds_ago=60, number="n"):
    return proofs.make(views._key(), number, int(time.time()) - seconds_ago)


def proven(number="n", **sent):
    """What a browser with JavaScript sends, a minute after the page was opened."""
    made = challenge(number=number)
    return WORDS | {"challenge": made, "solution": solved(made)} | sent


def stored():
    return list(Inquiry.objects.unscoped("a test").order_by("pk"))


def test_what_is_written_is_kept_and_sent_where_it_belongs(web, north):
    make_claim(north, "04101")
    answer = web.post("/write/", proven(email_ok="on"))
    assert (answer.status_code, answer.url) == (302, "/write/?thanks")
    assert "Thank you" in readable(web.get(answer.url))
    (one,) = stored()
    assert {name: getattr(one, name) for name in WORDS} == WORDS
    assert (one.unit, one.routed_by, one.channel, one.mark, one.person) == (north, "claim_postcode", "form", "", None)
    assert (one.email_opt_in, one.phone_opt_in) == (True, None)


def test_the_page_comes_with_a_challenge_that_holds(web):
    page = readable(web.get("/write/"))
    made = re.search(r'name="challenge" value="([^"]+)"', page)[1]
    assert proofs.look(views._key(), made, "", at=int(time.time())) is not None
    assert 'data-proof="15"' in page
    assert "csrfmiddlewaretoken" not in page


@pytest.mark.parametrize(
    ("sent", "seconds_ago", "because"),
    [
        ({"solution": ""}, 60, proofs.UNSOLVED),
        ({"website": "https://buy.example"}, 60, f"{proofs.UNSOLVED}; {proofs.TRAPPED}"),
        # Signed in time to come, so that it is quick however slow the machine is.
        ({}, -600, f"{proofs.UNSOLVED}; {proofs.QUICK}"),
        ({}, 90_000, f"{proofs.UNSOLVED}; {proofs.OLD}"),
    ],
)
def test_what_is_odd_is_kept_and_marked(web, sent, seconds_ago, because):
    assert web.post("/write/", WORDS | {"challenge": challenge(seconds_ago)} | sent).status_code == 302
    (one,) = stored()
    assert (one.mark, one.suspected_because, one.message) == ("suspected", because, WORDS["message"])


def test_nothing_is_stored_without_a_challenge_of_ours_or_from_another_page(web):
    """The snippet of another site, a page that sends by itself, a bot: all get the page, to be sent from there."""
    for sent, headers in (
        (WORDS, {}),
        (proven(challenge="forged"), {}),
        (proven(), {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}),
        (proven(), {"Origin": "null"}),
        (proven(), {"Sec-Fetch-Site": "cross-site"}),
        (proven(), {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = web.post("/write/", sent | {"email_ok": "on"}, headers=headers)
        text = readable(answer)
        assert answer.status_code == 200
        assert "Nothing is sent yet." in text
        assert all(f'value="{WORDS[name]}"' in text for name in ("name", "email", "postcode"))
        assert WORDS["message"] in text
        assert re.search(r'name="email_ok"[^>]*checked', text)
        assert "field wrong" not in text
    assert stored() == []
    assert web.post("/write/", proven(), headers={"Origin": "http://testserver"}).status_code == 302


def test_what_is_missing_is_said_and_what_was_typed_stays(web):
    answer = web.post("/write/", proven(email="", message=""))
    text = readable(answer)
    assert "Give an e-mail address or a phone number" in text
    assert "Write some words" in text
    assert 'value="Zoe Zander"' in text
    for wrong in ({"message": "x" * 5_001}, {"name": "x" * 121}, {"email": "no address"}, {"city": "x" * 121}):
        assert web.post("/write/", proven(**wrong)).status_code == 200
    assert stored() == []


def test_hostile_signs_are_shown_as_they_are_and_steer_nothing(web, client, dora):
    name, message = "\u202eRobert'); DROP", "<script>alert(1)</script>\x00\x1b[2J\r\n{{ 7*7 }} \U0001f4a9"
    web.post("/write/", proven(name=name, message=message))
    (one,) = stored()
    assert (one.name, one.message) == (name, "<script>alert(1)</script>[2J\n{{ 7*7 }} \U0001f4a9")
    client.force_login(dora)
    text = readable(client.get("/contacts/"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[2J" in text
    assert "<script>alert" not in text


def test_the_second_click_and_the_same_words_again_are_marked_as_repeats(web, north):
    make_claim(north, "04101")
    sent = proven()
    assert [web.post("/write/", sent).status_code for _ in range(2)] == [302, 302]
    web.post("/write/", proven("other"))
    web.post("/write/", proven("third", message="Something else"))
    one, *again, new = stored()
    assert [each.repeats for each in (one, *again, new)] == [None, one, one, None]
    assert {each.mark for each in stored()} == {""}


def test_a_proof_counts_once(web):
    web.post("/write/", proven())
    web.post("/write/", proven(message="Buy this"))
    one, other = stored()
    assert (one.mark, other.mark, other.suspected_because) == ("", "suspected", proofs.USED)


def test_what_repeats_spam_is_spam(web):
    web.post("/write/", proven())
    Inquiry.objects.unscoped("a test").update(mark="spam")
    web.post("/write/", proven("other"))
    assert [each.mark for each in stored()] == ["spam", "spam"]


def test_a_form_of_a_unit_goes_there_by_its_name_or_its_number(web, north, organisation):
    make_claim(organisation, "04101")
    make_form(north, name="north-side")
    for number, called in enumerate(("north-side", north.ref)):
        assert "Write to North" in readable(web.get(f"/write/{called}/"))
        web.post(f"/write/{called}/", proven(str(number), message=called))
    assert [(one.unit, one.routed_by, one.routed_because) for one in stored()] == [
        (north, "hand", "Written on the form of North")
    ] * 2
    assert web.get(f"/write/{north.pk}/").status_code == 404


@pytest.mark.parametrize("off", ["organisation", "unit", "closed", "none"])
def test_where_it_is_switched_off_there_is_nothing(off, web, organisation, north, form):
    branch = make_unit("North 1", parent=north, closed_on="2020-01-01" if off == "closed" else None)
    if off != "none":
        make_form(branch, name="one", is_on=off != "unit")
    if off == "organisation":
        form.is_on = False
        form.save()
    for ask in (web.get, lambda path: web.post(path, proven())):
        assert ask("/write/one/").status_code == 404
        assert ask("/write/").status_code == (404 if off == "organisation" else 302 if ask != web.get else 200)
    assert len(stored()) == (0 if off == "organisation" else 1)


def test_nothing_tells_whether_somebody_is_known(web, north):
    """Letter by letter the same, for a member, for whoever wrote before, and for a stranger."""
    make_person("Nora Berg", unit=north, email="nora@example.org", email_key="nora@example.org")
    make_inquiry(email="old@example.org", message=WORDS["message"])
    answers = set()
    for number, email in enumerate(("nora@example.org", "old@example.org", "new@example.org")):
        answer = web.post("/write/", proven(str(number), email=email))
        answers.add((readable(answer), readable(web.get(answer.url))))
    assert len(answers) == 1
    assert all(one.person is None for one in stored())


def test_too_many_are_told_when_and_lose_nothing(web):
    most = limits.STRANGERS["write_unproven"].count
    for number in range(most):
        assert web.post("/write/", WORDS | {"challenge": challenge(number=str(number))}).status_code == 302
    answer = web.post("/write/", WORDS | {"challenge": challenge(number="last"), "message": "One more"})
    text = readable(answer)
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "Too many messages came from where you are." in text
    assert "One more" in text
    assert len(stored()) == most
    # Whoever's browser did the arithmetic has more, and somebody elsewhere their own.
    assert web.post("/write/", proven("mine")).status_code == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/write/", WORDS | {"challenge": challenge(number="e")}).status_code == 302


def test_a_household_counts_once_and_no_address_is_kept():
    def wait(address):
        return limits.count_stranger(address=address, kind="write_unproven", now=1_800_000_000)

    most = limits.STRANGERS["write_unproven"].count
    assert [wait(f"2001:db8:1:2::{number}") for number in range(most)] == [0] * most
    assert wait("2001:db8:1:2:ffff::1") > 0
    assert [wait("2001:db8:1:3::1"), wait("198.51.100.7"), wait("::ffff:198.51.100.8")] == [0, 0, 0]
    kept = " ".join(StrangerUse.objects.values_list("place", flat=True))
    assert "2001" not in kept
    assert "198" not in re.sub("[0-9a-f]{64}", "", kept)


def test_all_together_have_a_limit_too():
    most, now = limits.STRANGERS["write_unproven_all"].count, 1_800_000_000
    waits = [
        limits.count_stranger(address=f"10.0.{number // 250}.{number % 250}", kind="write_unproven", now=now)
        for number in range(most + 1)
    ]
    assert waits[:most] == [0] * most
    assert waits[most] == limits.STRANGERS["write_unproven_all"].seconds


def test_what_is_refused_to_all_stores_no_row_of_its_own():
    """Whoever has very many networks cannot fill the table; whoever is refused alone takes nothing from all."""
    now, limit = 1_800_000_000, limits.STRANGERS["write_unproven_all"]

    def wait(number, at=now):
        return limits.count_stranger(address=f"2001:db8:1:{number:x}::1", kind="write_unproven", now=at)

    own = limits.STRANGERS["write_unproven"].count
    assert [wait(0) > 0 for _ in range(own + 20)] == [False] * own + [True] * 20
    assert [wait(number) for number in range(1, limit.count - own + 1)] == [0] * (limit.count - own)
    before = StrangerUse.objects.count()
    assert [wait(0x1000 + number) for number in range(50)] == [limit.seconds] * 50
    assert StrangerUse.objects.count() == before
    assert wait(0x2000, now + limit.seconds - 1) == 1
    assert wait(0x2000, now + limit.seconds) == 0


def test_strangers_leave_nothing_in_the_trace(web):
    before = Entry.objects.count()
    web.post("/write/", proven())
    assert Entry.objects.count() == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no policies")
def test_it_is_kept_where_the_database_shows_strangers_nothing(web, north):
    """As the site works: a role that owns nothing, under policies by which nobody sees no row."""
    make_claim(north, "04101")
    make_form(north, name="north-side")
    with as_application():
        answers = [web.post(path, proven(path)) for path in ("/write/", "/write/", "/write/north-side/")]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert [(one.unit, bool(one.repeats)) for one in stored()] == [(north, False), (north, True), (north, True)]

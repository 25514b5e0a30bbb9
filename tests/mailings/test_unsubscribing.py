"""The way out: at one press, of a mail program too, for whoever holds a letter; nothing is told and nothing asked."""

import pytest
from django.test import Client
from django.urls import reverse

from muster.audit.models import Entry
from muster.mailings.models import Letter
from muster.mailings.queries import audience, mailings
from muster.mailings.services import person_rows, unsubscribing
from muster.people.models import Person
from muster.people.services import disclosures
from muster.workflows import erasure, merging
from tests.builders import NOON, make_mailing, make_reader
from tests.mailings.servers import letters_arrive
from tests.mailings.test_sending import deliver, send, states
from tests.matrix.asking import readable, without_tokens

pytestmark = [pytest.mark.web, pytest.mark.django_db]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def nora(north):
    return make_reader(unit=north, phone_opt_in=True)


@pytest.fixture
def letter(alice, north, nora, actor_of):
    mailing = send(actor_of(alice), make_mailing(north))
    return Letter.objects.unscoped("a test").get(mailing=mailing)


def consents_of(person):
    return Person.objects.unscoped("a test").values_list("email_opt_in", "phone_opt_in").get(pk=person.pk)


def way_out(token):
    return reverse("unsubscribe:unsubscribe", args=[token])


def test_a_mail_program_unsubscribes_without_a_page_or_a_cookie(letter, nora, alice, north, actor_of):
    """RFC 8058: a POST of one field, from elsewhere, to the address in the letter."""
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(way_out(letter.token), ONE_CLICK, headers={"Origin": "https://mail.example.com"})
    assert (answer.status_code, answer.cookies.keys()) == (200, set())
    assert consents_of(nora) == (False, True)
    assert mailings.report(actor_of(alice), letter.mailing_id, now=NOON).unsubscribed == 1
    (entry,) = Entry.objects.filter(target=f"people.Person:{nora.pk}")
    assert (entry.action, entry.actor_label) == ("people.person.edited", "system:unsubscribe")
    # Once more changes nothing more; what waits does not go out.
    browser.post(way_out(letter.token), ONE_CLICK)
    assert Entry.objects.filter(target=f"people.Person:{nora.pk}").count() == 1
    with letters_arrive() as inbox:
        deliver(actor_of(alice), letter.mailing)
    assert inbox.letters == []


def test_a_page_asks_before_anything_is_done(client, letter, nora):
    """Programs that follow every link in a letter unsubscribe nobody."""
    page = client.get(way_out(letter.token))
    assert consents_of(nora) == (True, True)
    assert "Nora" not in readable(page)
    assert b'<button class="button main">No more e-mail</button>' in page.content
    assert "<h1>Done</h1>" in readable(client.post(way_out(letter.token)))
    assert consents_of(nora) == (False, True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_nobodys_is_answered_alike(client, letter, method):
    said = [
        without_tokens(readable(getattr(client, method)(way_out(token)))) for token in (letter.token, "no-such-token")
    ]
    assert said[0] == said[1]
    assert Letter.objects.unscoped("a test").exclude(token=letter.token).count() == 0


def test_it_holds_after_a_merge_and_means_nobody_after_an_erasure(letter, nora, erin, dora, north, actor_of):
    kept = make_reader("Nora Bergh", unit=north)
    merged = merging.merge_people(
        actor=actor_of(erin),
        kept_id=kept.pk,
        dropped_id=nora.pk,
        chosen={},
        seen=_seen(erin, kept, nora, actor_of),
        now=NOON,
    )
    unsubscribing.unsubscribe(actor=actor_of(erin), token=letter.token, now=NOON)
    assert consents_of(kept)[0] is False
    letter.refresh_from_db()
    assert letter.person_id == kept.pk
    erasure.erase_person(actor=actor_of(dora), person_id=kept.pk, now=NOON)
    letter.refresh_from_db()
    assert (letter.person_id, letter.state, letter.answer) == (None, "left_out", "")
    unsubscribing.unsubscribe(actor=actor_of(erin), token=letter.token, now=NOON)
    assert consents_of(kept)[0] is None
    assert merged


def _seen(user, kept, dropped, actor_of):
    from muster.people.queries import merging as queries

    return queries.comparison(actor_of(user), kept.pk, dropped.pk).seen


def test_a_merge_gives_letters_back_when_it_is_taken_back(letter, nora, north, erin, actor_of):
    other = make_reader("Nils Berg", unit=north)
    given = {"actor": actor_of(erin)}
    moved = person_rows.move_letters(from_person_id=nora.pk, to_person_id=other.pk, **given)
    assert moved == [letter.pk]
    person_rows.move_back(from_person_id=other.pk, to_person_id=nora.pk, moved=moved, **given)
    with pytest.raises(person_rows.LettersChanged):
        person_rows.move_back(from_person_id=other.pk, to_person_id=nora.pk, moved=moved, **given)


def test_an_address_that_is_refused_is_told_to_whoever_sees_it(letter, nora, alice, north, actor_of):
    with letters_arrive() as inbox:
        inbox.refuses = {nora.email: "550 No such user"}
        deliver(actor_of(alice), letter.mailing)
    assert states(letter.mailing) == {"Nora Berg": "refused"}
    assert disclosures.show_contact(actor=actor_of(alice), person_id=nora.pk, now=NOON).is_refused
    assert audience.audience(actor_of(alice), north.pk, "tag:stall").reach.refused == 1
    Person.objects.unscoped("a test").filter(pk=nora.pk).update(email="n@example.org", email_key="n@example.org")
    assert not disclosures.show_contact(actor=actor_of(alice), person_id=nora.pk, now=NOON).is_refused


def test_the_way_out_of_a_trial_leads_nowhere(client):
    assert client.post(way_out("a-trial-of-nobody")).status_code == 200

"""Doubtful, spam, none: who may say so, what leaves the lists and figures, and what goes in the end."""

from datetime import timedelta

import pytest
from django.urls import reverse

from muster.access.actor import NotAllowed
from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.models import Inquiry
from muster.contacts.nightly import forget_spam
from muster.contacts.queries import inbox
from muster.contacts.queries.inquiries import inquiries_between, inquiries_received
from muster.contacts.services import judging, taking_up
from muster.contacts.services.routing import NoSuchInquiry
from muster.people.models import Person
from tests.builders import NOON, TODAY, make_case, make_inquiry, make_person, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]


@pytest.fixture
def odd(north):
    return make_inquiry(
        name="Odd", unit=north, routed_by="nearest", mark="suspected", suspected_because="Sent within 3 seconds"
    )


def judge(client, user, inquiry, verdict="spam"):
    client.force_login(user)
    return client.post(reverse(f"contacts:inquiry_{verdict}", args=[inquiry.pk]))


def shown(actor):
    return {
        show: [line.name for line in inbox.inbox(actor, actor, show=show).lines]
        for show in (inbox.WAITING, inbox.DOUBTFUL, inbox.ALL, inbox.SPAM)
    }


def test_what_is_doubtful_waits_by_itself_until_somebody_looked(client, alice, odd, actor_of):
    actor = actor_of(alice)
    assert shown(actor) == {"": [], "doubtful": ["Odd"], "all": ["Odd"], "spam": []}
    client.force_login(alice)
    text = readable(client.get("/contacts/", {"show": "doubtful"}))
    assert "Sent within 3 seconds" in text
    assert "To be looked at <small>1</small>" in text

    assert judge(client, alice, odd, "no_spam").status_code == 302
    assert shown(actor) == {"": ["Odd"], "doubtful": [], "all": ["Odd"], "spam": []}
    judge(client, alice, odd)
    assert shown(actor) == {"": [], "doubtful": [], "all": [], "spam": ["Odd"]}
    assert [entry.action for entry in Entry.objects.filter(action__startswith="contacts.inquiry").order_by("pk")] == [
        "contacts.inquiry.cleared",
        "contacts.inquiry.spam",
    ]


def test_only_what_somebody_looked_at_counts(client, alice, dora, odd, north, actor_of):
    actor = actor_of(dora)

    def counted():
        days = inquiries_received(actor, None, until=TODAY)[0]
        return len(days), inquiries_between(actor, None, TODAY, TODAY, TODAY).count()

    first = make_inquiry(name="Fine", unit=north, routed_by="nearest")
    make_inquiry(name="Fine", unit=north, routed_by="nearest", repeats=first)
    assert counted() == (1, 1)
    judge(client, alice, odd, "no_spam")
    assert counted() == (2, 2)
    judge(client, alice, odd)
    assert counted() == (1, 1)


def test_who_may_look_and_who_must_not_know(client, north, odd, charlie, actor_of):
    Role.objects.create(code="reader", name="Reader", permissions=["units.view", "contacts.view"])
    rita = make_user("rita", reader=north)
    with pytest.raises(NotAllowed):
        judging.mark_spam(actor=actor_of(rita), inquiry_id=odd.pk, now=NOON)
    with pytest.raises(NoSuchInquiry):
        judging.clear_mark(actor=actor_of(charlie), inquiry_id=odd.pk, now=NOON)
    assert (judge(client, charlie, odd).status_code, judge(client, rita, odd).status_code) == (404, 403)
    odd.refresh_from_db()
    assert odd.mark == "suspected"


def test_repeats_go_with_their_first(client, alice, odd, north, south):
    near, far = (make_inquiry(name="Odd", unit=unit, routed_by="nearest", repeats=odd) for unit in (north, south))
    judge(client, alice, odd)
    for one, mark in ((near, "spam"), (far, "")):
        one.refresh_from_db()
        assert one.mark == mark


def test_somebody_we_know_is_no_spam(client, alice, charlie, north, south):
    nora = make_person("Nora Berg", unit=north)
    taken = make_inquiry(name="T", unit=north, routed_by="nearest", case=make_case(nora))
    hers = make_inquiry(name="H", unit=south, routed_by="nearest", person=nora)
    for user, one, mark in ((alice, taken, ""), (alice, hers, ""), (charlie, hers, "spam")):
        judge(client, user, one)
        one.refresh_from_db()
        # To charlie, who must not know of Nora, hers is a stranger's.
        assert one.mark == mark


def test_taking_it_up_clears_it_and_spam_cannot_be_taken_up(alice, odd, north, actor_of):
    actor = actor_of(alice)
    person_id = taking_up.take_up(actor=actor, inquiry_id=odd.pk, now=NOON)
    odd.refresh_from_db()
    assert (odd.mark, odd.person_id) == ("", person_id)
    spam = make_inquiry(unit=north, routed_by="nearest", mark="spam")
    with pytest.raises(taking_up.TakenUp, match="spam"):
        taking_up.take_up(actor=actor, inquiry_id=spam.pk, now=NOON)
    assert inbox.line(actor, spam.pk).may_take_up is False


def test_an_address_that_mail_would_not_reach_keeps_nobody_from_taking_it_up(alice, north, actor_of):
    asked = make_inquiry(name="Zoe", email="<x>@example.org", unit=north, routed_by="nearest")
    new = taking_up.take_up(actor=actor_of(alice), inquiry_id=asked.pk, now=NOON)
    asked.refresh_from_db()
    assert (Person.objects.unscoped("a test").get(pk=new).email, asked.email) == ("", "<x>@example.org")


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ((None, None), (True, None), (True, None)),
        ((False, None), (True, True), (False, True)),
        ((True, False), (None, True), (True, False)),
    ],
)
def test_consents_are_carried_to_the_person_but_a_no_stays(before, said, after, alice, north, actor_of):
    nora = make_person("Nora Berg", unit=north, email_opt_in=before[0], phone_opt_in=before[1])
    asked = make_inquiry(name="Nora", unit=north, routed_by="nearest", email_opt_in=said[0], phone_opt_in=said[1])
    taking_up.take_up(actor=actor_of(alice), inquiry_id=asked.pk, person_id=nora.pk, now=NOON)
    nora.refresh_from_db()
    assert (nora.email_opt_in, nora.phone_opt_in) == after

    other = make_inquiry(name="Zoe", unit=north, routed_by="nearest", email_opt_in=said[0], phone_opt_in=said[1])
    new = taking_up.take_up(actor=actor_of(alice), inquiry_id=other.pk, now=NOON)
    zoe = Person.objects.unscoped("a test").get(pk=new)
    assert (zoe.email_opt_in, zoe.phone_opt_in) == said


def test_spam_goes_after_its_time_and_nothing_else_does(north, odd):
    old, late = NOON - timedelta(days=91), NOON - timedelta(days=89)
    gone = make_inquiry(unit=north, mark="spam", marked_at=old)
    kept = [
        make_inquiry(unit=north, mark="spam", marked_at=late),
        make_inquiry(unit=north, mark="suspected", marked_at=old),
        make_inquiry(unit=north, mark="spam", marked_at=old, person=make_person(unit=north)),
        odd,
    ]
    again = make_inquiry(unit=north, repeats=gone)
    assert forget_spam(NOON) == "Spam deleted: 1."
    left = set(Inquiry.objects.unscoped("a test").values_list("pk", flat=True))
    assert left == {one.pk for one in (*kept, again)}
    assert Entry.objects.get(action="contacts.spam.forgotten").count == 1
    assert forget_spam(NOON) == "Nothing to delete."


def test_the_undo_takes_it_back(client, alice, odd, actor_of):
    judge(client, alice, odd)
    text = readable(client.get("/contacts/"))
    assert reverse("contacts:inquiry_no_spam", args=[odd.pk]) in text

"""Taking up inquiries: what becomes of whoever wrote, and that nothing tells of people elsewhere."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.access.actor import NotAllowed
from muster.audit.models import Entry
from muster.contacts.models import Case, Inquiry
from muster.contacts.queries import inbox
from muster.contacts.queries.contact import contact
from muster.contacts.queries.inquiries import inquiries_between, inquiries_received
from muster.contacts.services import taking_up
from muster.contacts.services.routing import NoSuchInquiry
from muster.people.models import Person, Placement, Standing
from muster.people.queries import asking
from muster.reports import balance_sheet, way_in
from muster.reports.behind import lists
from tests.builders import NOON, make_case, make_inquiry, make_person
from tests.matrix.asking import readable

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def nora(north):
    return make_person(
        "Nora Berg", unit=north, email="nora@example.org", phone="503 555 0123", phone_e164="+15035550123"
    )


def case_of(person):
    return Case.objects.unscoped("a test").get(person=person)


def all_of(model):
    return model.objects.unscoped("a test")


def standings_of(person):
    rows = Standing.objects.unscoped("a test").filter(person=person, to_on=None)
    return set(rows.values_list("standing", flat=True))


def test_taking_up_an_inquiry_makes_a_contact_of_a_stranger(alice, north, actor_of):
    asked = make_inquiry(
        name="Ada Mary Late",
        email="ada@example.org",
        phone="503 555 0199",
        city="Salem",
        unit=north,
        routed_by="nearest",
    )
    person_id = taking_up.take_up(actor=actor_of(alice), inquiry_id=asked.pk, now=NOON)
    ada = Person.objects.unscoped("a test").get(pk=person_id)
    asked.refresh_from_db()
    assert (ada.given_name, ada.family_name, ada.email, ada.city, ada.source) == (
        "Ada Mary", "Late", "ada@example.org", "Salem", "website",
    )  # fmt: skip
    assert standings_of(ada) == {"contact"}
    assert Placement.objects.unscoped("a test").get(person=ada).unit == north
    assert (asked.person, asked.case, case_of(ada).owner) == (ada, case_of(ada), alice)
    with pytest.raises(taking_up.TakenUp):
        taking_up.take_up(actor=actor_of(alice), inquiry_id=asked.pk, now=NOON)


def test_one_of_somebody_known_joins_what_is_open(alice, north, nora, actor_of):
    case = make_case(nora)
    asked = make_inquiry(name="N", person=nora, unit=north, routed_by="nearest")
    assert taking_up.take_up(actor=actor_of(alice), inquiry_id=asked.pk, now=NOON) == nora.pk
    asked.refresh_from_db()
    assert (asked.case, all_of(Case).count()) == (case, 1)


def test_somebody_known_elsewhere_is_taken_up_as_a_stranger(charlie, south, north, nora, actor_of):
    """Nora stands in North; what she wrote to South is charlie's to answer, and nothing tells him that she is known."""
    asked = make_inquiry(name="Nora Berg", person=nora, unit=south, routed_by="nearest", message="May I come?")
    stranger = make_inquiry(name="Nora Berg", unit=south, routed_by="nearest")
    actor = actor_of(charlie)
    assert inbox.alike(actor, asked.pk) == inbox.alike(actor, stranger.pk) == []
    assert [line.may_take_up for line in inbox.inbox(actor, actor).lines] == [True, True]

    person_id = taking_up.take_up(actor=actor, inquiry_id=asked.pk, now=NOON)

    assert person_id != nora.pk
    asked.refresh_from_db()
    assert (asked.person_id, asked.case.person_id) == (person_id, person_id)
    assert "May I come?" in [event.text for event in contact(actor, person_id).events]
    # It stays in Nora's record as it was.
    kept = all_of(Inquiry).get(person=nora)
    assert (kept.message, kept.received_at, kept.case) == ("May I come?", asked.received_at, None)
    assert (kept.unit, kept.routed_because) == (north, "Stays where they are known")
    assert not Inquiry.objects.visible_to(actor).filter(pk=kept.pk).exists()


def told(actor, inquiry, south):
    """What the list, a question, the figures and the trace say of an inquiry that was taken up, numbers left out."""
    line = inbox.line(actor, inquiry.pk)
    person = line.person_id and all_of(Person).get(pk=line.person_id)
    wrote = asking.found(actor, asking.understood(actor, "channel:website"))
    days, whose, _ = inquiries_received(actor, frozenset([south.pk]), until=actor.on)
    listed = inquiries_between(actor, frozenset([south.pk]), date(2000, 1, 1), actor.on, actor.on)
    entry = Entry.objects.filter(action="contacts.inquiry.taken_up").latest("pk")
    return {
        "link": str(person),
        "wrote": wrote.ids.tolist() == [person and person.pk],
        "counted": (len(days), whose.tolist() == [person and person.pk]),
        "listed": [one.pk == inquiry.pk for one in listed],
        "trace": (entry.unit_id, entry.details),
    }


@pytest.mark.parametrize("is_known", [False, True])
def test_nothing_tells_afterwards_either_that_somebody_is_known_elsewhere(is_known, charlie, south, nora, actor_of):
    asked = make_inquiry(name="Nora Berg", person=nora if is_known else None, unit=south, routed_by="nearest")
    taking_up.take_up(actor=actor_of(charlie), inquiry_id=asked.pk, now=NOON)
    assert all_of(Inquiry).count() == (2 if is_known else 1)
    # Whoever sees the next one sees its number.
    assert make_inquiry(name="Next").pk == asked.pk + 2
    assert told(actor_of(charlie), asked, south) == {
        "link": "Nora Berg",
        "wrote": True,
        "counted": (1, True),
        "listed": [True],
        "trace": (south.pk, {}),
    }


def counted(actor, unit_id=None):
    """How many inquiries the balance sheet, the list behind it and the figures of contacts tell of."""
    report = balance_sheet.build(actor, unit_id, actor.on)
    behind = lists.list_behind(actor, unit_id, actor.on, f"inquiries:{actor.on:%Y-%m}").rows
    found = way_in.build(actor, unit_id, actor.on, actor.on, now=NOON).answers.received
    return sum(report.sheet.inquiries.by_month.values()), len(behind), found


def test_what_stays_where_they_are_known_counts_once_for_each_and_once_for_all(
    alice, charlie, dora, south, north, nora, actor_of
):
    asked = make_inquiry(name="Nora Berg", person=nora, unit=south, routed_by="nearest")
    make_inquiry(name="Sol Sand", unit=south, routed_by="nearest", person=make_person("Sol Sand", unit=south))
    assert counted(actor_of(dora)) == (2, 2, 2)
    taking_up.take_up(actor=actor_of(charlie), inquiry_id=asked.pk, now=NOON)
    # Those of South, those of North, and those of all: none counts two of the three rows there are now.
    assert all_of(Inquiry).count() == 3
    assert counted(actor_of(charlie), south.pk) == (2, 2, 2)
    assert counted(actor_of(alice), north.pk) == (1, 1, 1)
    assert counted(actor_of(dora)) == (2, 2, 2)


def test_it_is_no_more_work_either(charlie, south, nora, actor_of):
    actor, counts = actor_of(charlie), {}
    for person in (None, nora):
        asked = make_inquiry(name="Nora Berg", person=person, unit=south, routed_by="nearest")
        with CaptureQueriesContext(connection) as queries:
            taking_up.take_up(actor=actor, inquiry_id=asked.pk, now=NOON)
        counts[person] = len(queries)
    assert counts[None] == counts[nora]


def test_what_somebody_at_large_wrote_stays_with_the_whole(charlie, south, organisation, actor_of):
    large = make_person("Lea Large")
    asked = make_inquiry(name="Lea", person=large, unit=south, routed_by="nearest")
    taking_up.take_up(actor=actor_of(charlie), inquiry_id=asked.pk, now=NOON)
    kept = all_of(Inquiry).get(person=large)
    assert (kept.unit, kept.routed_by) == (organisation, "hand")


def test_nobody_takes_up_what_is_not_theirs(bob, charlie, south, north, nora, actor_of):
    asked = make_inquiry(name="N", unit=north, routed_by="nearest")
    for user in (bob, charlie):
        with pytest.raises(NoSuchInquiry):
            taking_up.take_up(actor=actor_of(user), inquiry_id=asked.pk, now=NOON)
    theirs = make_inquiry(name="S", unit=south, routed_by="nearest")
    # Who wrote is in North: charlie may not make a case of her.
    with pytest.raises(NotAllowed):
        taking_up.take_up(actor=actor_of(charlie), inquiry_id=theirs.pk, person_id=nora.pk, now=NOON)
    theirs.refresh_from_db()
    assert (theirs.person, all_of(Case).count()) == (None, 0)


def test_a_stranger_who_wrote_to_the_whole_organisation_is_at_large(dora, organisation, actor_of):
    asked = make_inquiry(email="x.y@example.org", unit=organisation, routed_by="national")
    person_id = taking_up.take_up(actor=actor_of(dora), inquiry_id=asked.pk, now=NOON)
    assert Person.objects.unscoped("a test").get(pk=person_id).email == "x.y@example.org"
    assert not Placement.objects.unscoped("a test").filter(person_id=person_id).exists()


@pytest.mark.web
def test_whoever_gave_no_name_is_not_called_by_their_address(client, alice, bob, north, actor_of):
    """Bob sees who is in North, and not how they are reached."""
    asked = make_inquiry(email="zora.quill@example.org", unit=north, routed_by="nearest")
    person_id = taking_up.take_up(actor=actor_of(alice), inquiry_id=asked.pk, now=NOON)
    assert str(all_of(Person).get(pk=person_id)) == "Somebody"
    client.force_login(bob)
    for address in ("/people/?standing=everyone", f"/people/{person_id}/", "/search/?q=quill"):
        text = readable(client.get(address))
        assert "Somebody" in text or "search" in address
        assert "zora" not in text

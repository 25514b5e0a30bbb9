"""Phone and e-mail of who wrote: shown on demand to whoever may see them there, and each look is written down."""

import pytest
from django.urls import reverse

from muster.access.guards import GUARDS
from muster.access.models import Role
from muster.audit.models import Entry
from tests.builders import make_inquiry, make_person, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]
REACHED = {"email": "ada@example.org", "phone": "+1 503 555 0142"}
BUTTON = "Show phone and e-mail"


def ask(client, user, inquiry, **headers):
    client.force_login(user)
    return client.post(reverse("contacts:inquiry_contact", args=[inquiry.pk]), headers=headers)


def inbox(client, user):
    client.force_login(user)
    return readable(client.get("/contacts/"))


def test_they_are_shown_after_a_click_and_the_look_is_written_down(client, alice, north):
    inquiry = make_inquiry(name="Ada Late", unit=north, **REACHED)
    text = inbox(client, alice)
    assert BUTTON in text
    assert "ada@example.org" not in text
    assert "555" not in text
    assert not Entry.objects.exists()

    fragment = readable(ask(client, alice, inquiry, **{"HX-Request": "true"}))
    assert 'href="mailto:ada@example.org"' in fragment
    assert 'href="tel:+15035550142"' in fragment
    assert "<html" not in fragment
    entry = Entry.objects.get()
    assert (entry.action, entry.target, entry.unit_id, entry.user_id) == (
        "contacts.inquiry.shown",
        f"contacts.Inquiry:{inquiry.pk}",
        north.pk,
        alice.pk,
    )
    # Without JavaScript it is a page of its own.
    whole = readable(ask(client, alice, inquiry))
    assert "<html" in whole
    assert "Ada Late" in whole
    assert Entry.objects.count() == 2


def test_it_takes_the_right_to_contact_details_in_that_unit(client, alice, bob, charlie, dora, north, south):
    """Alice sees what was sent to South by its person, who is placed in North; what waits is for those of the whole."""
    Role.objects.create(code="reader", name="Reader", permissions=["contacts.view", "units.view"])
    reader = make_user("rae", reader=north)
    nora = make_person("Nora Berg", unit=north)
    here, waits = make_inquiry(unit=north, **REACHED), make_inquiry(person=nora, **REACHED)
    there = make_inquiry(unit=south, person=nora, **REACHED)
    statuses = {
        user.name: [ask(client, user, inquiry).status_code for inquiry in (here, waits, there)]
        for user in (alice, bob, charlie, dora, reader)
    }
    assert statuses == {
        "alice": [200, 403, 403],
        "bob": [404, 404, 404],
        "charlie": [404, 404, 200],
        "dora": [200, 200, 200],
        "rae": [403, 403, 403],
    }
    assert Entry.objects.count() == 5
    assert inbox(client, alice).count(BUTTON) == 1
    assert BUTTON not in inbox(client, reader)


def test_there_is_nothing_to_click_where_nothing_is_known(client, alice, north):
    make_inquiry(name="Ada", unit=north)
    assert BUTTON not in inbox(client, alice)


def test_looks_are_counted():
    assert GUARDS["contacts:inquiry_contact"].limit == "contact"

"""An inquiry is seen where it was sent and where its person is placed."""

import pytest
from django.db import connection

from muster.contacts.models import Inquiry
from tests.builders import TODAY, make_inquiry, make_person, make_placement, make_unit
from tests.rows import as_application

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def seen(actor, permission=None):
    return {inquiry.name for inquiry in Inquiry.objects.visible_to(actor, permission)}


@pytest.fixture
def inquiries(organisation, north, south):
    """Five inquiries, called by where they were sent and where their person is placed."""
    nora, sol = make_person("Nora Berg", unit=north), make_person("Sol Sand", unit=south)
    below = make_unit("North 1", parent=north)
    make_inquiry(name="north", unit=north)
    make_inquiry(name="below north", unit=below)
    make_inquiry(name="north, of south", unit=north, person=sol)
    make_inquiry(name="south, of north", unit=south, person=nora)
    make_inquiry(name="organisation", unit=organisation)
    make_inquiry(name="waits")


NORTH = {"north", "below north", "north, of south", "south, of north"}
SOUTH = {"north, of south", "south, of north"}


def test_where_it_was_sent_and_where_its_person_is_placed(inquiries, alice, bob, charlie, dora, actor_of):
    assert seen(actor_of(alice)) == NORTH
    # He may look at people, not at inquiries.
    assert seen(actor_of(bob)) == set()
    assert seen(actor_of(charlie)) == SOUTH
    assert seen(actor_of(dora)) == {*NORTH, "organisation", "waits"}


def test_an_import_reaches_the_same(inquiries, alice, erin, actor_of):
    assert seen(actor_of(erin), "transfer.import") == NORTH
    assert seen(actor_of(alice), "transfer.import") == set()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no policies")
def test_postgresql_shows_the_same(inquiries, alice, charlie, dora, actor_of):
    from muster.access import rows

    with as_application():
        for user, expected in ((alice, NORTH), (charlie, SOUTH), (dora, {*NORTH, "organisation", "waits"})):
            with rows.seen_by(actor_of(user)):
                assert {inquiry.name for inquiry in Inquiry.objects.all()} == expected
        assert not Inquiry.objects.exists()


def test_whoever_moves_takes_along_what_was_sent_nowhere_else(north, south, alice, charlie, actor_of):
    mo = make_person("Mo Moved")
    make_placement(mo, north, to_on=TODAY)
    make_placement(mo, south, from_on=TODAY)
    make_inquiry(name="sent", unit=north, person=mo)
    make_inquiry(name="waits", person=mo)
    assert seen(actor_of(alice)) == {"sent"}
    assert seen(actor_of(charlie)) == {"sent", "waits"}

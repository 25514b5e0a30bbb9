"""The demo's contacts: made by the services, the same every time."""

from datetime import timedelta

import pytest

from muster.contacts.models import Case, Conversation
from muster.contacts.queries import follow_up
from muster.workflows.demo import follow_up_some, open_form
from tests.builders import NOON, make_inquiry

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_those_who_wrote_last_are_followed_up(alice, north, south, actor_of):
    for number in range(30):
        make_inquiry(
            name=f"Ada{number} Late",
            unit=north,
            routed_by="nearest",
            received_at=NOON - timedelta(days=number, hours=1),
        )
    make_inquiry(name="Sven South", unit=south, routed_by="nearest", received_at=NOON)

    assert follow_up_some(user=alice, now=NOON) == 24

    rows = Case.objects.unscoped("a test")
    assert rows.count() == 24
    assert set(rows.values_list("stage__name", flat=True)) == {
        "Inquiry",
        "Contacted",
        "Meeting held",
        "Attending",
        "Applicant",
        "Member",
    }
    assert rows.filter(owner=None).count() == 4
    assert Conversation.objects.unscoped("a test").exclude(note="").exists()
    actor = actor_of(alice)
    late = [line.late for line in follow_up.follow_up(actor, actor, "mine").lines]
    assert max(late) > 0
    assert not Conversation.objects.unscoped("a test").filter(held_at__gt=NOON).exists()


def test_strangers_can_write_to_the_demo(client, dora, organisation):
    open_form(user=dora, now=NOON)
    assert client.get("/write/").status_code == 200

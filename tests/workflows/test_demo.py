"""The demo's contacts: made by the services, the same every time."""

from datetime import timedelta

import pytest

from muster.contacts.models import Case, Conversation, UnitMeeting
from muster.contacts.queries import follow_up
from muster.workflows.demo import follow_up_some, note_meetings, open_form
from tests.builders import NOON, TODAY, make_inquiry, make_unit

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


def test_groups_meet(alice, north):
    groups = [make_unit(f"Group {number}", kind="group", parent=north) for number in range(3)]
    assert note_meetings(user=alice, now=NOON) == 12
    rows = UnitMeeting.objects.unscoped("a test")
    assert [rows.filter(unit=group).count() for group in groups] == [5, 4, 3]
    assert rows.filter(held_on__lt=TODAY).count() == 12


def test_strangers_can_write_to_the_demo(client, dora, organisation):
    open_form(user=dora, now=NOON)
    assert client.get("/write/").status_code == 200

"""Somebody reads far more than usual: the night says so, to whoever may read the trace there, until a name stands beside it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.actor import NotAllowed, actor_for
from muster.access.models import Role
from muster.audit import services as audit
from muster.audit.models import Entry
from muster.people.services import disclosures
from muster.workflows import alarms, nightly
from tests.builders import make_grant, make_person, make_unit, make_user

pytestmark = pytest.mark.web


@pytest.fixture
def now():
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def keeper(north):
    """Reads the trace of North."""
    Role.objects.create(code="keeper", name="Keeper", permissions=["audit.view", "units.view"])
    return make_user("kim", keeper=north)


def look(user, person, times, at):
    actor = actor_for(user, on=timezone.localdate())
    for _ in range(times):
        disclosures.show_contact(actor=actor, person_id=person.pk, now=at)


def seen_by(user, now):
    return [(one.rule, one.who, one.count) for one in alarms.open_alarms(actor_for(user, on=now.date()), now=now)]


def test_the_night_finds_it_and_tells_those_who_read_the_trace_there(
    north, south, alice, charlie, dora, keeper, bob, now
):
    branch = make_unit("North 1", parent=north)
    nora, sue = make_person(unit=branch), make_person(unit=south)
    look(alice, nora, 45, now - timedelta(days=1))
    look(alice, nora, 2, now - timedelta(days=2))
    look(charlie, sue, 31, now - timedelta(days=1))
    look(dora, sue, 31, now)
    make_grant(charlie, "unit_viewer", north)

    assert alarms.check(now) == "New alarms on unusual reading: 2."
    assert alarms.check(now) == "Nobody read more than usual."
    assert alarms.check(now + timedelta(days=1)) == "New alarms on unusual reading: 1."

    assert seen_by(keeper, now) == [("looks", "alice", 45)]
    assert seen_by(dora, now) == [("looks", "dora", 31), ("looks", "charlie", 31), ("looks", "alice", 45)]
    assert [seen_by(user, now) for user in (alice, bob, charlie)] == [[], [], []]
    raised = Entry.objects.filter(action="audit.alarm.raised").order_by("pk")
    assert [(entry.actor_label, entry.unit_id) for entry in raised][:2] == [
        ("system:alarms", branch.pk),
        ("system:alarms", south.pk),
    ]


def test_what_was_reckoned_from_two_regions_belongs_to_what_holds_both(north, south, organisation, dora, keeper, now):
    look(dora, make_person(unit=north), 20, now - timedelta(days=1))
    look(dora, make_person(unit=south), 20, now - timedelta(days=1))
    alarms.check(now)
    assert Entry.objects.get(action="audit.alarm.raised").unit_id == organisation.pk
    assert seen_by(keeper, now) == []


def test_files_count_by_their_rows_and_figures_do_not(north, alice, dora, now):
    for action, count in (("people.list.exported", 501), ("reports.numbers.exported", 9000)):
        audit.record(
            user_id=alice.pk, actor_label="alice", action=action, unit_id=north.pk, count=count,
            now=now - timedelta(days=1), kind="csv",
        )  # fmt: skip
    alarms.check(now)
    assert seen_by(dora, now) == [("rows", "alice", 501)]


def test_it_stands_on_today_until_somebody_else_acknowledges_it(client, north, alice, dora, keeper, bob, now):
    look(alice, make_person(unit=north), 40, now - timedelta(days=1))
    nightly.run("unusual reading", day=str(now.date()), now=now)
    entry = Entry.objects.get(action="audit.alarm.raised")
    path = reverse("trace:alarm_acknowledge", args=[entry.pk])
    said = "alice looked at contact or private details 40 times"

    for user, there in ((dora, True), (keeper, True), (alice, False), (bob, False)):
        client.force_login(user)
        assert (said in client.get("/").content.decode()) == there
    assert client.post(path).status_code == 404
    client.force_login(keeper)
    assert said.removeprefix("alice ") in client.get(reverse("trace:entry_list")).content.decode()
    assert "Acknowledged." in client.post(path, follow=True).content.decode()

    assert client.post(path).status_code == 404
    assert (seen_by(dora, now), seen_by(keeper, now)) == ([], [])
    done = Entry.objects.get(action="audit.alarm.acknowledged")
    assert (done.actor_label, done.unit_id, done.details) == ("kim", north.pk, {"alarm": entry.pk, "user": alice.pk})
    told = client.get(reverse("trace:entry_list")).content.decode()
    assert "Alarm acknowledged" in told
    assert said.removeprefix("alice ") not in told


def test_nobody_acknowledges_what_is_about_themselves(north, dora, now):
    look(dora, make_person(unit=north), 40, now - timedelta(days=1))
    alarms.check(now)
    entry = Entry.objects.get(action="audit.alarm.raised")
    with pytest.raises(NotAllowed):
        alarms.acknowledge(actor=actor_for(dora, on=now.date()), entry_id=entry.pk, now=now)
    assert seen_by(dora, now) == [("looks", "dora", 40)]
    # After four weeks it is only in the trace.
    assert seen_by(dora, now + timedelta(days=29)) == []

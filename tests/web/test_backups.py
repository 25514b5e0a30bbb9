from datetime import timedelta

import pytest
from django.utils import timezone

from muster.access.actor import NotAllowed, system_actor
from muster.audit import services as audit
from muster.workflows import backups
from tests.builders import NOON, TODAY

pytestmark = pytest.mark.web
SYSTEM = system_actor("test", on=TODAY)


def ended(work, is_good, *, hours_ago, now=NOON, **details):
    backups.record_end(actor=SYSTEM, work=work, is_good=is_good, now=now - timedelta(hours=hours_ago), **details)


def found(*, hours_ago):
    audit.record(
        user_id=None, actor_label="x", action="organisation.founded", now=NOON - timedelta(hours=hours_ago), target=None
    )


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([(True, 25)], (True, "The last backup is 25 hours old.")),
        ([(True, 27)], (False, "The last backup is 27 hours old, too old.")),
        ([(True, 71)], (False, "The last backup is 2 days old, too old.")),
        ([(True, 3), (False, 2)], (False, "The last backup failed: no room")),
        ([(False, 3), (True, 0)], (True, "The last backup is less than an hour old.")),
    ],
)
def test_a_backup_is_good_for_26_hours_and_until_one_fails(db, runs, expected):
    found(hours_ago=500)
    for is_good, hours in runs:
        ended("backup", is_good, hours_ago=hours, why="no room")
    ended("drill", True, hours_ago=1)

    health = backups.health(actor=SYSTEM, now=NOON)

    assert (health.backup.is_good, health.backup.sentence) == expected
    assert (health.drill.is_good, len(health.log)) == (True, len(runs) + 1)


@pytest.mark.parametrize(("hours", "is_good"), [(25, None), (27, False)])
def test_a_new_installation_has_a_day_to_make_its_first(db, hours, is_good):
    found(hours_ago=hours)
    health = backups.health(actor=SYSTEM, now=NOON)
    assert (health.backup.is_good, health.backup.sentence) == (is_good, "No backup has been made yet.")
    assert health.drill.is_good is is_good


def test_only_the_administrator_sees_and_records(client, alice, dora, actor_of):
    with pytest.raises(NotAllowed):
        backups.record_end(actor=actor_of(alice), work="backup", is_good=True, now=NOON)
    with pytest.raises(NotAllowed):
        backups.health(actor=actor_of(alice), now=NOON)
    client.force_login(alice)
    assert client.get("/settings/backups/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_is_red_after_a_failure_and_says_why(client, dora, count, django_assert_num_queries):
    now = timezone.now()
    ended("backup", True, hours_ago=30, now=now, bytes=12_300_000, rows=4567, is_sealed=False)
    for hours in range(count):
        ended("backup", False, hours_ago=hours, now=now, why="There is no room left for /srv/backups.")
    client.force_login(dora)

    with django_assert_num_queries(11):
        html = client.get("/settings/backups/").content.decode()

    assert html.count('class="note bad"') == 2
    assert "The last backup failed: There is no room left for /srv/backups." in html
    assert html.count('<span class="chip late">failed</span>') == count
    assert "4,567" in html
    assert "12.3 MB" in html
    assert '<span class="chip late">not sealed</span>' in html
    assert "No drill has been made yet." in html

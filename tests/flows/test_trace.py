import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.audit import services as audit
from muster.audit.models import Entry
from muster.core.dates import day_words
from muster.workflows.models import NightlyRun
from tests.builders import make_person, make_unit

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def much_was_done(north, dora, alice):
    """Thousands of entries; the latest are of every kind."""
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(
            happened_at=now - timedelta(days=40), actor_label="Muster", action="people.person.edited", unit_id=north.pk
        )
        for _ in range(4000)
    )
    branch = make_unit("Branch of the long valley at the river", parent=north)
    nora = make_person("Nora Berg", unit=branch)
    for user, name, unit, action, about, told in (
        (dora, "dora", north, "units.unit.edited", branch, {"changed": {"name": ["a", "b"], "city": ["", "Salem"]}}),
        (
            alice,
            "Alexandra Featherstonehaugh-Worthington",
            branch,
            "people.person.edited",
            nora,
            {"changed": {"city": None}},
        ),
        (alice, "alice", branch, "people.contact.shown", nora, {}),
        (dora, "dora", north, "access.role.granted", None, {"role": "unit_organiser", "user": alice.pk}),
        (None, "system:backup", None, "backup.file.made", None, {}),
    ) * 12:
        audit.record(
            user_id=user and user.pk, actor_label=name, action=action, target=about, unit_id=unit and unit.pk, now=now, **told
        )  # fmt: skip
    audit.record(
        user_id=alice.pk, actor_label="alice", action="people.list.exported", unit_id=branch.pk, count=1214, now=now, kind="csv"
    )  # fmt: skip
    for rule, count, usual in (("looks", 214, 6.5), ("rows", 1214, 0), ("night", 31, 0)):
        audit.record(
            user_id=None, actor_label="system:alarms", action="audit.alarm.raised", unit_id=north.pk, count=count, now=now,
            rule=rule, user=alice.pk, day=timezone.localdate().isoformat(), usual=usual,
        )  # fmt: skip
    NightlyRun.objects.create(
        step="audit trail", day=timezone.localdate(), started_at=now, finished_at=now,
        told="4,061 entries are as they were written, 40 daily heads agree.",
    )  # fmt: skip


def test_the_page_of_what_was_done_looks_right_full_and_empty(looks_right, dora, north, alice):
    looks_right(dora, "/trace/", "trace-empty")
    much_was_done(north, dora, alice)
    looks_right(dora, "/trace/", "trace-full")
    looks_right(dora, "/", "today-alarms")
    looks_right(dora, f"/trace/?who={alice.pk}&what=looked&to=soon", "trace-filtered")


def test_an_alarm_is_acknowledged_from_today_on(open_page, dora, north, alice):
    much_was_done(north, dora, alice)
    page = open_page(dora, "/")
    page.get_by_role("link", name="Unusual reading").click()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(3)
    page.get_by_role("button", name=re.compile("Acknowledge ?: alice took out")).click()

    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(2)
    expect(page.get_by_text("Acknowledged. Your name stands")).to_be_visible()
    expect(page.locator("tr[data-row]").first).to_have_text(re.compile(r"^\s*Alarm acknowledged"))
    assert page.problems == []


def test_a_reader_finds_who_looked_goes_on_and_takes_it_out(open_page, dora, north, alice):
    much_was_done(north, dora, alice)
    page = open_page(dora, "/more/")
    page.get_by_role("link", name="What was done").last.click()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Previous").click()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("By whom").select_option("alice")
    page.get_by_label("What", exact=False).first.select_option("Details looked at")
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(f"who={alice.pk}"))
    expect(page.locator("tr[data-row]")).to_have_count(12)
    expect(page.locator("tr[data-row]").first).to_contain_text(day_words(timezone.localdate()))
    with page.expect_download() as loading:
        page.get_by_role("link", name="CSV").click()
    assert len(loading.value.path().read_text().splitlines()) == 13
    page.get_by_role("link", name="Nora Berg").first.click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Phone and e-mail looked at")).to_have_count(12)
    assert page.problems == []

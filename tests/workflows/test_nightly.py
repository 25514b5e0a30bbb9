from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from muster.access.actor import NotAllowed
from muster.accounts.models import Session
from muster.accounts.sessions import SessionStore
from muster.transfer import services, uploads
from muster.transfer.engine import rejected
from muster.transfer.erasing import ImportUnfinished
from muster.transfer.models import Batch, Change
from muster.transfer.nightly import forget_imports
from muster.workflows import erasure, nightly, tasks
from muster.workflows.models import NightlyRun
from tests.builders import NOON, make_person
from tests.transfer.helpers import SYSTEM, preview
from tests.workflows.test_erasure import everything_stored

pytestmark = pytest.mark.db
NIGHT = datetime(2026, 11, 1, 3, 5, tzinfo=UTC)


def failing(now):
    raise OSError("the disk is gone")


def test_before_three_nothing_is_due_and_after_three_everything_once(db):
    assert nightly.due(NIGHT - timedelta(minutes=6)) == []
    assert nightly.due(NIGHT) == list(settings.NIGHTLY)

    first = nightly.due(NIGHT)[0]
    assert nightly.claim(first, now=NIGHT) is True
    assert nightly.claim(first, now=NIGHT) is False

    assert nightly.due(NIGHT) == list(settings.NIGHTLY)[1:]
    assert nightly.due(NIGHT + timedelta(days=1)) == list(settings.NIGHTLY)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_does_what_is_due_and_each_step_leaves_its_sentence(monkeypatch):
    monkeypatch.setattr(nightly, "BEGINS_AT_HOUR", 0)
    assert tasks.ask_what_is_due() == len(settings.NIGHTLY)
    assert tasks.ask_what_is_due() == 0
    assert DBTaskResult.objects.count() == len(settings.NIGHTLY)

    call_command("db_worker", batch=True, verbosity=0, interval=0)

    done = NightlyRun.objects.order_by("pk").values_list("step", "failed", "told")
    assert [(step, failed) for step, failed, _ in done] == [(step, False) for step in settings.NIGHTLY]
    assert all(told for _, _, told in done)
    assert ("jobs", False, "0 finished jobs are removed.") in done


def test_a_step_that_breaks_off_says_so_and_is_late(dora, actor_of, settings):
    settings.NIGHTLY = {"good": "muster.workflows.nightly.forget_sessions", "bad": f"{__name__}.failing"}
    for step in settings.NIGHTLY:
        assert nightly.claim(step, now=NIGHT)
        nightly.run(step, day="2026-11-01", now=NIGHT)

    def told(now):
        return [(s.step, s.finished_at, s.is_late, s.failed, s.told) for s in nightly.report(actor_of(dora), now=now)]

    assert told(NIGHT + timedelta(hours=26)) == [
        ("good", NIGHT, False, False, "Sign-ins that had run out are removed."),
        ("bad", None, True, True, "OSError: the disk is gone"),
    ]
    assert [late for _, _, late, _, _ in told(NIGHT + timedelta(hours=26, seconds=1))] == [True, True]


def test_only_the_administrator_reads_the_report(alice, bob, dora, client, actor_of):
    for who in (alice, bob):
        with pytest.raises(NotAllowed):
            nightly.report(actor_of(who), now=NOON)
    client.force_login(dora)

    html = client.get(reverse("web:nightly")).content.decode()

    assert html.count("never") == len(settings.NIGHTLY)
    assert "The first night is still to come" in html

    nightly.run("jobs", day="2026-10-01", now=NOON - timedelta(days=999))
    html = client.get(reverse("web:nightly")).content.decode()
    assert f"{len(settings.NIGHTLY)} things were not done last night" in html


def upload(state, days, **fields):
    path = uploads.keep("people.csv", [b"person\n1\n"])
    batch = Batch.objects.create(
        name="people.csv", state=state, path=str(path), created_at=NOON - timedelta(days=days), **fields
    )
    return batch, path


def test_uploads_go_when_nothing_needs_them(db, tmp_path):
    done, gone = upload(Batch.State.DONE, 2, published_at=NOON - timedelta(days=2))
    _, fresh = upload(Batch.State.DONE, 0.5, published_at=NOON)
    _, waiting = upload(Batch.State.PREVIEW, 6)
    old, forgotten = upload(Batch.State.READING, 31)
    own = tmp_path / "own.csv"
    own.write_text("person\n1\n")
    Batch.objects.create(name="own.csv", state=Batch.State.DONE, path=str(own), created_at=NOON - timedelta(days=2))
    for batch in (done, old):
        rejected.path_of(batch.pk).write_text("left out")
    Change.objects.create(batch=done, table="people_person", row_id=1, last_id=1)

    said = forget_imports(NOON)

    assert said == "2 uploaded files and 0 entries for undoing are removed."
    assert [path.exists() for path in (gone, fresh, waiting, forgotten, own)] == [False, True, True, False, True]
    assert [rejected.path_of(batch.pk).exists() for batch in (done, old)] == [True, False]
    assert Change.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_that_nobody_goes_on_with_ends_and_holds_up_no_erasure(organisation, north, dora, actor_of, tmp_path):
    sheet = tmp_path / "people.csv"
    sheet.write_text("Given Name,Family Name\nNora,Berg\n", encoding="utf-8")
    person = make_person("Nora Berg", unit=north)
    shown = preview(sheet, now=NOON - timedelta(days=8))
    states = [(upload(state, 8)[0], state) for state in (Batch.State.WAITING, Batch.State.MAPPING)]
    touched, path = upload(Batch.State.MAPPING, 8, heartbeat_at=NOON - timedelta(days=6))
    fresh, _ = upload(Batch.State.PREVIEW, 6)
    running, _ = upload(Batch.State.PUBLISHING, 8)

    forget_imports(NOON)

    for batch in (shown, *(batch for batch, _ in states), touched, fresh, running):
        batch.refresh_from_db()
    assert [batch.state for batch in (shown, *(batch for batch, _ in states))] == ["FAILED"] * 3
    assert shown.result["message"] == "Nobody went on with this for seven days. Nothing was stored."
    assert [touched.state, fresh.state, running.state] == ["MAPPING", "PREVIEW", "PUBLISHING"]
    assert path.exists()
    with pytest.raises(ImportUnfinished):
        erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
    Batch.objects.filter(pk=running.pk).delete()
    forget_imports(NOON + timedelta(days=3))
    try:
        erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
    finally:
        erasure.log_path().unlink(missing_ok=True)
    person.refresh_from_db()
    assert person.given_name == ""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("stored", [True, False])
def test_what_a_file_said_in_private_stands_nowhere_in_the_open_the_day_after(organisation, tmp_path, stored):
    sheet = tmp_path / "people.csv"
    rows = "Ana,1980-02-30zqzqzq,Zqzqzq street,Zqzqzq note,Salem\nBo,1990-01-01,Zqzqzq road,Zqzqzq illness,Portland"
    sheet.write_text(f"Given Name,Born,Street,Remarks,City\n{rows}\n", encoding="utf-8")
    batch = preview(sheet, mapping={"Born": "birth_date", "Street": "street", "Remarks": "notes"}, now=NOON)
    end = services.publish_batch if stored else services.cancel_batch
    end(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert "zqzqzq" in everything_stored().casefold()

    forget_imports(NOON + timedelta(days=1, seconds=1))

    assert "zqzqzq" not in everything_stored().casefold()
    batch.refresh_from_db()
    assert [column["samples"] for column in batch.mapping["columns"]] == [
        ["Ana", "Bo"],
        [],
        [],
        [],
        ["Salem", "Portland"],
    ]
    assert [(each["column"], each["value"]) for each in batch.result["problems"]] == [("Born", "")]


def test_what_an_undo_needs_goes_with_the_right_to_undo(db):
    batch, _ = upload(Batch.State.DONE, 31, published_at=NOON - timedelta(days=30, seconds=1))
    Change.objects.create(batch=batch, table="people_person", row_id=1, last_id=1)

    assert forget_imports(NOON) == "1 uploaded files and 1 entries for undoing are removed."
    assert not Path(batch.path).exists()


def test_counts_of_tries_to_sign_in_go_when_they_are_over(db):
    caches["default"].set("short", 1, 60)
    caches["default"].set("long", 1, 7200)
    nightly.forget_sessions(timezone.now() + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM muster_cache")
        assert cursor.fetchone() == (1,)
    assert caches["default"].get("long") == 1


def test_sign_ins_that_ran_out_and_old_jobs_are_removed(db):
    for days in (-1, 1):
        session = SessionStore()
        session.set_expiry(NOON + timedelta(days=days * 10000))
        session.create()
    nightly.forget_sessions(NOON)
    assert Session.objects.count() == 1

    for days, status in ((31, "SUCCESSFUL"), (31, "READY"), (29, "FAILED")):
        DBTaskResult.objects.create(
            status=status,
            args_kwargs={"args": [], "kwargs": {}},
            task_path="x.y",
            backend_name="default",
            run_after=NOON,
            finished_at=NOON - timedelta(days=days),
        )
    assert nightly.forget_runs(NOON) == "1 finished jobs are removed."
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY"]


def test_jobs_that_sent_one_letter_are_removed_the_night_after(db):
    kept = ("muster.mailings.tasks.send", "muster.workflows.tasks.night")
    gone = (
        "muster.accounts.tasks.send_letter",
        "muster.contacts.tasks.send_answer",
        "muster.mailings.tasks.send_trial",
        "muster.workflows.tasks.read_mailbox",
    )
    for path in kept + gone:
        DBTaskResult.objects.create(
            status="FAILED",
            args_kwargs={"args": [], "kwargs": {}},
            task_path=path,
            backend_name="default",
            run_after=NOON,
            finished_at=NOON - timedelta(hours=25),
        )
    assert nightly.forget_runs(NOON) == "4 finished jobs are removed."
    assert set(DBTaskResult.objects.values_list("task_path", flat=True)) == set(kept)

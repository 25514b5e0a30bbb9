"""Erased: every figure stays, and no file says any more who it was."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.db import connection

from muster.access.actor import NotAllowed, system_actor
from muster.accounts.models import Session
from muster.contacts.services import assessments, conversations
from muster.core import erased, privacy
from muster.people.models import Person
from muster.people.queries import merging
from muster.people.queries.persons import NoOwnRecord
from muster.people.services import corrections, disclosures, leaving, persons
from muster.people.services._spells import rows_of
from muster.reports import balance_sheet
from muster.reports.calc.document import document
from muster.transfer import services as transfer
from muster.transfer.erasing import ImportUnfinished
from muster.transfer.models import Batch, Change
from muster.workflows import erasure, nightly
from muster.workflows.merging import merge_people
from muster.workflows.models import Erasure, ErasureRequest, NightlyRun
from tests.builders import (
    NOON,
    TODAY,
    make_case,
    make_grant,
    make_inquiry,
    make_office,
    make_person,
    make_private,
    make_user,
)
from tests.transfer.helpers import publish, write_files
from tests.workflows.sheets import sheet, take_in

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
SYSTEM = system_actor("test", on=TODAY)


@pytest.fixture(autouse=True)
def own_log():
    """What other tests erased stands in no file of ours, nor ours in theirs."""
    erasure.log_path().unlink(missing_ok=True)
    yield
    erasure.log_path().unlink(missing_ok=True)


def everything_stored() -> str:
    """All text of all tables, but for accounts' own."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return "\n".join(str(row) for row in rows)


def all_files() -> bytes:
    """Every byte of every file of the installation."""
    return b"".join(path.read_bytes() for path in Path(settings.HOME).rglob("*") if path.is_file())


@pytest.mark.parametrize("many", [30, pytest.param(500, marks=pytest.mark.prove)])
def test_after_erasing_people_no_row_and_no_file_holds_their_addresses(organisation, many):
    names = [f"zq{number:03}x" for number in range(many + 10)]
    assert take_in(sheet(names, city="Salem"), actor=SYSTEM).result["people"]["created"] == many + 10
    assert take_in(sheet(names, city="Portland"), actor=SYSTEM).result["people"]["updated"] == many + 10
    people = {person.email: person for person in Person.objects.unscoped("all of them in a test")}
    for name in names[:20]:
        person = people[f"{name}mail@example.org"]
        seen = {"given_name": f"{name}given", "email": person.email}
        new = {"given_name": f"{name}given", "email": f"{name}mail2@example.org"}
        persons.edit_person(actor=SYSTEM, person_id=person.pk, wanted=new, seen=seen, now=NOON)
        disclosures.show_contact(actor=SYSTEM, person_id=person.pk, now=NOON)
    # The search can find: before, the files do hold them.
    assert connection.vendor == "postgresql" or b"zq000xmail" in all_files()

    for name in names[:many]:
        erasure.erase_person(actor=SYSTEM, person_id=people[f"{name}mail@example.org"].pk, now=NOON)

    told = everything_stored()
    assert [name for name in names if f"{name}mail" in told or f"{name}family" in told] == names[many:]
    erasure.rewrite_tables(NOON)
    left = all_files()
    assert [name for name in names[:many] if f"{name}mail".encode() in left or f"{name}family".encode() in left] == []
    assert erased.read(erasure.log_path()) == set(Erasure.objects.values_list("person_ref", flat=True))
    assert len(erased.read(erasure.log_path())) == many


@pytest.mark.parametrize("count", [6, pytest.param(50, marks=pytest.mark.prove)])
def test_an_erasure_killed_at_any_moment_is_done_or_not_begun(tmp_path, own_database, count):
    ours = {"MUSTER_HOME": str(tmp_path / "home"), "DATABASE_URL": own_database, "MUSTER_HTTPS": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.workflows.erasing", str(count)],
        env={**os.environ, **ours, "DJANGO_SETTINGS_MODULE": "muster.config.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert (len(told["kills"]), {kill["known"] for kill in told["kills"]}) == (count, {True, False})
    for kill in told["kills"]:
        assert kill["before"].keys() >= {"people_person", "private part", "transfer_change", "contacts_inquiry"}
        assert kill["after"] == ({} if kill["known"] else kill["before"])
    assert (told["still"], told["in the log"]) == ([], True)


def test_every_personal_column_is_empty_and_every_figure_stays(organisation, north, dora, actor_of):
    person = make_person(
        "zqzqgi zqzqfa", unit=north, member_from=date(2020, 1, 1), email="zqzq@example.org", email_key="zqzq@example.org",
        phone="zqzq1", phone_e164="+1zqzq", preferred_name="zqzqpr", city="zqzqci", region="zqzqre", postcode="zqzqpo",
        language="zqzqla", occupation="zqzqwo", source="zqzqso", tags="zqzqta", custom={"Shirt": "zqzqsh"}, country="US",
    )  # fmt: skip
    make_private(person, birth_date="zqzq", street="zqzqst", gender="zqzq", ethnicity="zqzq", notes="zqzqno")
    make_office(person, north, role="treasurer")
    inquiry = make_inquiry(person=person, name="zqzqna", email="zqzqi@example.org", message="zqzqme")
    apps.get_model("people.PersonExternalId").objects.create(person=person, source="zqzqsy", value="zqzqid")
    case = make_case(person, next_step="zqzqns")
    support = apps.get_model("contacts.Scale").objects.get(name="Support")
    spoken = conversations.note_conversation(
        actor=SYSTEM, person_id=person.pk, kind="call", result="reached", note="zqzqsaid", next_step="zqzqnx", now=NOON
    )
    assessments.assess(actor=SYSTEM, person_id=person.pk, scale_id=support.pk, step=2, now=NOON)
    stays = make_person("Stays Here", unit=north, member_from=date(2021, 1, 1), email="stays@example.org")
    sheet_before = document(balance_sheet.build(SYSTEM, None, TODAY).sheet)

    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)

    assert "zqzq" not in everything_stored()
    assert not apps.get_model("people.PersonPrivate").objects.unscoped("a test reads all").exists()
    person.refresh_from_db()
    blank = Person()
    assert {name: getattr(person, name) for name in privacy.columns("people.Person", "personal")} == {
        name: getattr(blank, name) for name in privacy.columns("people.Person", "personal")
    }
    assert str(person) == person.ref
    inquiry.refresh_from_db()
    assert (inquiry.person_id, inquiry.received_at) == (person.pk, NOON)
    # That there was a conversation stays, without a word of it; nobody follows them up any more.
    spoken.refresh_from_db()
    case.refresh_from_db()
    assert (spoken.note, spoken.result, case.closed_at, case.stage.name) == ("", "reached", NOON, "Contacted")
    assert not apps.get_model("contacts.Assessment").objects.unscoped("a test reads all").exists()
    stays.refresh_from_db()
    assert stays.email == "stays@example.org"

    after = document(balance_sheet.build(SYSTEM, None, TODAY).sheet)
    months = [month for month in sheet_before["members"]["by_month"] if month < "2026-11"]
    assert [after["members"]["by_month"][m] for m in months] == [sheet_before["members"]["by_month"][m] for m in months]
    assert after["members"]["joined_by_month"] == sheet_before["members"]["joined_by_month"]
    assert after["members"]["left_by_month"] == {"2026-11": 1}
    assert (sheet_before["members"]["total"], after["members"]["total"]) == (2, 1)
    assert after["inquiries"] == sheet_before["inquiries"]


def test_what_an_import_changed_and_somebody_took_out_since_is_forgotten_too(organisation, tmp_path):
    people = "person,given_name,family_name\nP1,Ana,Lopez\nP2,Bo,Ek"
    for until in ("", "2021-01-01"):
        standings = (
            f"person,standing,from,to,reason\nP1,member,2020-01-01,{until},zqzq\nP2,member,2020-01-01,{until},old"
        )
        publish(write_files(tmp_path, people=people, standings=standings))
    ana = Person.objects.unscoped("test").get(given_name="Ana")
    corrections.remove_spell(actor=SYSTEM, person_id=ana.pk, kind="standing", spell_id=rows_of(ana.pk)[0].id, now=NOON)

    erasure.erase_person(actor=SYSTEM, person_id=ana.pk, now=NOON)

    assert "zqzq" not in everything_stored()
    assert [before["reason"] for before in Change.objects.exclude(before=None).values_list("before", flat=True)] == [
        "old"
    ]


def test_only_who_may_erase_there_does(north, alice, bob, charlie, erin, dora, actor_of):
    person = make_person(unit=north, email="nora@example.org")
    for who in (alice, bob, charlie, erin):
        with pytest.raises(NotAllowed):
            erasure.erase_person(actor=actor_of(who), person_id=person.pk, now=NOON)
    person.refresh_from_db()
    assert person.email == "nora@example.org"

    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
    with pytest.raises(erasure.AlreadyErased):
        erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)


def test_an_account_with_roles_stops_it_and_without_is_nobodys(north, dora, actor_of):
    user = make_user("nora")
    grant = make_grant(user, "unit_viewer", north)
    person = make_person(unit=north, email="nora@example.org", user=user)
    with pytest.raises(erasure.HoldsRoles):
        erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
    person.refresh_from_db()
    assert (person.email, Erasure.objects.count()) == ("nora@example.org", 0)

    grant.to_on = TODAY
    grant.save()
    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)

    user.refresh_from_db()
    assert (user.email, user.name, user.is_active) == (f"account-{user.pk}@erased.invalid", "", False)
    assert "nora" not in everything_stored()


def test_what_they_did_stays_told_and_does_not_name_their_address(north, dora, actor_of):
    user = make_user("nora")
    grant = make_grant(user, "unit_organiser", north)
    person, other = make_person(unit=north, email="nora@example.org", user=user), make_person(unit=north)
    user.name = ""
    user.save()
    disclosures.show_contact(actor=actor_of(user), person_id=other.pk, now=NOON)
    grant.delete()

    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)

    assert "nora@" not in everything_stored()
    assert f"account {user.pk}" in everything_stored()


def test_an_import_that_waits_stops_it_and_nothing_is_half_erased(north, dora, actor_of):
    person = make_person(unit=north, email="nora@example.org")
    Batch.objects.create(name="list.csv", state=Batch.State.PREVIEW, source="x", created_at=NOON)

    with pytest.raises(ImportUnfinished, match="list"):
        erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)

    person.refresh_from_db()
    assert (person.email, Erasure.objects.count(), erasure.log_path().exists()) == ("nora@example.org", 0, False)

    # What others import is not named to who may not see it.
    part = make_user("part", administrator=north)
    with pytest.raises(ImportUnfinished, match="An import is not finished"):
        erasure.erase_person(actor=actor_of(part), person_id=person.pk, now=NOON)


def test_an_import_is_undone_around_who_was_erased(organisation, dora, actor_of):
    take_in(sheet(["onex", "twox"], city="Salem"), actor=SYSTEM)
    second = take_in(sheet(["onex", "twox"], city="Portland"), actor=SYSTEM)
    one, two = Person.objects.unscoped("all of them in a test").order_by("pk")

    erasure.erase_person(actor=actor_of(dora), person_id=one.pk, now=NOON)
    transfer.undo_batch(actor=SYSTEM, batch_id=second.pk, keep_edited=True, now=NOON)

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.city, one.email, two.city) == ("", "", "Salem")
    assert [change for change in Change.objects.all() if "onexmail" in str(change.before)] == []


def test_a_restored_database_forgets_again(north):
    Batch.objects.create(name="list.csv", state=Batch.State.PREVIEW, source="x", created_at=NOON)
    gone, stays = (make_person(name, unit=north, email=f"{name}@example.org") for name in ("gone", "stays"))
    erased.add(erasure.log_path(), [gone.ref, "MP-NEVERWAS"])

    assert erasure.replay(now=NOON) == 1
    assert erasure.replay(now=NOON) == 0
    assert Batch.objects.get().state == Batch.State.CANCELLED

    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.email, stays.email) == ("", "stays@example.org")


def test_a_member_asks_once_and_is_answered(north, alice, dora, actor_of):
    nora = make_user("nora")
    person = make_person(unit=north, user=nora)
    with pytest.raises(NoOwnRecord):
        erasure.ask_erasure(actor=actor_of(alice), now=NOON)

    erasure.ask_erasure(actor=actor_of(nora), now=NOON)
    erasure.ask_erasure(actor=actor_of(nora), now=NOON + timedelta(hours=1))
    assert [(r.person_id, r.asked_at) for r in erasure.requests(actor_of(dora))] == [(person.pk, NOON)]
    assert erasure.requests(actor_of(alice)) == []
    with pytest.raises(NotAllowed):
        erasure.refuse_erasure(actor=actor_of(alice), person_id=person.pk, because="no", now=NOON)
    with pytest.raises(erasure.NoReason):
        erasure.refuse_erasure(actor=actor_of(dora), person_id=person.pk, because=" ", now=NOON)

    erasure.refuse_erasure(actor=actor_of(dora), person_id=person.pk, because="Dues are owed.", now=NOON)
    assert erasure.requests(actor_of(dora)) == []
    assert ErasureRequest.objects.get().refused_because == "Dues are owed."


def night(now) -> tuple[str, bool]:
    day = str(now.date())
    nightly.run("erasures", day=day, now=now)
    run = NightlyRun.objects.get(day=day)
    return run.told, run.failed


def test_every_night_the_files_are_written_anew(north, dora, actor_of):
    done, nothing = ("What was erased has left the files.", False), ("Nobody was erased.", False)
    assert night(NOON) == nothing
    person = make_person(unit=north, email="nora@example.org")
    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON + timedelta(hours=1))
    erasure.log_path().unlink()

    # Nobody was up for two nights: it is done in the third.
    assert night(NOON + timedelta(days=3)) == done
    assert erased.read(erasure.log_path()) == {person.ref}
    assert night(NOON + timedelta(days=4)) == nothing


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the log of changes beside an SQLite file")
def test_a_reader_at_night_makes_it_red_and_the_next_night_mends_it(north, dora, actor_of, monkeypatch):
    person = make_person(unit=north, email="nora@example.org")
    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
    file = connection.cursor().execute("PRAGMA database_list").fetchone()[2]
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people_person").fetchone()
        # Nobody waits for the reader here.
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        told, failed = night(NOON + timedelta(hours=15))
        monkeypatch.undo()
        connection.cursor().execute("PRAGMA busy_timeout = 20000")
    assert (failed, "somebody was reading" in told) == (True, True)
    assert night(NOON + timedelta(days=2)) == ("What was erased has left the files.", False)


def files_of_tables() -> bytes:
    """Every byte of every table of a PostgreSQL database, as it lies on the disk."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class"
            " WHERE relkind IN ('r', 't', 'i') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)"
        )
        return b"".join(bytes(content) for (content,) in cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite overwrites at once")
def test_after_the_night_no_file_of_a_table_holds_them(north, dora, actor_of):
    owner = make_user("qxjqxjem")
    person = make_person(
        "Qxjqxjgi Qxjqxjfa", unit=north, member_from=date(2020, 1, 1), email="qxjqxj@example.org", user=owner
    )
    EmailAddress.objects.create(user=owner, email=owner.email)
    Session.objects.create(user=owner, session_key="a", session_data="x", device="Qxjqxj", expire_date=NOON)
    twin = make_person("Qxjqxjtw Qxjqxjfa", unit=north, tags="qxjqxjta")
    seen = merging.comparison(actor_of(dora), person.pk, twin.pk).seen
    merge_people(actor=actor_of(dora), kept_id=person.pk, dropped_id=twin.pk, chosen={}, seen=seen, now=NOON)
    erasure.ask_erasure(actor=actor_of(owner), now=NOON)
    erasure.refuse_erasure(actor=actor_of(dora), person_id=person.pk, because="qxjqxjbe", now=NOON)
    leaving.archive_person(actor=actor_of(dora), person_id=person.pk, on=TODAY, reason="qxjqxjre", now=NOON)

    erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
    assert "qxjqxj" not in everything_stored().casefold()
    assert b"qxjqxj" in files_of_tables().lower()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM workflows_erasure WHERE age(xmin) <= age(pg_snapshot_xmin(pg_current_snapshot())::xid)"
        )
        if cursor.fetchone()[0]:
            pytest.skip("somebody works in another database of this server; PostgreSQL keeps old rows for them")
    erasure.rewrite_tables(NOON)

    left = files_of_tables().lower()
    assert [left[max(0, at.start() - 40) : at.end() + 40] for at in re.finditer(b"qxjqxj", left)] == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="what PostgreSQL keeps for whoever began before")
def test_whoever_began_before_an_erasure_makes_the_night_red(north, dora, actor_of, monkeypatch):
    person = make_person(unit=north, email="nora@example.org")
    reader = connection.copy()
    with closing(reader), reader.cursor() as cursor:
        # As a backup reads: without writing anything.
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT count(*) FROM accounts_user")
        erasure.erase_person(actor=actor_of(dora), person_id=person.pk, now=NOON)
        monkeypatch.setattr(erasure, "PATIENCE_SECONDS", 0.05)
        told, failed = night(NOON + timedelta(hours=15))
        monkeypatch.undo()
        cursor.execute("ROLLBACK")
    assert (told, failed) == (f"StillRead: {erasure.STILL_READ}", True)
    assert night(NOON + timedelta(days=1)) == ("What was erased has left the files.", False)

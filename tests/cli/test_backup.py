"""Backup, restore and drill as an administrator at a shell meets them: real processes on a real installation."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise

import psycopg
import pytest

from tests.backup.places import create_database, drop_database
from tests.cli.test_commands import muster

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def urls():
    """Addresses of two databases; '' on SQLite."""
    made = [create_database(), create_database()]
    yield made
    for url in made:
        drop_database(url)


@pytest.fixture(scope="module")
def home(tmp_path_factory, urls):
    """An installation in the first of them."""
    home = tmp_path_factory.mktemp("installation") / "home"
    muster(home, "init", "--name", "Tenants United", "--admin-email", "sam@example.org", DATABASE_URL=urls[0])
    return home


def people_who_sign_in(home, url):
    question = "SELECT email FROM accounts_user ORDER BY email"
    with closing(psycopg.connect(url) if url else sqlite3.connect(home / "muster.sqlite3")) as connection:
        return connection.execute(question).fetchall()


def test_a_night_a_loss_and_the_way_back(tmp_path, home, urls):
    folder, key, other = (tmp_path / name for name in ("backups", "muster.key", "other.key"))
    folder.mkdir()
    public = muster(home, "backup-key", str(key)).stdout.splitlines()[-1]
    muster(home, "backup-key", str(other))
    (home / "uploads" / "list.csv").write_text("person\n")

    night = muster(
        home, "backup", str(folder), "--keep", "1", "--drill", "--format", "json",
        DATABASE_URL=urls[0], MUSTER_BACKUP_RECIPIENT=public, MUSTER_HOSTS="muster.example.org",
    )  # fmt: skip
    file = json.loads(night.stdout)["file"]
    locked = muster(tmp_path / "new", "restore", file, DATABASE_URL=urls[1])
    wrong = muster(tmp_path / "new", "restore", file, "--identity", str(other), DATABASE_URL=urls[1])
    back = muster(tmp_path / "new", "restore", file, "--identity", str(key), DATABASE_URL=urls[1])
    health = muster(home, "doctor", DATABASE_URL=urls[0])

    assert night.returncode == 0, night.stderr
    assert "The drill passed" in night.stderr
    assert json.loads(night.stdout)["is_sealed"] is True
    assert [path.name for path in folder.iterdir()] == [file.rpartition("/")[2]]
    assert [(answer.returncode, answer.stdout) for answer in (locked, wrong)] == [(2, "")] * 2
    assert "It is sealed. Add --identity KEYFILE" in locked.stderr
    assert "This key does not open it" in wrong.stderr
    assert (back.returncode, back.stderr) == (0, "")
    assert " MUSTER_HOSTS=muster.example.org " in back.stdout
    assert people_who_sign_in(tmp_path / "new", urls[1]) == [("sam@example.org",)]
    for name in ("uploads/list.csv", "keys/secret_key", "keys/setup_key"):
        assert (tmp_path / "new" / name).read_bytes() == (home / name).read_bytes()
    assert "✓ The last backup is less than an hour old." in health.stdout
    assert "✓ The last drill is less than an hour old." in health.stdout
    assert list((home / "work").glob("drill-*")) == []


def trace_of(home, url):
    told = muster(home, "audit", "verify", "--format", "json", DATABASE_URL=url)
    return told.returncode, json.loads(told.stdout)


def cut_the_end(home, url):
    """As somebody would who has the database and knows how to lift its guard for a moment."""
    if url:
        with psycopg.connect(url) as connection:
            connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
            connection.execute("DELETE FROM audit_entry WHERE position = (SELECT max(position) FROM audit_entry)")
            connection.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        return
    with closing(sqlite3.connect(home / "muster.sqlite3")) as connection:
        name = "audit_entry_no_delete"
        ((guard,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchall()
        connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM audit_entry WHERE position = (SELECT max(position) FROM audit_entry)")
        connection.execute(guard)
        connection.commit()


def test_the_trace_is_whole_after_a_restore_and_its_end_still_guarded(tmp_path, home, urls):
    sign = (
        "from muster.audit import services; from django.utils import timezone; services.make_head(now=timezone.now())"
    )
    muster(home, "manage", "shell", "-c", sign, DATABASE_URL=urls[0])
    key = tmp_path / "muster.key"
    public = muster(home, "backup-key", str(key)).stdout.splitlines()[-1]
    made = muster(home, "backup", str(tmp_path), "--recipient", public, "--format", "json", DATABASE_URL=urls[0])
    empty = create_database()
    try:
        new = tmp_path / "new"
        muster(new, "restore", json.loads(made.stdout)["file"], "--identity", str(key), DATABASE_URL=empty)
        status, told = trace_of(new, empty)
        cut_the_end(new, empty)
        cut = trace_of(new, empty)
    finally:
        drop_database(empty)

    assert (status, told["unbroken"], told["heads"], told["notes"]) == (0, True, 1, [])
    assert told["count"] >= 2
    assert (cut[0], cut[1]["broken"]["kind"]) == (1, "cut")


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.prove)])
def test_a_backup_taken_while_entries_are_written_has_a_whole_trace(tmp_path, home, urls, times):
    write = (
        "import itertools; from django.utils import timezone; from muster.audit import services\n"
        "for n in itertools.count(): services.record(user_id=None, actor_label='x', action='x.y.z', now=timezone.now(), n=n)"
    )
    key = tmp_path / "muster.key"
    public = muster(home, "backup-key", str(key)).stdout.splitlines()[-1]
    ours = {"MUSTER_HOME": str(home), "DATABASE_URL": urls[0], "DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    writing = subprocess.Popen([sys.executable, "-m", "muster", "manage", "shell", "-c", write], env=os.environ | ours)
    counts = [trace_of(home, urls[0])[1]["count"]]
    try:
        while trace_of(home, urls[0])[1]["count"] == counts[0]:
            assert writing.poll() is None
        for number in range(times):
            new, empty = tmp_path / f"new-{number}", create_database()
            made = muster(
                home, "backup", str(tmp_path), "--recipient", public, "--format", "json", DATABASE_URL=urls[0]
            )
            muster(new, "restore", json.loads(made.stdout)["file"], "--identity", str(key), DATABASE_URL=empty)
            status, told = trace_of(new, empty)
            drop_database(empty)
            assert (status, told["broken"]) == (0, None)
            counts.append(told["count"])
    finally:
        writing.kill()
        writing.wait()
    counts.append(trace_of(home, urls[0])[1]["count"])
    # It was written all the while.
    assert all(one < other for one, other in pairwise(counts))


def test_a_drill_says_what_is_wrong_and_the_doctor_remembers(tmp_path, home, urls):
    plain = muster(home, "backup", DATABASE_URL=urls[0])
    file = next((home / "backups").iterdir())
    file.write_bytes(file.read_bytes()[:-20])
    failed = muster(home, "drill", "--format", "json", DATABASE_URL=urls[0])
    nowhere = muster(home, "backup", str(tmp_path / "nowhere" / "b"), DATABASE_URL=urls[0])
    health = muster(home, "doctor", DATABASE_URL=urls[0])

    assert (plain.returncode, "NOT SEALED" in plain.stderr) == (0, True)
    answer = json.loads(failed.stdout)
    assert (failed.returncode, answer["ok"], answer["file"]) == (2, False, str(file))
    assert "It is damaged or cut off." in answer["why"]
    assert (nowhere.returncode, "There is no folder" in nowhere.stderr) == (2, True)
    assert health.returncode == 2
    assert "✗ The last backup failed: There is no folder" in health.stdout
    assert "✗ The last drill failed:" in health.stdout


def test_a_drill_opens_what_is_sealed(tmp_path, home, urls):
    folder, people = tmp_path / "backups", tmp_path / "people.csv"
    folder.mkdir()
    people.write_text("person,given_name,birth_date\n7,Pia,1980-05-31\n")
    muster(home, "import", str(people), "--yes", DATABASE_URL=urls[0])
    public = muster(home, "backup-key", str(tmp_path / "muster.key")).stdout.splitlines()[-1]
    back_up = ("backup", str(folder), "--drill", "--recipient", public)

    good = muster(home, *back_up, DATABASE_URL=urls[0])
    (key,) = (home / "keys").glob("private.*")
    key.rename(tmp_path / key.name)
    without = muster(home, *back_up, DATABASE_URL=urls[0])
    for made_since in (home / "keys").glob("private.*"):
        made_since.unlink()
    (tmp_path / key.name).rename(key)

    assert good.returncode == 0, good.stderr
    assert (without.returncode, "1 private part of people cannot be opened" in without.stderr) == (1, True)


def test_who_was_erased_since_the_backup_does_not_come_back(tmp_path, home, urls):
    """The file is from before; the list beside it is from after."""
    folder = tmp_path / "backups"
    folder.mkdir()
    people = tmp_path / "people.csv"
    people.write_text("person,given_name,email\n1,Nora,nora@example.org\n2,Olaf,olaf@example.org\n")
    muster(home, "import", str(people), "--yes", DATABASE_URL=urls[0])
    file = json.loads(muster(home, "backup", str(folder), "--format", "json", DATABASE_URL=urls[0]).stdout)["file"]
    question = "SELECT ref FROM people_person WHERE given_name = 'Nora'"
    with closing(psycopg.connect(urls[0]) if urls[0] else sqlite3.connect(home / "muster.sqlite3")) as connection:
        ((ref,),) = connection.execute(question).fetchall()
    (folder / "erasures.log").write_text(f"{ref}\n")
    emptied = create_database()
    try:
        new = tmp_path / "new"
        assert muster(new, "restore", file, DATABASE_URL=emptied).returncode == 0
        started = muster(new, "init", "--name", "Again", "--admin-email", "x@example.org", DATABASE_URL=emptied)
        with closing(psycopg.connect(emptied) if emptied else sqlite3.connect(new / "muster.sqlite3")) as connection:
            both = f"SELECT given_name, email FROM people_person WHERE ref = '{ref}' OR given_name = 'Olaf' ORDER BY id"
            left = connection.execute(both).fetchall()
    finally:
        drop_database(emptied)

    assert "Traceback" not in started.stderr
    assert left == [("", ""), ("Olaf", "olaf@example.org")]

"""Imports that are killed, crowded or starved of room: the tables are as before or as after, and the batch says which."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from muster.transfer.demo.folder import write_folder
from tests.builders import TODAY
from tests.transfer.helpers import files_of

pytestmark = pytest.mark.db
COMMAND = [sys.executable, "-m", "muster"]
BREAKING = [sys.executable, "-m", "tests.transfer.breaking"]
PHASES = ("reading", "matching", "storing")
NOT_COMPARED = "audit_entry|transfer_batch|transfer_change|sqlite_sequence|django_tasks.*|django_session|muster_cache"
PEOPLE = 250


def environment(home, database=""):
    ours = {"MUSTER_HOME": str(home), "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    return {**os.environ, **ours, "MUSTER_HTTPS": "0"}


def muster(home, *arguments, database="", command=COMMAND):
    return subprocess.run(
        [*command, *map(str, arguments)], env=environment(home, database), capture_output=True, text=True, timeout=300
    )


def broken_off(home, phase, after, *arguments, database=""):
    """Run it until it is no more, so many seconds after the phase began, or until it is done."""
    return muster(home, phase, after, *arguments, database=database, command=BREAKING)


@contextmanager
def started(home, *arguments, command=COMMAND):
    with subprocess.Popen(
        [*command, *map(str, arguments)], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def opened(home):
    with closing(sqlite3.connect(f"file:{home}/muster.sqlite3?mode=ro", uri=True, timeout=20)) as database:
        yield database


def contents(database):
    """Every row of every table of ours, but for the trace, the batches and the queue."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    ours = [name for name in tables if not re.fullmatch(NOT_COMPARED, name)]
    return {name: sorted(map(repr, database.execute(f"SELECT * FROM {name}"))) for name in ours}


def newest(database):
    row = database.execute("SELECT state, progress, result, id FROM transfer_batch ORDER BY id DESC LIMIT 1").fetchone()
    return (row[0], json.loads(row[1]), json.loads(row[2]), row[3]) if row else ("", {}, {}, 0)


on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="looks into a SQLite file; PostgreSQL has a test below"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """An organisation in a folder of its own, and an exchange folder; the import of it has not begun."""
    top = tmp_path_factory.mktemp("broken")
    write_folder(top / "demo", people=PEOPLE, until=TODAY)
    made = muster(top / "home", "init", "--name", "Workers", "--admin-email", "sam@example.org")
    assert made.returncode == 0, made.stderr
    return top


def wait_for(process, seen, seconds=60):
    """Look as often as can be until `seen` says yes; False if the process ended before."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        if seen():
            return True
        time.sleep(0.01)
    return False


def is_stopped(process, seconds=60):
    """Wait until it stands still; no if it ended instead."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG):
            return found.si_code == os.CLD_STOPPED
        time.sleep(0.05)
    return False


@on_sqlite
@pytest.mark.parametrize("counts", [(2, 2, 2), pytest.param((7, 6, 7), marks=pytest.mark.prove)])
def test_an_import_killed_at_any_moment_is_wholly_there_or_not_at_all(site, tmp_path, counts):
    shutil.copytree(site / "home", tmp_path / "measured")
    measured = broken_off(tmp_path / "measured", "none", tmp_path / "seconds", "import", site / "demo", "--yes")
    assert (measured.returncode, measured.stderr) == (0, "")
    seconds = json.loads((tmp_path / "seconds").read_text())
    home = tmp_path / "home"
    shutil.copytree(site / "home", home)
    with opened(home) as database:
        before = contents(database)
    found = set()
    killed_in = []  # the state each broken one was in, since the last that was done
    for phase, count in zip(PHASES, counts, strict=True):
        for number in range(count):
            process = broken_off(home, phase, seconds[phase] * number / count, "import", site / "demo", "--yes")
            with opened(home) as database:
                state = newest(database)[0]
                now = contents(database)
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert process.returncode in (-signal.SIGKILL, -signal.SIGALRM, 0), process.stderr
            found.add(state)
            if state == "DONE":
                assert muster(home, "export", tmp_path / "out").returncode == 0
                assert files_of(tmp_path / "out") == files_of(site / "demo")
                shutil.rmtree(tmp_path / "out")
                shutil.rmtree(home)
                shutil.copytree(site / "home", home)
                killed_in = []
            else:
                killed_in.append(state)
                assert [name for name in before if now[name] != before[name]] == [], (phase, number)
    assert {"READING", "PUBLISHING"} <= found

    done = muster(home, "import", site / "demo", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    with opened(home) as database:
        states = database.execute("SELECT state, progress FROM transfer_batch ORDER BY id").fetchall()
    assert states[-1] == ("DONE", "{}")
    # One killed between two steps was not at work: it waits where it was, and there is nothing to say.
    became = {
        "READING": ("MAPPING", "The import broke off while the file was read. Nothing was stored."),
        "PUBLISHING": ("PREVIEW", "The import broke off while it was stored. Nothing of it was kept."),
    }
    told = [(state, json.loads(progress).get("note")) for state, progress in states[:-1]]
    assert told == [became.get(state, (state, None)) for state in killed_in]
    assert muster(home, "export", tmp_path / "out").returncode == 0
    assert files_of(tmp_path / "out") == files_of(site / "demo")


ASK = """
from pathlib import Path
from django.utils import timezone
from muster.access.actor import actor_for
from muster.accounts.models import User
from muster.transfer import services, tasks
actor, now = actor_for(User.objects.get(), on=timezone.localdate()), timezone.now()
batch = services.start_batch(actor=actor, path=Path({path!r}), name="demo", now=now)
tasks.ask(tasks.read, actor=actor, batch_id=batch.pk)
print(batch.pk)
"""


def ask_for_a_job(home, path):
    """Do what the page does when somebody uploads a file."""
    asked = muster(home, "manage", "shell", "--verbosity=0", "-c", ASK.format(path=str(path)))
    return int(asked.stdout)


def state_of(home, batch):
    with opened(home) as database:
        return database.execute("SELECT state FROM transfer_batch WHERE id = ?", [batch]).fetchone()[0]


@on_sqlite
def test_one_import_at_a_time_and_a_killed_worker_is_taken_up_again(site, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(site / "home", home)
    with started(home, "reading", "stop", "import", site / "demo", "--yes", command=BREAKING) as first:
        assert is_stopped(first)  # alive, and in the middle of it
        second = muster(home, "import", site / "demo", "--yes", "--format", "json")
        with opened(home) as database:
            assert newest(database)[0] == "FAILED"
        asked = ask_for_a_job(home, site / "demo")
        with started(home, "worker") as worker:
            assert wait_for(worker, lambda: "READY" in jobs(home)[1:] + jobs(home)[:-1])
            assert state_of(home, asked) == "WAITING"
            first.send_signal(signal.SIGCONT)
            _, said = first.communicate(timeout=60)
            assert (first.returncode, said) == (0, b"")
            # The worker's turn comes: what it reads is here already.
            assert wait_for(worker, lambda: state_of(home, asked) == "PREVIEW")
    told = "Another import is running. Nothing was done; try again when it has finished."
    assert (second.returncode, second.stderr, json.loads(second.stdout)["message"]) == (2, f"{told}\n", told)

    write_folder(tmp_path / "other", people=PEOPLE, seed=2, until=TODAY)
    assert result_of(home, asked)["people"] == {"created": 0, "updated": 0, "unchanged": PEOPLE, "rejected": 0}
    asked = ask_for_a_job(home, tmp_path / "other")
    assert broken_off(home, "reading", 0, "worker").returncode == -signal.SIGKILL
    assert state_of(home, asked) == "READING"
    # Whoever keeps the worker alive starts it again, here `serve`; the site answers all the while.
    with serving(home) as address:
        end = time.monotonic() + 60
        while time.monotonic() < end and not (answers(address) and state_of(home, asked) == "PREVIEW"):
            time.sleep(0.1)
        assert answers(address)
    assert state_of(home, asked) == "PREVIEW"
    read = result_of(home, asked)
    assert sum(read["people"].values()) == PEOPLE


def result_of(home, batch):
    with opened(home) as database:
        return json.loads(database.execute("SELECT result FROM transfer_batch WHERE id = ?", [batch]).fetchone()[0])


def jobs(home):
    with opened(home) as database:
        found = database.execute(f"SELECT status FROM {DBTaskResult._meta.db_table} ORDER BY status")
        return [state for (state,) in found]


@contextmanager
def serving(home):
    with started(home, "serve", "--port", "0") as process:
        address = re.search(rb"http://\S+", process.stdout.readline())[0].decode()
        yield f"{address}accounts/login/"
        process.terminate()
        process.wait(20)


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as page:  # our own site
            return page.status == 200
    except urllib.error.URLError:
        return False  # it is about to listen


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_an_import_killed_on_postgresql_leaves_nothing(site, tmp_path, own_database):
    home = tmp_path / "home"
    made = muster(home, "init", "--name", "Workers", "--admin-email", "sam@example.org", database=own_database)
    assert made.returncode == 0, made.stderr
    state = "SELECT state, progress ->> 'note' FROM transfer_batch ORDER BY id"
    with psycopg.connect(own_database, autocommit=True) as database:
        for phase in ("reading", "storing"):
            end = time.monotonic() + 60
            # The server finds out that nobody is there when it next has something to say.
            while (
                killed := broken_off(home, phase, 0, "import", site / "demo", "--yes", database=own_database)
            ).returncode == 2:
                assert "Another import is running" in killed.stderr
                assert time.monotonic() < end
                database.execute("DELETE FROM transfer_batch WHERE state = 'FAILED'")
            assert killed.returncode == -signal.SIGKILL
            assert database.execute("SELECT count(*) FROM people_person").fetchone() == (0,)
            assert database.execute("SELECT count(*) FROM units_unit").fetchone() == (1,)
        end = time.monotonic() + 60
        while (done := muster(home, "import", site / "demo", "--yes", database=own_database)).returncode == 2:
            assert "Another import is running" in done.stderr
            assert time.monotonic() < end
        assert (done.returncode, done.stderr) == (0, "")
        states = database.execute(state).fetchall()
        assert states[:2] == [
            ("MAPPING", "The import broke off while the file was read. Nothing was stored."),
            ("PREVIEW", "The import broke off while it was stored. Nothing of it was kept."),
        ]
        assert states[-1] == ("DONE", None)
        schemas = database.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'stage%'").fetchall()
        assert len(schemas) == 1  # the preview that was not stored may still be
    assert muster(home, "export", tmp_path / "out", database=own_database).returncode == 0
    assert files_of(tmp_path / "out") == files_of(site / "demo")

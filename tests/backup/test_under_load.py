"""Backups while three processes write, and `kill -9` at any moment of a backup or a restore."""

import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pysqlite3.dbapi2 as sqlite3
import pytest

from muster.backup import archive
from muster.backup.make import make_backup
from muster.backup.restore import restore_backup
from tests.backup.places import NOW, SETTINGS

pytestmark = pytest.mark.db
WRITERS = 3


def back_up(place, target):
    return make_backup(home=place.home, database=place.database, target=target, settings=SETTINGS, now=NOW)


@contextmanager
def writers(place, logs):
    running = [
        subprocess.Popen([sys.executable, "-m", "tests.backup.writer", place.home, place.url, str(number), log])
        for number, log in enumerate(logs)
    ]
    try:
        for log in logs:
            until = time.monotonic() + 60
            while not (log.exists() and log.stat().st_size):
                assert time.monotonic() < until and running[0].poll() is None
                time.sleep(0.02)
        yield
        assert [process.poll() for process in running] == [None] * WRITERS
    finally:
        for process in running:
            process.kill()
            process.wait()


def acknowledged(logs):
    """Every (writer, number) that is stored for sure; the last line may still be on its way."""
    return {(writer, int(n)) for writer, log in enumerate(logs) for n in log.read_text().splitlines()}


def more_than(before, logs):
    """What is stored for sure once every writer has stored more than before: on a busy machine that takes its time."""
    until = time.monotonic() + 60
    while True:
        stored = acknowledged(logs)
        if {writer for writer, _ in stored - before} == set(range(WRITERS)):
            return stored
        assert time.monotonic() < until, "the writers have stopped"
        time.sleep(0.02)


@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.prove)])
def test_backups_while_three_write_are_whole(place, new_place, tmp_path, count):
    logs = [tmp_path / f"log-{number}" for number in range(WRITERS)]
    seen = []
    with writers(place, logs):
        for number in range(count):
            stored = more_than(seen[-1][1] if seen else set(), logs)
            made = back_up(place, tmp_path / f"b-{number}")
            seen.append((made.file, stored))
    second = new_place("second")
    for file, stored in seen:
        restore_backup(file=file, home=second.home, database=second.database)
        halves = second.rows("SELECT writer, n, count(*) FROM work GROUP BY writer, n")
        assert stored <= {(writer, n) for writer, n, _ in halves}
        assert {number for _, _, number in halves} == {2}
        if not place.url:
            with closing(sqlite3.connect(str(second.home / "muster.sqlite3"))) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        again(second)


def again(place):
    """Empty a place, so that it can be restored into once more."""
    shutil.rmtree(place.home)
    if place.url:
        with place.connect() as connection:
            for table in ("django_migrations", "django_session", "member", "work"):
                connection.execute(f"DROP TABLE {table}")
            connection.commit()


def run_and_kill(work, place, file, *, after):
    """Start it, kill it `after` seconds into the work; return whether it was killed before it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backup.run", work, place.home, place.url, file], stdout=subprocess.PIPE, text=True
    )
    began_with = process.stdout.readline()
    began = time.monotonic()
    if after is None:
        process.wait()
    else:
        time.sleep(after)
        process.kill()
        process.wait()
    process.stdout.close()
    assert began_with == "begins\n"
    return process.returncode == -signal.SIGKILL, time.monotonic() - began


@pytest.mark.parametrize("count", [6, pytest.param(50, marks=pytest.mark.prove)])
def test_a_killed_backup_leaves_no_half_file_under_its_name(new_place, tmp_path, count):
    place, folder = new_place("first").fill(members=20_000, upload_bytes=3_000_000), tmp_path / "out"
    folder.mkdir()
    _, whole_time = run_and_kill("backup", place, folder / "whole", after=None)
    kills, halves = 0, 0
    for number in range(count):
        killed, _ = run_and_kill("backup", place, folder / f"b-{number}", after=whole_time * (number + 0.5) / count)
        kills += killed
        halves += any(path.name.endswith(".muster-part") for path in folder.iterdir())

    back_up(place, folder / "last")

    assert kills >= count // 2
    assert halves > 0
    names = sorted(path.name for path in folder.iterdir())
    # One that is killed in its very last moment, after it has got its name, is there and whole.
    assert 2 + count - kills <= len(names) < 2 + count
    assert {"whole", "last"} <= set(names)
    for name in names:
        assert archive.unpack(folder / name, None, identities=[]).counts["member"] == 20_000
    assert list((place.home / "work").iterdir()) == []


@pytest.mark.parametrize("count", [6, pytest.param(50, marks=pytest.mark.prove)])
def test_a_killed_restore_puts_nothing_or_all_in_place_and_can_be_repeated(new_place, tmp_path, count):
    place, second = new_place("first").fill(members=20_000, upload_bytes=3_000_000), new_place("second")
    file = back_up(place, tmp_path / "b").file
    expected = place.content() | {"django_session": []}
    del expected["keys/secret_key"]
    _, whole_time = run_and_kill("restore", second, file, after=None)
    kills = 0
    for number in range(count):
        if second.home.exists():
            assert second.content() == expected
            again(second)
        killed, _ = run_and_kill("restore", second, file, after=whole_time * (number + 0.5) / count)
        kills += killed
    if second.home.exists():
        again(second)

    restore_backup(file=file, home=second.home, database=second.database)

    assert kills >= count // 2
    assert second.content() == expected
    assert [path.name for path in second.home.parent.iterdir()] == ["home"]

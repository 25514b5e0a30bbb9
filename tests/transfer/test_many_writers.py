"""Many who edit people while an import is read and stored: nothing acknowledged is lost, and nobody finds the file locked."""

import csv
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pysqlite3.dbapi2 as sqlite3
import pytest

from muster.people.calc.fields import PRIVATE
from muster.people.models import Person, PersonExternalId, Qualification
from muster.transfer import services
from muster.transfer.demo.folder import write_folder
from tests.builders import NOON, TODAY, make_person, private_of
from tests.transfer.helpers import SYSTEM, preview, publish, write_files
from tests.transfer.test_broken_off import environment, muster
from tests.transfer.writing import LEAST, SHARED, write_together, written

WRITERS, PROCESSES = 16, 2
PEOPLE = 2_600


def check(done, qualified, counters):
    """Compare what was acknowledged with what is there."""
    assert [what for what, *_ in done if what.startswith("!")] == []
    assert {what for what, *_ in done if what.startswith("course")} == qualified
    assert Counter(what for what, *_ in done if what.startswith("counter")) == counters


@pytest.mark.db
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_four_write_beside_an_import(organisation, tmp_path):
    people = [make_person(f"Writer {number}").pk for number in range(SHARED + 4)]
    rows = "\n".join(f"P{number},Ada,Number {number}" for number in range(200))
    files = write_files(tmp_path / "files", people=f"person,given_name,family_name\n{rows}")
    stop, log = tmp_path / "stop", tmp_path / "log"
    threads = write_together(range(4), people, stop, log)
    try:
        batch = publish(files)
    finally:
        stop.touch()
        for thread in threads:
            thread.join()

    assert batch.result["people"]["created"] == 200
    done = written([log])
    assert len([what for what, *_ in done if what.startswith("course")]) >= 4 * LEAST
    kept = Person.objects.unscoped("a test").filter(pk__in=people[:SHARED]).exclude(source="")
    check(
        done,
        set(Qualification.objects.unscoped("a test").values_list("qualification", flat=True)),
        {f"counter {person.pk}": int(person.source) for person in kept},
    )


@pytest.mark.db
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("steps", [1, 3])
def test_what_others_change_between_preview_and_publishing_is_looked_at_again(
    steps, organisation, tmp_path, monkeypatch
):
    """Nobody else changes what the import brings: it goes on, also where they changed something at the last moment."""
    write_folder(tmp_path / "files", people=60, seed=3, until=TODAY)
    batch = preview(tmp_path / "files")
    numbers = iter(range(steps))

    def changed_meanwhile():
        if next(numbers, None) is not None:
            make_person("Somebody Else")
        return state()

    state = services.database_state
    monkeypatch.setattr(services, "database_state", changed_meanwhile)
    batch = services.publish_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert batch.state == "DONE"
    assert Person.objects.unscoped("a test").count() == 60 + steps
    # What is private was sealed before, and has to be sealed again.
    with (tmp_path / "files" / "people.csv").open(encoding="utf-8", newline="") as file:
        told = {row["person"]: {name: row[name] for name in PRIVATE} for row in csv.DictReader(file)}
    told = {person: fields for person, fields in told.items() if any(fields.values())}
    ids = PersonExternalId.objects.unscoped("a test").filter(value__in=told).select_related("person")
    assert len(told) > 30
    assert {each.value: private_of(each.person) for each in ids} == told


@pytest.mark.db
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_others_change_about_the_import_itself_brings_a_new_preview(organisation, tmp_path, monkeypatch):
    files = write_files(tmp_path, people="person,given_name,family_name\nP1,Ada,Late")
    batch = preview(files)
    states = iter([False, True])
    state = services.database_state

    def changed_meanwhile():
        if next(states, False):
            PersonExternalId.objects.create(person=make_person("Ada Late"), source="folder", value="P1")
        return state()

    monkeypatch.setattr(services, "database_state", changed_meanwhile)
    with pytest.raises(services.PreviewChanged):
        services.publish_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    # What was changed at the last moment is taken back with the transaction, here in the test alone.
    batch.refresh_from_db()
    assert (batch.state, Person.objects.unscoped("a test").count()) == ("PREVIEW", 0)
    batch = services.publish_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert (batch.state, batch.result["people"]["created"]) == ("DONE", 1)


@pytest.mark.prove
def test_sixteen_write_beside_an_import_of_more_than_twelve_thousand_rows(tmp_path):
    home, stop = tmp_path / "home", tmp_path / "stop"
    rows = "\n".join(f"W{number},Writer,Number {number}" for number in range(SHARED + WRITERS))
    base = write_files(tmp_path / "base", people=f"person,given_name,family_name\n{rows}")
    for arguments in (
        ("init", "--name", "Workers Together", "--admin-email", "dora@example.org"),
        ("import", base, "--yes"),
        ("demo-data", tmp_path / "files", "--people", PEOPLE, "--seed", 7),
    ):
        assert muster(home, *arguments).returncode == 0
    many = sum(len(file.read_text().splitlines()) - 1 for file in (tmp_path / "files").glob("*.csv"))
    assert many >= 12_000

    logs, each = [tmp_path / f"log-{number}" for number in range(PROCESSES)], WRITERS // PROCESSES
    command = [sys.executable, "-m", "tests.transfer.writing"]
    running = [
        subprocess.Popen([*command, str(number * each), str(each), log, stop], env=environment(home))
        for number, log in enumerate(logs)
    ]
    try:
        while not all(log.exists() and len(log.read_text().splitlines()) > each for log in logs):
            assert [process.poll() for process in running] == [None] * PROCESSES
            time.sleep(0.05)
        began = time.monotonic()
        imported = muster(home, "import", tmp_path / "files", "--yes", "--source", "other")
        ended = time.monotonic()
    finally:
        stop.touch()
        for process in running:
            process.wait()
    assert imported.returncode == 0, imported.stdout + imported.stderr

    done = written(logs)
    with closing(sqlite3.connect(str(home / "muster.sqlite3"))) as connection:
        courses = "SELECT qualification FROM people_qualification WHERE qualification LIKE 'course %'"
        qualified = {name for (name,) in connection.execute(courses)}
        counters = connection.execute(
            "SELECT id, source FROM people_person WHERE given_name = 'Writer' AND source <> ''"
        )
        check(done, qualified, {f"counter {pk}": int(value) for pk, value in counters})
        (people,) = connection.execute("SELECT count(*) FROM people_person").fetchone()
        assert people == PEOPLE + SHARED + WRITERS
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    during = [seconds for _, begin, seconds in done if begin + seconds >= began and begin <= ended]
    for name, waits in (("beside the import", during), ("all", [seconds for *_, seconds in done])):
        told = ", ".join(f"{share:.0%} {sorted(waits)[int(len(waits) * share)]:.3f} s" for share in (0.5, 0.99))
        print(f"{len(waits)} writes {name}: {told}, longest {max(waits):.3f} s")

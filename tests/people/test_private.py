"""The private part lies sealed: nobody reads it out of the database, a new key changes nothing, and a lost one is told."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from muster.audit.models import Entry
from muster.core import keyfiles
from muster.core.sealing import CannotOpen
from muster.people import private, private_keys
from muster.people.models import PersonPrivate
from muster.people.services import persons
from tests.builders import NOON, make_person, make_private, private_of

pytestmark = pytest.mark.db
NORA = {"birth_date": "1980-05-31", "street": "Elm Street 5", "notes": "Has a sister in Salem."}


@pytest.fixture
def keys(settings, tmp_path):
    """A folder of keys of this test alone."""
    settings.HOME = tmp_path
    folder = tmp_path / "keys"
    folder.mkdir()
    return folder


@pytest.fixture
def nora(north, keys):
    person = make_person("Nora Berg", unit=north)
    make_private(person, **NORA)
    return person


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_personprivate")
        return str(cursor.fetchall())


def files(keys) -> list[Path]:
    return sorted(path for path in keys.iterdir() if path.name.startswith("private."))


def test_nothing_of_it_can_be_read_in_the_database(nora, dora, actor_of):
    persons.edit_private(actor=actor_of(dora), person_id=nora.pk, wanted={"gender": "woman"}, seen={}, now=NOON)

    assert private_of(nora) == NORA | {"gender": "woman", "ethnicity": ""}
    for text in (*NORA.values(), "woman", "1980", "Elm", "birth_date", "street"):
        assert text not in stored()


def test_people_born_on_one_day_are_found_by_their_mark_and_years_alone_are_not(nora, north):
    twin, year = make_person("Ole Dahl", unit=north), make_person("Ida Moe", unit=north)
    make_private(twin, birth_date="1980-05-31")
    make_private(year, birth_date="1980")

    everybody = PersonPrivate.objects.unscoped("test").order_by("pk")
    found = everybody.filter(birth_mark=private.birth_mark("1980-05-31"))
    assert [row.person_id for row in found] == [nora.pk, twin.pk]
    assert everybody.get(person=year).birth_mark == ""


def test_a_row_put_in_place_of_another_does_not_open(nora, north):
    other = make_person("Ole Dahl", unit=north)
    row = PersonPrivate.objects.unscoped("test").get()
    PersonPrivate.objects.create(person=other, sealed=row.sealed)

    with pytest.raises(CannotOpen, match="changed from outside"):
        private_of(other)


def test_a_new_key_seals_everybody_anew_and_the_old_one_goes_when_nothing_needs_it(nora, keys):
    before = PersonPrivate.objects.unscoped("test").get()
    key_id, count = private_keys.change_key(actor_label="system:command", now=NOON)

    after = PersonPrivate.objects.unscoped("test").get()
    assert (count, private_of(nora)["street"]) == (1, "Elm Street 5")
    assert after.sealed != before.sealed
    assert after.sealed.startswith(key_id.partition("-")[2])
    assert after.birth_mark == before.birth_mark
    assert Entry.objects.get().action == "people.private_key.changed"
    assert len(files(keys)) == 2

    os.utime(files(keys)[1], times=(NOON.timestamp(), NOON.timestamp()))
    private_keys.finish(NOON + private_keys.KEPT_FOR - timedelta(seconds=1))
    assert len(files(keys)) == 2
    private_keys.finish(NOON + private_keys.KEPT_FOR + timedelta(seconds=1))
    assert [path.name for path in files(keys)] == [f"private.{key_id}"]
    assert private_of(nora)["street"] == "Elm Street 5"


def test_a_change_of_keys_that_broke_off_is_finished_by_night(nora, keys):
    keyfiles.add_key(keys, private.RING)

    assert private_keys.finish(NOON) == "Sealed anew: 1. Old keys removed: 0."
    assert private_keys.finish(NOON).startswith("Sealed anew: 0.")
    assert private_of(nora)["street"] == "Elm Street 5"


def test_thousands_are_sealed_anew(north, keys):
    people = [make_person(f"Nora {number}", unit=north) for number in range(3)]
    for person in people:
        make_private(person, notes=f"note of {person.pk}")
    keyfiles.add_key(keys, private.RING)
    chunk, private_keys._CHUNK = private_keys._CHUNK, 2
    try:
        assert private_keys.reseal() == 3
    finally:
        private_keys._CHUNK = chunk

    assert [private_of(person)["notes"] for person in people] == [f"note of {person.pk}" for person in people]


def test_without_its_key_it_stays_shut_and_says_so(nora, keys):
    (key,) = files(keys)
    key.rename(keys.parent / "elsewhere")

    assert private_keys.missing_keys() == [key.name.partition("-")[2]]
    with pytest.raises(CannotOpen, match="folder of keys"):
        private_of(nora)
    key.hardlink_to(keys.parent / "elsewhere")
    os.utime(keys)
    assert private_keys.missing_keys() == []
    assert private_of(nora)["street"] == "Elm Street 5"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_upgrade_seals_what_there_is_and_the_way_back_opens_it(keys):
    def migrated(to):
        # As an upgrade does it: on PostgreSQL the policies are taken down before and made again after.
        call_command("migrate", "people", to, verbosity=0)
        return MigrationExecutor(connection).loader.project_state([("people", to)]).apps

    def notes(model):
        return list(model.objects.order_by("pk").values_list("birth_date", "notes"))

    old = migrated("0007_beginnings_of_names")
    people = [old.get_model("people.Person").objects.create(ref=f"MP-{n}", created_at=NOON) for n in range(1_003)]
    model = old.get_model("people.PersonPrivate")
    model.objects.bulk_create(model(person=one, birth_date="1980", notes=f"note {one.pk}") for one in people)
    before = notes(model)
    migrated("0008_private_part_sealed")

    assert "note" not in stored()
    everybody = PersonPrivate.objects.unscoped("test").order_by("pk")
    assert [(row.opened()["birth_date"], row.opened()["notes"]) for row in everybody] == before
    assert notes(migrated("0007_beginnings_of_names").get_model("people.PersonPrivate")) == before
    # All of them: later ones of other apps hang on these.
    call_command("migrate", verbosity=0)

"""Imports of what lies sealed: stored without a word in the open, added to what is there, and taken back whatever the key is."""

import pytest
from django.db import connection

from muster.core import keyfiles
from muster.people import private
from muster.people.models import Person, PersonPrivate
from muster.people.private_keys import reseal
from muster.transfer import services
from tests.builders import NOON, make_person, make_private, private_of
from tests.transfer.helpers import SYSTEM, counts, dump, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def keys(settings, tmp_path):
    """A home of this test alone."""
    settings.HOME = tmp_path
    for name in ("keys", "work", "uploads"):
        (tmp_path / name).mkdir()
    return tmp_path / "keys"


@pytest.fixture
def ana(organisation, keys):
    person = make_person("Ana Lopez", email="ana@example.org", email_key="ana@example.org")
    make_private(person, birth_date="1990-05-01", gender="woman")
    return person


def people(tmp_path, *rows):
    header = "given_name,family_name,email,birth_date,street,notes"
    return write_files(tmp_path / str(len(list(tmp_path.iterdir()))), people="\n".join([header, *rows]))


def everything() -> str:
    """All that the database holds of people and of what an import could take back."""
    found = []
    with connection.cursor() as cursor:
        for table in ("people_person", "people_personprivate", "transfer_change"):
            cursor.execute(f"SELECT * FROM {table}")
            found += cursor.fetchall()
    return str(found)


def test_what_an_import_stores_and_what_it_keeps_for_undo_can_be_read_by_nobody(ana, tmp_path):
    publish(people(tmp_path, "Bo,Ek,,1971-02-03,Mill Lane 4,a note", "Ana,Lopez,ana@example.org,,Elm Street 5,"))

    bo = Person.objects.unscoped("test").get(given_name="Bo")
    assert private_of(bo) == {
        "birth_date": "1971-02-03",
        "street": "Mill Lane 4",
        "gender": "",
        "ethnicity": "",
        "notes": "a note",
    }
    for text in ("1971", "1990", "Mill", "Elm", "a note", "woman"):
        assert text not in everything()


def test_what_the_file_says_is_added_to_what_is_there_and_taken_back(ana, tmp_path):
    before = dump()
    batch = publish(people(tmp_path, "Ana,Lopez,ana@example.org,1990-05-01,Elm Street 5,"))

    assert counts(batch) == {"people": (0, 1, 0, 0)}
    assert batch.result["changed_fields"] == {"people": {"street": 1}}
    told = {"birth_date": "1990-05-01", "street": "Elm Street 5", "gender": "woman", "ethnicity": "", "notes": ""}
    assert private_of(ana) == told
    assert counts(publish(people(tmp_path, "Ana,Lopez,ana@example.org,1990,Elm Street 5,"))) == {"people": (0, 1, 0, 0)}
    assert private_of(ana) == told | {"birth_date": "1990"}
    for number in (batch.pk + 1, batch.pk):
        services.undo_batch(actor=SYSTEM, batch_id=number, now=NOON)
    assert dump() == before


def test_somebody_of_whom_nothing_private_was_known(organisation, keys, tmp_path):
    bo = make_person("Bo Ek", email="bo@example.org", email_key="bo@example.org")
    before = dump()
    batch = publish(people(tmp_path, "Bo,Ek,bo@example.org,1971,,"))

    assert counts(batch) == {"people": (0, 1, 0, 0)}
    assert private_of(bo)["birth_date"] == "1971"
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before
    assert not PersonPrivate.objects.unscoped("test").exists()


@pytest.mark.parametrize("worked_on", [False, True])
def test_a_new_key_is_no_work_on_a_record_and_other_work_is(ana, keys, tmp_path, worked_on):
    batch = publish(people(tmp_path, "Ana,Lopez,ana@example.org,,Elm Street 5,", "Bo,Ek,,1971-02-03,Mill Lane 4,"))
    bo = Person.objects.unscoped("test").get(given_name="Bo")
    keyfiles.add_key(keys, private.RING)
    assert reseal() == 2
    if worked_on:
        make_private(bo, birth_date="1971-02-03", street="Mill Lane 5")
        with pytest.raises(services.UndoBlocked, match="Bo Ek"):
            services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        return

    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    # What stood there before was sealed with the old key, and the old key is still there for it.
    assert private_of(ana) == {
        "birth_date": "1990-05-01",
        "street": "",
        "gender": "woman",
        "ethnicity": "",
        "notes": "",
    }


def test_people_of_one_day_without_an_address_are_offered_for_a_look(ana, tmp_path):
    batch = publish(people(tmp_path, "Anna,Lopez,,1990-05-01,,", "Anna,Lopes,,1990-05-02,,"))

    assert counts(batch) == {"people": (2, 0, 0, 0)}
    assert batch.result["possible_duplicates"] == 1

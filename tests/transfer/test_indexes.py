"""An import that multiplies what there is sets indexes and rules aside and leaves them all as it found them."""

import pytest
from django.db import IntegrityError, connection, transaction

from muster.contacts.models import Application, Case
from muster.people.models import Person, Placement, Standing
from muster.people.queries.search import search
from muster.transfer.engine import indexes
from tests.transfer.helpers import SYSTEM, counts, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

FOLDER = {
    "units": "unit,name,kind,parent\nU1,North,branch,ORG\nORG,Everywhere,organisation,",
    "people": "person,given_name,family_name,email\nP1,Ana,Lopez,ana@example.org\nP2,Bo,Ek,\nP3,Cy,Ray,ana@example.org",
    "standings": "person,standing,from,to\nP1,member,2020-01-01,\nP2,member,2021-01-01,\nP3,contact,2022-01-01,",
    "placements": "person,unit,from,to,primary\nP1,U1,2020-01-01,,yes\nP2,U1,2021-01-01,,yes",
    "cases": "person,opened_at,stage\nP1,2020-01-01,Inquiry\nP2,2020-01-01,Attending",
    "conversations": "person,held_at,way,result,note\nP1,2020-01-01,call,reached,hello",
    "applications": "person,applied_on\nP1,2020-01-01",
}


def catalogue():
    """Every index, rule and trigger there is, in the database's own words."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')")
            return sorted(map(str, cursor.fetchall()))
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        found = cursor.fetchall()
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid), conrelid::regclass::text, convalidated FROM pg_constraint"
            # What another import has staged is none of ours.
            " WHERE connamespace = 'public'::regnamespace"
        )
        return sorted(map(str, found + cursor.fetchall()))


def test_indexes_and_rules_are_there_again_and_hold(organisation, tmp_path, monkeypatch):
    monkeypatch.setattr(indexes, "MANY", 1)
    before = catalogue()
    batch = publish(write_files(tmp_path, **FOLDER))
    assert counts(batch)["people"] == (3, 0, 0, 0)
    assert batch.result["problems"] == []
    assert catalogue() == before
    assert [line.name for line in search(SYSTEM, "lope")] == ["Ana Lopez"]
    ana = Person.objects.unscoped("test").get(family_name="Lopez")
    once = [(Standing, {"standing": "member"}), (Placement, {"is_primary": True}), (Case, {}), (Application, {})]
    for model, what in once:
        spell = model.objects.unscoped("test").get(person=ana, **what)
        spell.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            spell.save(force_insert=True)


def test_few_rows_are_added_with_the_indexes_in_place(organisation, tmp_path):
    with connection.execute_wrapper(_refuse_to_drop_indexes):
        batch = publish(write_files(tmp_path, **FOLDER))
    assert counts(batch)["people"] == (3, 0, 0, 0)


def _refuse_to_drop_indexes(execute, sql, *more):
    assert not sql.startswith(("DROP INDEX", "ALTER TABLE people"))
    return execute(sql, *more)

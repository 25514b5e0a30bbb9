"""Imports before and after a merge: the numbers of both records still find the person, and an undo waits for the merge's."""

from datetime import timedelta

import pytest

from muster.people.models import DuplicatePair, Person, PersonExternalId, Standing
from muster.people.queries import merging as queries
from muster.transfer import services
from muster.workflows import merging
from tests.builders import NOON, make_person, make_unit
from tests.transfer.helpers import SYSTEM, counts, dump, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
PEOPLE = """person,given_name,family_name,email,city,Shoe size
    P1,Ana,Lopez,ana@example.org,Oslo,39
    P2,Ana,Lopes,ana@example.org,Oslo,40"""
STANDINGS = "person,standing,from,to\nP1,contact,2020-01-01,\nP2,member,2021-01-01,"


def person(name):
    return Person.objects.unscoped("test").get(family_name=name)


def merge(kept, dropped):
    seen = queries.comparison(SYSTEM, kept.pk, dropped.pk).seen
    return merging.merge_people(
        actor=SYSTEM, kept_id=kept.pk, dropped_id=dropped.pk, chosen={}, seen=seen, now=NOON + timedelta(hours=1)
    )


def undo(batch, **options):
    return services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON + timedelta(hours=2), **options)


def test_both_numbers_of_the_sending_system_find_the_merged_person(organisation, tmp_path):
    files = write_files(tmp_path / "one", people=PEOPLE, standings=STANDINGS)
    publish(files)
    kept = person("Lopez")
    merge(kept, person("Lopes"))

    batch = publish(write_files(tmp_path / "two", people="person,city\nP2,Bergen", standings=STANDINGS))

    assert counts(batch) == {"people": (0, 1, 0, 0), "standings": (0, 0, 2, 0)}
    assert [(p.pk, p.city) for p in Person.objects.unscoped("test")] == [(kept.pk, "Bergen")]
    assert set(PersonExternalId.objects.unscoped("test").values_list("value", "person")) == {
        ("P1", kept.pk),
        ("P2", kept.pk),
    }


def test_the_own_number_of_a_record_that_is_gone_finds_the_one_that_was_kept(organisation, tmp_path):
    unit = make_unit("Branch", parent=organisation)
    kept, dropped = make_person("Ana Lopez", unit=unit), make_person("Ana Lopes", unit=unit)
    merge(kept, dropped)
    files = write_files(
        tmp_path / "own",
        people=f"person,city\n{dropped.ref},Bergen",
        standings=f"person,standing,from\n{dropped.ref},member,2021-01-01",
    )
    assert counts(publish(files)) == {"people": (0, 1, 0, 0), "standings": (1, 0, 0, 0)}
    assert counts(publish(files)) == {"people": (0, 0, 1, 0), "standings": (0, 0, 1, 0)}
    alone = write_files(
        tmp_path / "alone",
        people=f"person,city\n{kept.ref},Bergen",
        standings=f"person,standing,from\n{dropped.ref},contact,2020-01-01",
    )
    assert counts(publish(alone)) == {"people": (0, 0, 1, 0), "standings": (1, 0, 0, 0)}

    assert Person.objects.unscoped("test").get().city == "Bergen"
    assert Standing.objects.unscoped("test").filter(person=kept).count() == 2
    assert not PersonExternalId.objects.unscoped("test").exists()


@pytest.mark.parametrize("kept_name", ["Lopez", "Berg"])
def test_an_import_is_undone_after_the_merge_was_taken_back(organisation, tmp_path, kept_name):
    make_person("Ana Berg")
    before = dump()
    batch = publish(write_files(tmp_path / "one", people=PEOPLE, standings=STANDINGS))
    merge_id = merge(person(kept_name), person("Lopes"))
    merged = dump()

    with pytest.raises(services.UndoBlocked, match=r"Merged with another record since the import: Ana Lopes \(a job, "):
        undo(batch)
    assert dump() == merged
    merging.undo_merge(actor=SYSTEM, merge_id=merge_id, now=NOON + timedelta(hours=2))
    undo(batch)

    assert dump() == before


def test_who_was_merged_may_be_left_out_of_an_undo(organisation, tmp_path):
    berg = make_person("Ana Berg")
    batch = publish(write_files(tmp_path / "one", people=PEOPLE, standings=STANDINGS))
    lopes = person("Lopes")
    DuplicatePair.objects.create(first=berg, second=lopes, reason="x", found_at=NOON)
    merge_id = merge(berg, lopes)

    undo(batch, keep_edited=True)

    assert [p.family_name for p in Person.objects.unscoped("test")] == ["Berg"]
    assert Standing.objects.unscoped("test").get(person=berg).standing == "member"
    merging.undo_merge(actor=SYSTEM, merge_id=merge_id, now=NOON + timedelta(hours=2))
    assert sorted(p.family_name for p in Person.objects.unscoped("test")) == ["Berg", "Lopes"]
    assert DuplicatePair.objects.get(first=berg, second=lopes)

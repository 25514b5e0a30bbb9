"""Nobody learns by an import that somebody out of sight has an id of theirs: what is sent again is there already, as ever."""

import csv
from datetime import date

import pytest

from muster.access.actor import actor_for
from muster.contacts.models import Inquiry
from muster.people.models import Person, PersonExternalId, Placement
from muster.people.queries import record
from muster.transfer import services
from muster.transfer.exports import export_folder
from muster.units.models import Unit
from tests.builders import NOON, TODAY, make_grant, make_unit, make_user
from tests.transfer.helpers import counts, preview, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
WORLDS = ("nobody", "moved away", "two moved away", "a sibling's")
NEW, THERE = (1, 0, 0, 0), (0, 0, 1, 0)


@pytest.fixture
def branches(north):
    made = [make_unit(name, parent=north) for name in ("First", "Second", "Third")]
    # The highest unit is the one with most below it.
    for number in range(4):
        make_unit(f"First {number}", parent=made[0], kind="group")
    return made


@pytest.fixture
def importer(branches):
    """Imports into the first and the second branch; their sibling's units begin at the first one, too."""
    return with_branches("imre", branches[0], branches[1])


def with_branches(name, *branches):
    user = make_user(name)
    for branch in branches:
        make_grant(user, "national_officer", branch)
    return user


def files(folder, unit, name="Ben"):
    """One of everything that another system calls something."""
    return write_files(
        folder,
        people=f"person,given_name,family_name\nK9,{name},Bee",
        placements=f"person,unit,from,primary\nK9,{unit.ref},2026-01-01,yes",
        units=f"unit,name,kind,parent\nU9,Local {name},group,{unit.ref}",
        inquiries=f"inquiry,received_at,name,person\nI9,2026-01-01,{name},K9",
    )


def take(who, importer, branches, south, folder):
    """Let somebody whom the importer cannot see have all of these ids."""
    if who == "a sibling's":
        sibling = actor_for(with_branches("sibyl", branches[0], branches[2]), on=TODAY)
        publish(files(folder, branches[2], "Sib"), actor=sibling, source="crm")
    for number in range({"moved away": 1, "two moved away": 2}.get(who, 0)):
        publish(
            files(folder / str(number), branches[1], f"Gone{number}"), actor=actor_for(importer, on=TODAY), source="crm"
        )
        Placement.objects.unscoped("a test").filter(person__given_name=f"Gone{number}").update(unit=south)
        Inquiry.objects.unscoped("a test").filter(name=f"Gone{number}").update(unit=south)
        Unit.objects.filter(name=f"Local Gone{number}").update(parent=south)


@pytest.mark.parametrize("who", WORLDS)
def test_what_is_sent_again_is_there_already_whoever_else_has_its_ids(who, importer, branches, south, tmp_path):
    take(who, importer, branches, south, tmp_path / "before")
    held = Person.objects.unscoped("a test").count()
    ours = files(tmp_path / "ours", branches[1])

    told = []
    for _ in range(3):
        actor = actor_for(importer, on=TODAY)
        shown = preview(ours, actor=actor, source="crm")
        batch = services.publish_batch(actor=actor, batch_id=shown.pk, now=NOON)
        assert batch.result["problems"] == []
        told.append(counts(batch))

    kinds = ("units", "people", "placements", "inquiries")
    assert told == [dict.fromkeys(kinds, NEW), dict.fromkeys(kinds, THERE), dict.fromkeys(kinds, THERE)]
    assert Person.objects.unscoped("a test").count() == held + 1
    assert Unit.objects.filter(name="Local Ben").count() == 1
    assert Inquiry.objects.unscoped("a test").filter(name="Ben").count() == 1


@pytest.mark.parametrize("who", WORLDS)
def test_nothing_else_tells_it_either(who, importer, branches, south, tmp_path):
    take(who, importer, branches, south, tmp_path / "before")
    actor = actor_for(importer, on=TODAY)
    batch = publish(files(tmp_path / "ours", branches[1]), actor=actor, source="crm")
    ben = Person.objects.unscoped("a test").get(given_name="Ben")

    shown = record.person_record(actor, ben.pk)
    assert shown.identifiers == [(f"crm {branches[0].pk}", "K9")]
    export_folder(actor=actor, folder=tmp_path / "out", unit_id=branches[1].pk, now=NOON)
    for kind, called in (("people", "K9"), ("inquiries", "I9")):
        with (tmp_path / "out" / f"{kind}.csv").open(encoding="utf-8") as file:
            assert [row[0] for row in csv.reader(file)][1:] == [called]

    services.undo_batch(actor=actor_for(importer, on=TODAY), batch_id=batch.pk, now=NOON)
    assert not PersonExternalId.objects.unscoped("a test").filter(person_id=ben.pk).exists()


def test_who_comes_back_is_who_they_were(importer, branches, south, tmp_path):
    take("moved away", importer, branches, south, tmp_path / "before")
    actor = actor_for(importer, on=TODAY)
    Placement.objects.unscoped("a test").update(unit=branches[1], from_on=date(2026, 1, 1))
    assert counts(preview(files(tmp_path / "ours", branches[1], "Gone0"), actor=actor, source="crm"))["people"] == THERE

import csv

import pytest

from muster.core.sheets.formulas import escape_formula
from muster.people.models import Person, Placement
from muster.people.services import own_fields
from muster.transfer import services
from muster.transfer.demo.folder import write_folder
from muster.transfer.engine.rejected import path_of
from muster.transfer.exports import export_folder
from muster.transfer.models import Batch, Change
from tests.builders import NOON, TODAY, make_inquiry, make_person, make_private, make_unit, make_user
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, preview, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_folder(folder, until=TODAY)
    return folder


def rows_of(folder):
    found = {}
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            found[path.stem] = sum(1 for _ in csv.reader(file)) - 1
    return found


def test_the_demo_folder_goes_in_and_out_unchanged(demo, tmp_path):
    first = publish(demo)
    assert counts(first) == {kind: (count, 0, 0, 0) for kind, count in rows_of(demo).items() if count}
    export_folder(actor=SYSTEM, folder=tmp_path / "one", now=NOON)
    assert files_of(tmp_path / "one") == files_of(demo)

    second = publish(demo)
    assert counts(second) == {kind: (0, 0, count, 0) for kind, count in rows_of(demo).items() if count}
    assert not Change.objects.filter(batch=second).exists()

    services.undo_batch(actor=SYSTEM, batch_id=first.pk, now=NOON)
    make_unit("Set up already", kind="organisation")
    assert counts(publish(tmp_path / "one"))["people"] == (1500, 0, 0, 0)
    export_folder(actor=SYSTEM, folder=tmp_path / "two", now=NOON)
    assert files_of(tmp_path / "two") == files_of(demo)


def test_rows_without_an_id_of_another_system_go_out_under_their_own_and_come_back(north, tmp_path):
    person = make_person("Ana Lopez", unit=north)
    make_private(person, notes="=1+1\nsecond line, “quoted”")
    export_folder(actor=SYSTEM, folder=tmp_path / "one", now=NOON)
    assert f"{person.ref},Ana,Lopez".encode() in files_of(tmp_path / "one")["people.csv"]
    assert b"\"'=1+1\nsecond line, " in files_of(tmp_path / "one")["people.csv"]
    before = dump()
    assert counts(publish(tmp_path / "one")) == {
        "units": (0, 0, 2, 0), "people": (0, 0, 1, 0), "placements": (0, 0, 1, 0)
    }  # fmt: skip
    assert dump() == before


def test_parts_of_seconds_go_out_and_come_back(north, tmp_path):
    asked = make_inquiry(received_at=NOON.replace(microsecond=120_003), unit=north, routed_by="hand", name="Ana")
    export_folder(actor=SYSTEM, folder=tmp_path / "one", now=NOON)
    assert f"{asked.ref},2026-11-01T12:00:00.120003Z".encode() in files_of(tmp_path / "one")["inquiries.csv"]
    before = dump()
    write_files(tmp_path / "one", people="person,given_name\nP1,Bo")
    assert counts(publish(tmp_path / "one"))["inquiries"] == (0, 0, 1, 0)
    assert dump()["contacts_inquiry"] == before["contacts_inquiry"]


@pytest.mark.parametrize(
    "label",
    [
        "O'Brien's question",
        'He said "yes"',
        "back\\slash",
        "100 % sure?",
        "$.x[0]",
        "skostørrelse",
        "=HYPERLINK(1)",
        # With PostgreSQL an address of somebody stood in every cell: the name was a part of the statement.
        "a'is null)::text||((select min(email)from accounts_user)||'",
    ],
)
def test_an_own_field_may_have_any_name(label, north, actor_of, tmp_path):
    dora = make_user("dora", administrator=north.parent)
    make_person("Ana Lopez", unit=north, custom={label: "an answer"})
    make_person("Bo Ek", unit=north)
    own_fields.add_field(actor=actor_of(dora), label=label, now=NOON)

    export_folder(actor=SYSTEM, folder=tmp_path / "one", now=NOON)

    with (tmp_path / "one" / "people.csv").open(newline="", encoding="utf-8") as file:
        heads, *rows = csv.reader(file)
    assert heads[-1] == escape_formula(label)
    assert [row[-1] for row in rows] == ["an answer", ""]


def test_no_heading_of_a_file_leaves_as_a_formula(tmp_path):
    sheet = tmp_path / "people.csv"
    sheet.write_text("Given Name,=1+1\nAna,1980-02-30\nBo,1990-01-01\n", encoding="utf-8")
    batch = preview(sheet, mapping={"Given Name": "given_name", "=1+1": "birth_date"})
    with path_of(batch.pk).open(newline="", encoding="utf-8") as file:
        heads, row = csv.reader(file)
    assert (heads, row[:2]) == (["Given Name", "'=1+1", "reason"], ["Ana", "1980-02-30"])
    assert row[2].startswith("'=1+1: ")


def test_undo_leaves_every_table_as_it_was(demo, tmp_path, north):
    write_files(
        tmp_path / "before",
        people="person,given_name,family_name,email,notes,shoe size\nP1,Ana,Lopez,ana@example.org,hello,39\nP2,Bo,Ek,,,",
        units="unit,name,kind,parent\nORG,Workers,organisation,\nB1,Branch,branch,ORG",
        placements="person,unit,from,to,primary\nP1,B1,2020-01-01,,yes\nP2,B1,2020-01-01,2021-01-01,no",
        standings="person,standing,from,to\nP1,member,2020-01-01,",
        goals="unit,measure,start_on,due_on,start_value,target\nB1,members,2020-01-01,2030-01-01,1,10.5",
        inquiries="inquiry,received_at,name,person\nI1,2020-01-01T10:00:00+02:00,Ana,P1",
    )
    publish(tmp_path / "before")
    before = dump()
    write_files(
        tmp_path / "after",
        people="""person,given_name,family_name,email,gender,shoe size
            P1,Anna,Lopez,,,40
            P2,Bo,Ek,bo@example.org,m,
            P3,Cy,Day,,,41""",
        units="""unit,name,kind,parent,latitude
            ORG,Workers United,organisation,,
            B1,Branch One,branch,ORG,40.7128
            B2,New,branch,ORG,""",
        placements="person,unit,from,to,primary\nP1,B1,2020-01-01,2024-01-01,no\nP1,B2,2022-01-01,,yes\nP3,B2,2022-01-01,,",
        standings="person,standing,from,to\nP1,member,2020-01-01,2023-01-01\nP3,member,2020-01-01,",
        goals="unit,measure,start_on,due_on,start_value,target\nB1,members,2020-01-01,2030-01-01,1,11",
        inquiries="inquiry,received_at,name,person\nI1,2020-01-01T08:00:00Z,Anna,P3\nI2,2021-01-01,Bo,",
    )
    batch = publish(tmp_path / "after")
    assert counts(batch) == {
        "units": (1, 2, 0, 0), "people": (1, 2, 0, 0), "standings": (1, 1, 0, 0), "placements": (2, 1, 0, 0),
        "inquiries": (1, 1, 0, 0), "goals": (0, 1, 0, 0),
    }  # fmt: skip
    assert dump() != before
    undone = services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert undone.state == Batch.State.UNDONE
    assert dump() == before
    assert not Change.objects.filter(batch=batch).exists()
    with pytest.raises(services.WrongStep):
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)


def test_undo_of_everything_leaves_an_empty_organisation(demo, organisation):
    before = dump()
    batch = publish(demo)
    assert Person.objects.unscoped("test").count() == 1500
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before


def test_what_was_worked_on_since_is_not_taken_back_unasked(organisation, tmp_path):
    write_files(
        tmp_path,
        people="person,given_name,family_name\nP1,Ana,Lopez\nP2,Bo,Ek",
        units="unit,name,kind,parent\nORG,Workers,organisation,\nB1,Branch,branch,ORG\nB2,Other,branch,ORG",
        placements="person,unit,from,to,primary\nP1,B1,2020-01-01,,yes\nP2,B2,2020-01-01,,yes",
    )
    batch = publish(tmp_path)
    ana = Person.objects.unscoped("test").get(given_name="Ana")
    Placement.objects.unscoped("test").filter(person=ana).update(to_on=TODAY)
    with pytest.raises(services.UndoBlocked, match="Ana Lopez") as blocked:
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert [(blocker.kind, blocker.name) for blocker in blocked.value.blockers] == [
        ("person", "Ana Lopez"),
        ("unit", "Branch"),
    ]
    assert Batch.objects.get(pk=batch.pk).state == Batch.State.DONE
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, keep_edited=True, now=NOON)
    assert list(Person.objects.unscoped("test").values_list("given_name", flat=True)) == ["Ana"]
    assert Placement.objects.unscoped("test").get().unit.name == "Branch"


def test_an_import_can_be_undone_for_thirty_days(organisation, tmp_path):
    from datetime import timedelta

    batch = publish(write_files(tmp_path, people="person,given_name,family_name\nP1,Ana,Lopez"))
    with pytest.raises(services.TooLate):
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON + timedelta(days=31))
    assert services.forget_old_changes(now=NOON + timedelta(days=29)) == 0
    assert services.forget_old_changes(now=NOON + timedelta(days=31)) > 0

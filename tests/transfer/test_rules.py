"""Every rule, with the row and the column it names."""

import csv
from datetime import timedelta

import pytest

from muster.people.models import Person, Placement, Standing
from muster.transfer import services
from muster.transfer.engine.rejected import path_of
from muster.units.models import Unit
from tests.builders import NOON, TODAY
from tests.transfer.helpers import SYSTEM, counts, dump, preview, problems, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

BASE = {
    "units": "unit,name,kind,parent,opened_on,closed_on\nORG,Workers,organisation,,,\nB1,One,branch,ORG,,\nB2,Two,branch,ORG,,",
    "people": "person,given_name,family_name,birth_date\nP1,Ana,Lopez,\nP2,Bo,Ek,",
    "standings": "person,standing,from,to\nP1,member,2020-01-01,2021-01-01\nP1,member,2022-01-01,",
    "placements": "person,unit,from,to,primary\nP1,B1,2020-01-01,2021-01-01,yes\nP1,B2,2021-01-01,,yes",
    "roles": "person,unit,role,from,to\nP1,B1,treasurer,2020-01-01,",
    "qualifications": "person,qualification,from,to\nP1,organiser,2020-01-01,",
    "goals": "unit,measure,start_on,due_on,start_value,target\nB1,members,2020-01-01,2021-01-01,1,2",
    "inquiries": "inquiry,received_at,name,person\nI1,2020-01-01,Ana,P1",
    "cases": "person,opened_at,stage,closed_at\nP1,2020-01-01T10:00:00Z,Inquiry,\nP1,2019-01-01,Attending,2019-02-01",
    "stages": "person,opened_at,stage,at\nP1,2019-01-01,Inquiry,2019-01-01",
    "conversations": "person,held_at,way,result,note\nP1,2020-01-01,call,reached,hello",
    "assessments": "person,scale,value,made_on\nP1,Support,3,2020-01-01",
    "applications": "person,applied_on,outcome,decided_at,dues,dues_every\nP1,2020-01-01,,,12,month",
}

TOP = "A unit without a parent is the top of the organisation, and there is one already."
HELD = "This person already has that standing on some of these days."
PRIMARY = "This person already has another primary placement on some of these days."
QUALIFIED = "This person already has that qualification on some of these days."
NOT_YET, UNKNOWN = "This day has not come yet.", "This word is not known here."
FOLLOWED_UP = "This person is followed up already: one case at a time is open."
APPLIED = "An application of this person is to be decided already: one at a time is open."
NO_AMOUNT = "This is no amount from 0 to 1,000,000."

BROKEN = [
    # (file, row added, row, column, message)
    ("units", ",Three,branch,ORG,,", 5, "unit", "This cell is empty."),
    ("units", "B3,,branch,ORG,,", 5, "name", "This cell is empty."),
    ("units", "B3,Three,cell,ORG,,", 5, "kind", "There is no such kind of unit."),
    ("units", "B3,Three,branch,NO,,", 5, "parent", "There is no such unit."),
    ("units", "B3,Three,branch,B3,,", 5, "parent", "The parents of this unit lead back to itself."),
    ("units", "ORG2,Second,organisation,,,", 5, "parent", TOP),
    ("units", "B3,Three,branch,ORG,2020-01-02,2020-01-01", 5, "closed_on", "It closes before it opens."),
    ("units", "B1,Another,branch,ORG,,", 5, "unit", "This unit already stands in row 3, and differently."),
    ("people", "P3,Cy,Day,1990-02-30", 4, "birth_date", None),
    ("people", "P1,Cy,Day,", 4, "person", "This person already stands in row 2, and differently."),
    ("people", ",,,1990-01-01", 4, "given_name", "This row says nothing of who it is."),
    ("standings", ",member,2020-01-01,", 4, "person", "This cell is empty."),
    ("standings", "NO,member,2020-01-01,", 4, "person", "There is no such person."),
    ("standings", "P2,wizard,2020-01-01,", 4, "standing", None),
    ("standings", "P2,member,,", 4, "from", "This cell is empty."),
    ("standings", "P2,member,2020-13-01,", 4, "from", None),
    ("standings", "P2,member,2020-01-01,2020-01-01", 4, "to", "It ends before it begins."),
    ("standings", "P1,member,2020-06-01,2020-07-01", 4, "from", HELD),
    ("standings", "P1,member,2022-01-01,2023-01-01", 4, "from", HELD),
    ("placements", "P2,NO,2020-01-01,,", 4, "unit", "There is no such unit."),
    ("placements", "P1,B1,2020-06-01,,no", 4, "from", "This person is already placed in that unit on some of these days."),
    ("placements", "P1,B1,2023-06-01,,yes", 4, "from", PRIMARY),
    ("placements", "P2,B1,2020-01-01,,perhaps", 4, "primary", None),
    ("roles", "P2,B1,,2020-01-01,", 3, "role", "This cell is empty."),
    ("roles", "P1,B1,treasurer,2021-01-01,", 3, "from", "This person already has that role there on some of these days."),
    ("qualifications", "P1,organiser,2021-01-01,", 3, "from", QUALIFIED),
    ("goals", "B1,happiness,2020-01-01,2021-01-01,,1", 3, "measure", "Nothing of this name is counted."),
    ("goals", "B2,members,2021-01-01,2020-01-01,,1", 3, "due_on", "It is due before it starts."),
    ("goals", "B2,members,2020-01-01,2021-01-01,,", 3, "target", "This cell is empty."),
    ("goals", "B1,members,2020-01-01,2021-01-01,1,3", 3, "unit", "This already stands in an earlier row, and differently."),
    ("inquiries", "I2,,Bo,", 3, "received_at", "This cell is empty."),
    ("inquiries", "I2,2020-01-01,Bo,NO", 3, "person", "There is no such person."),
    ("inquiries", "I1,2021-01-01,Ana,P1", 3, "inquiry", "This already stands in an earlier row, and differently."),
    ("cases", ",2020-01-01,Inquiry,", 4, "person", "This cell is empty."),
    ("cases", "NO,2020-01-01,Inquiry,", 4, "person", "There is no such person."),
    ("cases", "P2,,Inquiry,", 4, "opened_at", "This cell is empty."),
    ("cases", "P2,2020-01-01,,", 4, "stage", "This cell is empty."),
    ("cases", "P2,2020-01-01,Wizard,", 4, "stage", "There is no such stage."),
    ("cases", "P2,2026-12-01,Inquiry,", 4, "opened_at", NOT_YET),
    ("cases", "P2,2020-01-02,Inquiry,2020-01-01", 4, "closed_at", "It ends before it begins."),
    ("cases", "P2,2020-01-01,Member,", 4, "closed_at", "With this stage a case is over, and nothing says when."),
    ("cases", "P1,2021-01-01,Inquiry,", 4, "person", FOLLOWED_UP),
    ("stages", "P1,2018-01-01,Inquiry,2018-01-01", 3, "opened_at", "There is no such case."),
    ("stages", "P1,2019-01-01,Wizard,2019-01-02", 3, "stage", "There is no such stage."),
    ("stages", "P1,2019-01-01,Inquiry,", 3, "at", "This cell is empty."),
    ("conversations", "P2,2020-01-01,smoke,reached,", 3, "way", UNKNOWN),
    ("conversations", "P2,2020-01-01,call,happy,", 3, "result", UNKNOWN),
    ("conversations", "P2,2026-11-03T10:00:00Z,call,reached,", 3, "held_at", NOT_YET),
    ("conversations", f"P2,2020-01-01,call,reached,{'x' * 4001}", 3, "note", None),
    ("assessments", "P2,Wit,3,2020-01-01", 3, "scale", "There is no such scale."),
    ("assessments", "P2,Support,6,2020-01-01", 3, "value", "The scale has no such step."),
    ("assessments", "P2,Support,2.5,2020-01-01", 3, "value", "The scale has no such step."),
    ("assessments", f"P2,Support,{'9' * 39},2020-01-01", 3, "value", "The scale has no such step."),
    ("assessments", "P2,Support,3,2026-11-02", 3, "made_on", NOT_YET),
    ("applications", "P2,2020-01-01,maybe,,,", 3, "outcome", UNKNOWN),
    ("applications", "P2,2020-01-01,,2020-02-01,,", 3, "outcome", "It says when it was decided, and not how."),
    ("applications", "P2,2020-01-01,,,7.125,", 3, "dues", NO_AMOUNT),
    ("applications", f"P2,2020-01-01,,,{'9' * 39},", 3, "dues", NO_AMOUNT),
    ("applications", "P2,2020-01-01,,,-1,", 3, "dues", NO_AMOUNT),
    ("applications", "P2,2020-01-01,,,1,week", 3, "dues_every", UNKNOWN),
    ("applications", "P1,2021-01-01,,,,", 3, "person", APPLIED),
]  # fmt: skip


@pytest.mark.parametrize(("file", "added", "row", "column", "message"), BROKEN)
def test_a_broken_row_is_left_out_and_named(tmp_path, file, added, row, column, message):
    batch = publish(write_files(tmp_path, **{**BASE, file: f"{BASE[file]}\n{added}"}))
    found = problems(batch)
    assert [problem[:3] for problem in found] == [(f"{file}.csv", row, column)]
    assert message in (None, found[0][3])
    whole = {kind: text.count("\n") for kind, text in BASE.items()}
    assert counts(batch) == {kind: (count, 0, 0, int(kind == file)) for kind, count in whole.items()}
    with path_of(batch.pk).open(newline="", encoding="utf-8") as rejected:
        [line] = csv.DictReader(rejected)
    assert line["file"] == f"{file}.csv"
    assert found[0][3] in line["reason"]
    kept = [value for key, value in line.items() if value and key not in ("file", "reason")]
    assert sorted(kept) == sorted(filter(None, added.split(",")))
    # What was left out is not in the way of the rest the next time.
    assert counts(publish(tmp_path)) == {kind: (0, 0, count, int(kind == file)) for kind, count in whole.items()}


def test_what_hangs_on_a_rejected_row_is_rejected_with_it(tmp_path):
    files = {
        **BASE,
        "people": "person,given_name,birth_date\nP1,Ana,1990-02-30\nP2,Bo,",
        "units": "unit,name,kind,parent\nORG,Workers,organisation,\nB1,One,nonsense,ORG\nB2,Two,branch,B1",
    }
    files["placements"] += "\nP2,B2,2020-01-01,,"
    batch = publish(write_files(tmp_path, **files))
    assert counts(batch) == {
        "units": (1, 0, 0, 2), "people": (1, 0, 0, 1), "standings": (0, 0, 0, 2), "placements": (0, 0, 0, 3),
        "roles": (0, 0, 0, 1),
        "qualifications": (0, 0, 0, 1), "inquiries": (0, 0, 0, 1), "goals": (0, 0, 0, 1),
        "cases": (0, 0, 0, 2), "stages": (0, 0, 0, 1), "conversations": (0, 0, 0, 1), "assessments": (0, 0, 0, 1),
        "applications": (0, 0, 0, 1),
    }  # fmt: skip
    said = {(file, message) for file, _, _, message in problems(batch)}
    assert ("units.csv", "The row of its parent was rejected.") in said
    assert ("standings.csv", "The row of this person was rejected.") in said
    assert ("placements.csv", "The row of this unit was rejected.") in said
    assert ("goals.csv", "The row of this unit was rejected.") in said


def test_a_long_cycle_of_parents(tmp_path):
    units = "unit,name,kind,parent\nORG,W,organisation,\nA,A,region,C\nB,B,region,A\nC,C,region,B\nD,D,branch,C"
    batch = publish(write_files(tmp_path, people="person,given_name\nP1,Ana", units=units))
    assert [problem[:3] for problem in problems(batch)] == [("units.csv", row, "parent") for row in (3, 4, 5, 6)]
    assert list(Unit.objects.values_list("name", flat=True)) == ["W"]


def test_spells_may_make_room_for_each_other(tmp_path):
    first = {
        **BASE,
        "placements": "person,unit,from,to,primary\nP1,B1,2020-01-01,,yes",
        "standings": "person,standing,from,to\nP1,member,2020-01-01,",
    }
    publish(write_files(tmp_path / "one", **first))
    second = {
        **BASE,
        "placements": "person,unit,from,to,primary\nP1,B2,2022-01-01,,yes\nP1,B1,2020-01-01,2022-01-01,",
        "standings": "person,standing,from,to\nP1,member,2023-01-01,\nP1,member,2020-01-01,2021-01-01",
    }
    batch = publish(write_files(tmp_path / "two", **second))
    assert problems(batch) == []
    assert (
        batch.result["placements"]
        == batch.result["standings"]
        == {"created": 1, "updated": 1, "unchanged": 0, "rejected": 0}
    )


def test_a_sheet_says_member_today_and_again_tomorrow(organisation, tmp_path):
    Unit.objects.create(name="Portland Branch", kind_id=organisation.kind_id, parent=organisation)
    path = tmp_path / "members.csv"
    path.write_text(
        "Full name,E-mail,Branch,Status\nAna Lopez,ana@example.org,portland  branch,member\nBo Ek,,Salem,member\n"
    )
    batch = publish(path)
    assert counts(batch) == {"people": (2, 0, 0, 0), "standings": (2, 0, 0, 0), "placements": (1, 0, 0, 1)}
    assert problems(batch) == [("members.csv", 3, "Branch", "There is no such unit.")]
    assert "2026-11-01" in batch.result["warnings"][0]
    standing = Standing.objects.unscoped("test").get(person__given_name="Ana")
    placement = Placement.objects.unscoped("test").get()
    assert (standing.from_on, placement.from_on, placement.is_primary) == (TODAY, TODAY, True)
    again = publish(path, now=NOON + timedelta(days=1))
    assert again.result["standings"]["unchanged"] == 2 - again.result["people"]["created"]
    assert again.result["placements"]["unchanged"] == 1


def test_own_fields_are_kept_and_asked_for_once(organisation, tmp_path):
    write_files(tmp_path, people="person,given_name,Shoe size\nP1,Ana,39")
    batch = services.start_batch(actor=SYSTEM, path=tmp_path, name="x", now=NOON)
    batch = services.read_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert batch.state == "MAPPING"
    assert [c["field"] for c in batch.mapping["columns"]] == ["person", "given_name", "custom"]
    publish(tmp_path)
    assert Person.objects.unscoped("test").get().custom == {"shoe-size": "39"}
    again = publish(tmp_path, mapping={"Shoe size": "ignore"})
    assert counts(again) == {"people": (0, 0, 1, 0)}
    with pytest.raises(services.WrongStep, match="no column called"):
        preview(tmp_path, mapping={"Hat size": "custom"})


@pytest.mark.parametrize("text", ["", "person,given_name\n", "\x00\x01\x02" * 50, "<html><body>no table</body></html>"])
def test_what_is_no_table_changes_nothing_and_says_why(organisation, tmp_path, text):
    path = tmp_path / "people.csv"
    path.write_text(text)
    before = dump()
    with pytest.raises(services.NothingRead, match=r"people\.csv"):
        preview(path)
    assert dump() == before

"""What is of a unit and a day: kinds of earlier days, meetings and goals go in with the rights of the screen, and out again."""

from datetime import date

import pytest

from muster.access.models import Role
from muster.contacts.models import UnitMeeting
from muster.planning.models import Goal
from muster.reports import balance_sheet
from muster.transfer import services
from muster.transfer.exports import export_folder
from muster.units.models import FormerKind, Unit
from muster.units.services.growing import PromotionCannotBeUndone
from muster.workflows.growing import undo_promotion
from tests.builders import NOON, make_former_kind, make_meeting, make_person, make_unit, make_user
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, preview, problems, publish, write_files
from tests.transfer.work import counted

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
FOLDER = {
    "units": "unit,name,kind,parent\nR1,West,region,\nB1,West 1,branch,R1",
    "people": "person,given_name,family_name\nP1,Ana,Lopez",
    "standings": "person,standing,from,to\nP1,member,2020-01-01,",
    "placements": "person,unit,from,to,primary\nP1,B1,2020-01-01,,yes",
    "unit_kinds": "unit,until,kind\nB1,2024-05-01,group\nB1,2021-01-01,committee",
    "meetings": "unit,held_on,people\nB1,2024-04-01,9\nB1,2024-04-15,11",
    "goals": "unit,measure,start_on,due_on,start_value,target\nB1,members,2024-01-01,2027-01-01,,9",
}


def test_a_past_day_is_the_same_where_it_was_brought_in(organisation, tmp_path):
    batch = publish(write_files(tmp_path / "in", **FOLDER))

    assert problems(batch) == []
    assert {kind: counts(batch)[kind] for kind in ("unit_kinds", "meetings", "goals")} == {
        "unit_kinds": (2, 0, 0, 0), "meetings": (2, 0, 0, 0), "goals": (1, 0, 0, 0),
    }  # fmt: skip
    branch = Unit.objects.get(name="West 1")
    seen = []
    for day in (date(2020, 6, 1), date(2024, 4, 30), date(2024, 5, 1)):
        units = balance_sheet.build(SYSTEM, organisation.pk, day).sheet.units
        seen.append((units.branches_open, units.groups_open, units.members_in_branches, units.members_in_groups))
    assert seen == [(0, 0, 0, 0), (0, 1, 0, 1), (1, 0, 1, 0)]
    rows = UnitMeeting.objects.unscoped("test").order_by("held_on")
    assert list(rows.values_list("unit", "people_count", "noted_at")) == [(branch.pk, 9, NOON), (branch.pk, 11, NOON)]
    export_folder(actor=SYSTEM, folder=tmp_path / "out", now=NOON)
    out = files_of(tmp_path / "out")
    assert out["unit_kinds.csv"] == b"unit,until,kind\nB1,2024-05-01,group\nB1,2021-01-01,committee\n"
    assert out["meetings.csv"] == b"unit,held_on,people\nB1,2024-04-01,9\nB1,2024-04-15,11\n"


def test_a_second_time_changes_only_what_differs_and_an_undo_takes_all_out(organisation, tmp_path):
    before = dump()
    first = publish(write_files(tmp_path / "1", **FOLDER))
    after = dump()
    assert counts(preview(write_files(tmp_path / "2", **FOLDER)))["unit_kinds"] == (0, 0, 2, 0)
    changed = FOLDER | {
        "unit_kinds": "unit,until,kind\nB1,2024-05-01,committee\nB1,2019-05-01,group",
        "meetings": "unit,held_on,people\nB1,2024-04-01,9\nB1,2024-04-15,12",
    }
    second = publish(write_files(tmp_path / "3", **changed))
    assert (counts(second)["unit_kinds"], counts(second)["meetings"]) == ((1, 1, 0, 0), (0, 1, 1, 0))
    former = FormerKind.objects.order_by("until_on").values_list("until_on", "kind__code")
    assert [(day.year, code) for day, code in former] == [(2019, "group"), (2021, "committee"), (2024, "committee")]
    # Nobody here made it what it is, so that there is nothing to take back but the import.
    with pytest.raises(PromotionCannotBeUndone):
        undo_promotion(actor=SYSTEM, unit_id=Unit.objects.get(name="West 1").pk, now=NOON)
    services.undo_batch(actor=SYSTEM, batch_id=second.pk, now=NOON)
    assert dump() == after
    services.undo_batch(actor=SYSTEM, batch_id=first.pk, now=NOON)
    assert dump() == before


@pytest.mark.parametrize(
    ("kind", "line", "column", "message"),
    [
        ("unit_kinds", "B1,2024-05-01,club", "kind", "There is no such kind of unit."),
        ("unit_kinds", "B1,,group", "until", "This cell is empty."),
        ("unit_kinds", "B1,2026-11-02,group", "until", "This day is still to come."),
        ("unit_kinds", "B9,2024-05-01,group", "unit", "There is no such unit."),
        ("unit_kinds", "B1,2021-01-01,group", "unit", "This already stands in an earlier row, and differently."),
        ("meetings", "B1,2024-05-01,0", "people", "This is no number from 1 to 10,000."),
        ("meetings", "B1,2024-05-01,10001", "people", "This is no number from 1 to 10,000."),
        ("meetings", "B1,2024-05-01,4.5", "people", "This is no number from 1 to 10,000."),
        ("meetings", "B1,2024-05-01,many", "people", "This is not a number."),
        ("meetings", "B1,2026-11-02,4", "held_on", "This day is still to come."),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(kind, line, column, message, organisation, tmp_path):
    files = FOLDER | {kind: f"{FOLDER[kind]}\n{line}"}
    batch = publish(write_files(tmp_path, **files))
    assert problems(batch) == [(f"{kind}.csv", 4, column, message)]
    assert counts(batch)[kind] == (2, 0, 0, 1)


@pytest.mark.parametrize(
    ("kind", "line", "other"),
    [
        ("meetings", "B1,2024-04-01,9", "B1,2024-04-01,11"),
        ("unit_kinds", "B1,2024-05-01,group", "B1,2024-05-01,committee"),
        ("goals", "B1,members,2024-01-01,2027-01-01,,9", "B1,members,2024-01-01,2027-01-01,,11"),
        ("inquiries", "I1,2024-05-01,How?", "I1,2024-05-01,Where?"),
    ],
)
def test_rows_that_repeat_each_other_are_each_looked_at_once(kind, line, other, organisation, tmp_path):
    head = "inquiry,received_at,message" if kind == "inquiries" else FOLDER[kind].splitlines()[0]
    done = []
    for size in (200, 800):
        rows = [line, other] * (size // 2)
        files = write_files(
            tmp_path / str(size), people=FOLDER["people"], units=FOLDER["units"], **{kind: "\n".join([head, *rows])}
        )
        with counted() as work:
            batch = preview(files)
        services.cancel_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        half = size // 2
        assert counts(batch)[kind] == (1, 0, half - 1, half)
        assert problems(batch)[-1] == (
            f"{kind}.csv", size + 1, "inquiry" if kind == "inquiries" else "unit",
            "This already stands in an earlier row, and differently.",
        )  # fmt: skip
        done.append(work.done)
    # Four times as many rows are four times the work; each looked at beside each other one, it would be sixteen times.
    assert done[1] < 5 * done[0]


def test_a_unit_that_is_called_by_two_ids_is_one(organisation, tmp_path):
    publish(write_files(tmp_path / "1", **FOLDER))
    ref = Unit.objects.get(name="West 1").ref
    both = f"unit,held_on,people\nB1,2026-04-01,9\n{ref},2026-04-01,9\n{ref},2026-04-01,11"
    batch = publish(write_files(tmp_path / "2", people=FOLDER["people"], meetings=both))
    assert counts(batch)["meetings"] == (1, 0, 1, 1)
    assert problems(batch) == [("meetings.csv", 4, "unit", "This already stands in an earlier row, and differently.")]


def test_who_brings_files_in_needs_the_rights_of_the_screen(north, south, tmp_path, actor_of):
    unit = make_unit("North 1", parent=north)
    files = {kind: text.replace("B1", unit.ref) for kind, text in FOLDER.items() if kind != "units"}
    rights = ("contacts.view", "contacts.work", "planning.view", "planning.edit", "units.edit")
    for code, more in (("narrow", ()), ("wide", rights)):
        permissions = ["units.view", "people.view", "transfer.import", *more]
        Role.objects.create(code=code, name=code, permissions=permissions)
    narrow, wide = (actor_of(make_user(code, **{code: north})) for code in ("narrow", "wide"))

    batch = publish(write_files(tmp_path / "1", **files), actor=narrow)
    assert {(file, message) for file, *_, message in problems(batch)} == {
        (f"{kind}.csv", "Your role does not reach this wherever you may bring files in.")
        for kind in ("meetings", "goals", "unit_kinds")
    }
    assert not UnitMeeting.objects.unscoped("test").exists()
    assert not Goal.objects.unscoped("test").exists()
    assert not FormerKind.objects.exists()
    batch = publish(write_files(tmp_path / "2", **files), actor=wide)
    assert problems(batch) == []
    batch = preview(
        write_files(tmp_path / "4", **files | {"meetings": f"unit,held_on,people\n{south.ref},2024-04-01,9"}),
        actor=wide,
    )
    assert problems(batch) == [("meetings.csv", 2, "unit", "There is no such unit.")]
    assert UnitMeeting.objects.unscoped("test").count() == 2


def test_only_what_one_sees_goes_out(north, south, tmp_path, actor_of):
    for region in (north, south):
        unit = make_unit(f"{region.name} 1", parent=region)
        make_former_kind(unit, "group", until=date(2024, 1, 1))
        make_meeting(unit, date(2024, 2, 2), people=7)
        make_person(f"Ada {region.name}", unit=unit)
    Role.objects.create(code="out", name="out", permissions=["units.view", "people.view", "people.export"])
    Role.objects.create(
        code="all", name="all", permissions=["units.view", "people.view", "people.export", "contacts.view"]
    )
    for code, meetings in (("out", 0), ("all", 1)):
        actor = actor_of(make_user(code, **{code: north}))
        done = export_folder(actor=actor, folder=tmp_path / code, unit_id=north.pk, now=NOON)
        assert (done["unit_kinds"], done["meetings"]) == (1, meetings)

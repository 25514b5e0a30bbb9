"""A file opens and changes units, and says what they were and strive for, only for whoever may do so on the pages."""

import pytest

from muster.access.actor import NotAllowed
from muster.access.models import Grant, Role
from muster.people.models import Placement
from muster.planning.models import Goal
from muster.transfer import first_look, services
from muster.units.calc import UnitDetails
from muster.units.models import FormerKind, Unit, UnitKind
from muster.workflows import units
from tests.builders import NOON, make_grant, make_unit, make_user
from tests.transfer.helpers import SYSTEM, counts, dump, preview, problems, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
REFUSED = "Your role does not let you open or change units here."
NOT_YOURS = "Your role does not reach this wherever you may bring files in."
WANTED = "the right to change units, open and close them"


@pytest.fixture
def cast(north, south, alice, bob, charlie):
    """All three may bring files in where they are; Alice may change units there besides."""
    Role.objects.create(code="bringer", name="Bringer", permissions=["transfer.import"])
    Role.objects.create(code="keeper", name="Keeper", permissions=["transfer.import", "units.edit"])
    make_grant(alice, "keeper", north)
    make_grant(bob, "bringer", north)
    make_grant(charlie, "bringer", south)
    return {"alice": alice, "bob": bob, "charlie": charlie}


def sheet(folder, *lines, **more):
    head = "unit,name,kind,parent,opened_on,closed_on"
    return write_files(folder, people="person,given_name", units="\n".join([head, *lines]), **more)


def told(batch):
    return counts(batch).get("units"), [(row, column, message) for _, row, column, message in problems(batch)]


def open_on_the_page(actor, parent):
    details = UnitDetails(name="East", kind_id=UnitKind.objects.get(code="branch").pk)
    return units.open_unit(actor=actor, parent_id=parent.pk, details=details, now=NOON)


def test_only_whoever_may_change_units_opens_them_by_a_file(cast, north, actor_of, tmp_path):
    files = sheet(tmp_path / "in", f"B1,North 1,branch,{north.ref},,", "C1,Stalls,committee,B1,,")
    before = dump()
    unknown = [(2, "parent", "There is no such unit."), (3, "parent", "The row of its parent was rejected.")]
    for name, found in (("bob", [(2, "unit", REFUSED), (3, "unit", REFUSED)]), ("charlie", unknown)):
        batch = preview(files, actor=actor_of(cast[name]))
        assert told(batch) == ((0, 0, 0, 2), found)
        services.publish_batch(actor=actor_of(cast[name]), batch_id=batch.pk, now=NOON)
        assert dump() == before
        with pytest.raises(NotAllowed):
            open_on_the_page(actor_of(cast[name]), north)
    assert {problem["expected"] for problem in preview(files, actor=actor_of(cast["bob"])).result["problems"]} == {
        WANTED
    }
    assert told(publish(files, actor=actor_of(cast["alice"]))) == ((2, 0, 0, 0), [])
    assert Unit.objects.get(name="Stalls").parent.parent == north
    open_on_the_page(actor_of(cast["alice"]), north)


@pytest.mark.parametrize(
    "line", ["{ref},North One,,{north},,", "{ref},North 1,,{north},,2026-12-01", "{ref},North 1,committee,{north},,"]
)
def test_only_whoever_may_change_units_changes_them_by_a_file(line, cast, north, actor_of, tmp_path):
    unit = make_unit("North 1", parent=north)
    files = sheet(tmp_path / "changed", line.format(ref=unit.ref, north=north.ref))
    same = sheet(tmp_path / "same", f"{unit.ref},North 1,branch,{north.ref},,", f"{north.ref},North,region,,,")
    before = dump()
    assert told(publish(files, actor=actor_of(cast["bob"]))) == ((0, 0, 0, 1), [(2, "unit", REFUSED)])
    # What stands there already takes no right, so that a folder that was taken out comes in again.
    assert told(publish(same, actor=actor_of(cast["bob"]))) == ((0, 0, 2, 0), [])
    assert dump() == before
    assert told(publish(files, actor=actor_of(cast["alice"]))) == ((0, 1, 0, 0), [])


def test_people_come_into_a_unit_that_one_may_not_change(cast, north, bob, actor_of, tmp_path):
    """A branch has got another name since its folder was written: it keeps that, and nobody is left out for it."""
    Role.objects.create(code="filler", name="Filler", permissions=["people.edit", "people.contact", "people.private"])
    make_grant(bob, "filler", north)
    unit = make_unit("North 1", parent=north)
    files = sheet(tmp_path, f"{unit.ref},North One,branch,{north.ref},,", f"B2,New,branch,{north.ref},,")
    write_files(
        tmp_path,
        people="person,given_name\nP1,Nora\nP2,Ned",
        placements=f"person,unit,from\nP1,{unit.ref},2024-01-01\nP2,B2,2024-01-01",
    )
    batch = publish(files, actor=actor_of(bob))
    assert [counts(batch)[kind] for kind in ("units", "people", "placements")] == [
        (0, 0, 0, 2),
        (1, 0, 0, 1),
        (1, 0, 0, 1),
    ]
    assert problems(batch)[:2] == [("units.csv", 2, "unit", REFUSED), ("units.csv", 3, "unit", REFUSED)]
    unit.refresh_from_db()
    assert unit.name == "North 1"
    placed = Placement.objects.unscoped("a test").values_list("unit_id", "person__given_name")
    assert list(placed) == [(unit.pk, "Nora")]


def test_a_unit_moves_only_where_one_may_change_units_on_both_sides(cast, north, bob, actor_of, tmp_path):
    here, there = (make_unit(name, kind="region", parent=north) for name in ("Hills", "Coast"))
    moving, staying = make_unit("Hills 1", parent=here), make_unit("Coast 1", parent=there)
    make_grant(bob, "keeper", here)
    lines = [
        f"{moving.ref},Hills 1,branch,{there.ref},,",
        f"{staying.ref},Coast 1,branch,{here.ref},,",
        f"{moving.ref},Hills One,branch,{here.ref},,",
    ]
    seen = [told(publish(sheet(tmp_path / str(n), line), actor=actor_of(bob))) for n, line in enumerate(lines)]
    refused = (0, 0, 0, 1), [(2, "unit", REFUSED)]
    assert seen == [refused, refused, ((0, 1, 0, 0), [])]
    for unit, parent in ((moving, there), (staying, here)):
        with pytest.raises(NotAllowed):
            units.move_unit(actor=actor_of(bob), unit_id=unit.pk, parent_id=parent.pk, now=NOON)
    assert told(publish(sheet(tmp_path / "alice", lines[0]), actor=actor_of(cast["alice"]))) == ((0, 1, 0, 0), [])
    moving.refresh_from_db()
    assert (moving.name, moving.parent) == ("Hills 1", there)


@pytest.mark.parametrize(
    ("kind", "line", "model", "wanted"),
    [
        ("unit_kinds", "unit,until,kind\n{ref},2024-05-01,group", FormerKind.objects, WANTED),
        (
            "goals",
            "unit,measure,start_on,due_on,start_value,target\n{ref},members,2024-01-01,2027-01-01,,9",
            Goal.objects.unscoped("a test"),
            "the right to set goals",
        ),
    ],
)
def test_only_whoever_may_set_it_says_what_units_were_and_strive_for(
    kind, line, model, wanted, cast, north, actor_of, tmp_path
):
    unit = make_unit("North 1", parent=north)
    files = write_files(tmp_path, people="person,given_name", **{kind: line.format(ref=unit.ref)})
    batch = publish(files, actor=actor_of(cast["bob"]))
    assert (counts(batch)[kind], problems(batch)) == ((0, 0, 0, 1), [(f"{kind}.csv", 2, "unit", NOT_YOURS)])
    assert batch.result["problems"][0]["expected"] == wanted
    # Charlie sets goals, elsewhere.
    batch = publish(files, actor=actor_of(cast["charlie"]))
    message = "There is no such unit." if kind == "goals" else NOT_YOURS
    assert (counts(batch)[kind], problems(batch)) == ((0, 0, 0, 1), [(f"{kind}.csv", 2, "unit", message)])
    assert not model.exists()
    batch = publish(files, actor=actor_of(cast["alice"]))
    assert (counts(batch)[kind], problems(batch)) == ((1, 0, 0, 0), [])


def test_a_right_that_is_lost_while_an_import_waits_is_looked_at_anew(cast, north, actor_of, tmp_path):
    files = sheet(tmp_path, f"B1,North 1,branch,{north.ref},,")
    batch = preview(files, actor=actor_of(cast["alice"]))
    assert told(batch) == ((1, 0, 0, 0), [])
    make_grant(cast["alice"], "bringer", north)
    Grant.objects.filter(user=cast["alice"], role__code="keeper").delete()
    with pytest.raises(services.PreviewChanged):
        services.publish_batch(actor=actor_of(cast["alice"]), batch_id=batch.pk, now=NOON)
    batch.refresh_from_db()
    assert told(batch) == ((0, 0, 0, 1), [(2, "unit", REFUSED)])


def test_whoever_brings_files_in_everywhere_needs_it_too_and_a_command_does_not(organisation, actor_of, tmp_path):
    Role.objects.create(code="bringer", name="Bringer", permissions=["units.view", "transfer.import"])
    rita = make_user("rita", bringer=organisation)
    files = sheet(tmp_path / "in", "O1,Workers Together,organisation,,,", "R1,West,region,O1,,")
    assert told(preview(files, actor=actor_of(rita))) == ((0, 0, 0, 2), [(2, "unit", REFUSED), (3, "unit", REFUSED)])
    assert not first_look.is_offered(actor_of(rita))
    with pytest.raises(NotAllowed):
        first_look.start_demo(actor=actor_of(rita), now=NOON)
    assert first_look.is_offered(SYSTEM)
    assert told(publish(files)) == ((1, 1, 0, 0), [])
    assert Unit.objects.get(name="West").parent == organisation

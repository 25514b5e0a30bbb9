"""Where inquiries were sent is no part of an import: it neither stands in the way of an undo nor is put back by it."""

import csv

import pytest

from muster.access.actor import actor_for
from muster.contacts.models import Claim, Inquiry
from muster.transfer import services
from muster.transfer.exports import export_folder
from muster.units.models import Unit
from tests.builders import NOON, TODAY, make_claim, make_inquiry, make_person
from tests.transfer.helpers import SYSTEM, counts, dump, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
UNITS = "unit,name,kind,parent\nB1,New,branch,{parent}"
INQUIRIES = "inquiry,received_at,name,postcode\nI1,2026-01-01,Ada,04101"


def files(folder, parent):
    return write_files(
        folder, people="person,given_name\nP1,Ada", units=UNITS.format(parent=parent.ref), inquiries=INQUIRIES
    )


def send(inquiry, unit, by):
    Inquiry.objects.unscoped("a test").filter(pk=inquiry.pk).update(
        unit=unit, routed_by=by, routed_because="because", routed_at=NOON
    )


def ada():
    return Inquiry.objects.unscoped("a test").get(name="Ada")


def undo(batch, **options):
    return services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON, **options)


def test_new_inquiries_are_sent_to_units_at_once_and_others_stay_where_they_are(north, tmp_path):
    make_claim(north, "04101")
    older = make_inquiry(name="Older", postcode="04101")
    publish(files(tmp_path, north))
    assert (ada().unit, ada().routed_by, ada().routed_because, ada().routed_at) == (
        north,
        "claim_postcode",
        "Post code 04101 belongs to North",
        NOON,
    )
    older.refresh_from_db()
    assert (older.unit, older.routed_by) == (None, "")


def test_new_inquiries_may_go_to_new_units(north, tmp_path):
    given = files(tmp_path, north)
    (tmp_path / "units.csv").write_text(f"unit,name,kind,parent,city,region\nB1,New,branch,{north.ref},Portland,ME\n")
    batch = publish(given)
    assert (ada().unit.name, ada().routed_by) == ("New", "nearest")
    undo(batch)
    assert not Inquiry.objects.unscoped("a test").exists()
    assert not Unit.objects.filter(name="New").exists()


def test_what_was_sent_by_rule_is_undone_and_what_was_sent_to_its_units_is_sent_on(organisation, north, tmp_path):
    older = make_inquiry(name="Older")
    before = dump()
    batch = publish(files(tmp_path, north))
    new = Unit.objects.get(name="New")
    send(ada(), new, "nearest")
    send(older, new, "nearest")

    undo(batch)

    older.refresh_from_db()
    assert (older.unit, older.routed_by) == (organisation, "national")
    Inquiry.objects.unscoped("a test").update(unit=None, routed_by="", routed_because="", routed_at=None)
    assert dump() == before


def test_what_was_assigned_by_hand_was_worked_on(north, tmp_path):
    batch = publish(files(tmp_path, north))
    new = Unit.objects.get(name="New")
    send(ada(), new, "hand")

    with pytest.raises(services.UndoBlocked) as blocked:
        undo(batch)
    assert str(blocked.value).startswith("Worked on since the import: New, Ada.")
    undo(batch, keep_edited=True)
    # Its unit is needed, and stays too.
    assert ada().unit == new


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_unit_stays_that_somebody_claims_for_or_assigns_to(by_hand, north, tmp_path):
    older = make_inquiry(name="Older")
    batch = publish(files(tmp_path, north))
    new = Unit.objects.get(name="New")
    if by_hand:
        send(older, new, "hand")
    else:
        Claim.objects.create(unit=new, kind="postcode", country="US", value="04101")

    with pytest.raises(services.UndoBlocked) as blocked:
        undo(batch)
    assert [blocker.name for blocker in blocked.value.blockers] == ["New"]


def test_an_import_that_changes_an_inquiry_leaves_it_where_it_is(north, tmp_path):
    publish(files(tmp_path / "first", north))
    send(ada(), north, "claim_region")
    changed = INQUIRIES.replace("04101", "04102")
    batch = publish(write_files(tmp_path / "second", people="person,given_name\nP1,Ada", inquiries=changed))

    assert counts(batch)["inquiries"] == (0, 1, 0, 0)
    assert (ada().postcode, ada().unit, ada().routed_by) == ("04102", north, "claim_region")
    undo(batch)
    assert (ada().postcode, ada().unit, ada().routed_because) == ("04101", north, "because")


def test_an_export_holds_the_inquiries_that_were_sent_here(north, south, alice, tmp_path):
    sol = make_person("Sol Sand", unit=south)
    for name, unit, person in (
        ("here", north, None),
        ("of south", north, sol),
        ("there", south, None),
        ("waits", None, None),
    ):
        make_inquiry(name=name, email=f"{name}@example.org", unit=unit, person=person)
    folder = tmp_path / "out"

    export_folder(actor=actor_for(alice, on=TODAY), folder=folder, unit_id=north.pk, now=NOON)

    with (folder / "inquiries.csv").open(newline="") as file:
        found = [(row["name"], row["email"], row["person"]) for row in csv.DictReader(file)]
    assert found == [("here", "here@example.org", ""), ("of south", "of south@example.org", "")]


def test_an_officer_of_a_part_finds_again_what_was_sent_there(north, south, erin, tmp_path):
    """It had no person yet; whatever is elsewhere is not looked at."""
    for unit, ref in ((north, "MI-1"), (south, "MI-2")):
        make_inquiry(ref=ref, name="Ada", unit=unit, routed_by="claim_region")
    given = write_files(
        tmp_path,
        people="person,given_name,family_name\nP1,Ada,Late",
        placements=f"person,unit,from,primary\nP1,{north.ref},2026-01-01,yes",
        inquiries="inquiry,received_at,name,person\nMI-1,2026-11-01T12:00:00Z,Ada,P1\nMI-2,2026-11-01T12:00:00Z,Ada,P1",
    )
    batch = publish(given, actor=actor_for(erin, on=TODAY))
    assert counts(batch)["inquiries"] == (1, 1, 0, 0)
    found = Inquiry.objects.unscoped("a test").order_by("pk").values_list("ref", "person__given_name", "unit__name")
    assert list(found)[:2] == [("MI-1", "Ada", "North"), ("MI-2", None, "South")]

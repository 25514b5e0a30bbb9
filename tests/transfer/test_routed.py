"""Where a rule sent inquiries is no part of an import: it neither stands in the way of an undo nor is put back. By hand it is."""

import csv

import pytest

from muster.access.actor import actor_for
from muster.contacts.models import Claim, Inquiry
from muster.contacts.services import routing
from muster.transfer import services
from muster.transfer.exports import export_folder
from muster.units.models import Unit
from tests.builders import NOON, TODAY, make_claim, make_inquiry, make_person
from tests.transfer.helpers import SYSTEM, counts, dump, problems, publish, write_files

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


PEOPLE = "person,given_name\nP1,Ada"


def test_an_inquiry_is_sent_on_when_an_import_says_it_came_from_elsewhere_and_back_on_undo(
    organisation, north, south, tmp_path
):
    make_claim(north, "04101")
    make_claim(south, "04102")
    publish(files(tmp_path / "first", north))
    changed = INQUIRIES.replace("04101", "04102")
    batch = publish(write_files(tmp_path / "second", people=PEOPLE, inquiries=changed))

    assert counts(batch)["inquiries"] == (0, 1, 0, 0)
    assert (ada().postcode, ada().unit, ada().routed_because) == ("04102", south, "Post code 04102 belongs to South")
    undo(batch)
    assert (ada().postcode, ada().unit, ada().routed_because) == ("04101", north, "Post code 04101 belongs to North")


def test_an_inquiry_stays_where_it_is_when_an_import_changes_something_else(north, tmp_path):
    publish(files(tmp_path / "first", north))
    send(ada(), north, "claim_region")
    changed = INQUIRIES.replace("Ada", "Ada L")
    batch = publish(write_files(tmp_path / "second", people=PEOPLE, inquiries=changed))

    assert counts(batch)["inquiries"] == (0, 1, 0, 0)
    found = Inquiry.objects.unscoped("a test").get(name="Ada L")
    assert (found.unit, found.routed_by, found.routed_because) == (north, "claim_region", "because")
    undo(batch)
    assert (ada().unit, ada().routed_because) == (north, "because")


def test_an_inquiry_assigned_by_hand_stays_there_wherever_an_import_says_it_came_from(north, south, tmp_path):
    make_claim(south, "04102")
    publish(files(tmp_path / "first", north))
    send(ada(), north, "hand")
    publish(write_files(tmp_path / "second", people=PEOPLE, inquiries=INQUIRIES.replace("04101", "04102")))
    assert (ada().postcode, ada().unit, ada().routed_by) == ("04102", north, "hand")


SENT = "inquiry,received_at,name,postcode,unit,routed_by,reason\nI1,2026-01-01,Ada,04101,{unit},{by},{reason}"


@pytest.mark.parametrize(
    ("by", "reason", "told"),
    [("hand", "Given to North by hand", "Given to North by hand"), ("", "", "Given by hand before it was brought in")],
)
def test_a_new_inquiry_that_was_given_to_a_unit_by_hand_belongs_there(by, reason, told, north, south, tmp_path):
    make_claim(south, "04101")
    before = dump()
    given = SENT.format(unit=north.ref, by=by, reason=reason)
    batch = publish(write_files(tmp_path, people=PEOPLE, inquiries=given))
    assert (ada().unit, ada().routed_by, ada().routed_because, ada().routed_at) == (north, "hand", told, NOON)
    undo(batch)
    assert dump() == before


def test_it_may_be_given_to_a_unit_that_comes_with_it(north, tmp_path):
    given = files(tmp_path, north)
    (tmp_path / "inquiries.csv").write_text(SENT.format(unit="B1", by="hand", reason="") + "\n")
    before = dump()
    batch = publish(given)
    assert (ada().unit.name, ada().routed_by) == ("New", "hand")
    undo(batch)
    assert dump() == before


def test_what_a_rule_decided_elsewhere_is_worked_out_anew(north, south, tmp_path):
    make_claim(south, "04101")
    given = SENT.format(unit=north.ref, by="nearest", reason="3 km from North")
    publish(write_files(tmp_path, people=PEOPLE, inquiries=given))
    assert (ada().unit, ada().routed_by) == (south, "claim_postcode")


def test_an_inquiry_that_is_here_already_stays_where_it_is_whatever_a_list_says(north, south, tmp_path):
    publish(files(tmp_path / "first", north))
    send(ada(), south, "hand")
    given = SENT.format(unit=north.ref, by="hand", reason="Given to North by hand")
    batch = publish(write_files(tmp_path / "second", people=PEOPLE, inquiries=given))
    assert counts(batch)["inquiries"] == (0, 0, 1, 0)
    assert (ada().unit, ada().routed_because) == (south, "because")


def test_a_row_that_was_given_to_an_unknown_unit_is_rejected(north, tmp_path):
    given = SENT.format(unit="B9", by="hand", reason="")
    batch = publish(write_files(tmp_path, people=PEOPLE, inquiries=given))
    assert counts(batch)["inquiries"] == (0, 0, 0, 1)
    assert problems(batch) == [("inquiries.csv", 2, "unit", "There is no such unit.")]


def test_an_officer_of_a_part_brings_nothing_in_that_was_given_to_another_part(north, south, erin, tmp_path):
    """A unit of another part is no other to them than one that is not there."""
    rows = (
        SENT.format(unit=south.ref, by="hand", reason="").replace("I1", "I1,P1").replace("inquiry,", "inquiry,person,")
    )
    given = write_files(
        tmp_path,
        people="person,given_name,family_name\nP1,Ada,Late",
        placements=f"person,unit,from,primary\nP1,{north.ref},2026-01-01,yes",
        inquiries=rows,
    )
    batch = publish(given, actor=actor_for(erin, on=TODAY))
    assert problems(batch) == [("inquiries.csv", 2, "unit", "There is no such unit.")]


def test_where_inquiries_were_sent_goes_out_and_comes_back(organisation, north, south, tmp_path):
    make_claim(north, "04101")
    for name, postcode in (("Ada", "04101"), ("Bo", ""), ("Cy", "04101")):
        make_inquiry(name=name, postcode=postcode)
    routing.route_inquiries(actor=SYSTEM, now=NOON)
    send(Inquiry.objects.unscoped("a test").get(name="Cy"), south, "hand")
    before = dump()

    export_folder(actor=SYSTEM, folder=tmp_path / "one", now=NOON)

    assert sent_in(tmp_path / "one") == [
        (north.ref, "claim_postcode", "Post code 04101 belongs to North"),
        (organisation.ref, "national", "It says of no place where it comes from"),
        (south.ref, "hand", "because"),
    ]
    assert counts(publish(tmp_path / "one"))["inquiries"] == (0, 0, 3, 0)
    assert dump() == before


def sent_in(folder):
    with (folder / "inquiries.csv").open(newline="") as file:
        return [(row["unit"], row["routed_by"], row["reason"]) for row in csv.DictReader(file)]


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


def test_an_export_says_nothing_of_units_it_does_not_hold(north, south, alice, tmp_path):
    ann = make_person("Ann Ames", unit=north)
    make_inquiry(name="Ann", person=ann, unit=south, routed_by="nearest", routed_because="3 km from South, the nearest")
    export_folder(actor=actor_for(alice, on=TODAY), folder=tmp_path / "out", unit_id=north.pk, now=NOON)
    assert sent_in(tmp_path / "out") == [("", "", "")]


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

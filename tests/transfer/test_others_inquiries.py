"""An import of inquiries takes nothing out of the record of somebody elsewhere, and tells its importer nothing of them."""

import pytest
from django.db import connection

from muster.access.actor import actor_for
from muster.contacts.models import Inquiry, InquiryExternalId
from muster.contacts.queries import inbox
from muster.transfer import services
from tests.builders import NOON, TODAY, make_case, make_inquiry, make_person
from tests.transfer.helpers import counts, preview, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
WORLDS = ("a stranger", "somebody elsewhere", "somebody elsewhere, taken up", "somebody at large")


def all_of(model):
    return model.objects.unscoped("a test")


def wrote(who, north, south):
    """Make an inquiry that was sent to North, and return it with whose it is."""
    person = {"a stranger": None, "somebody at large": make_person("Lea Large")}.get(who)
    if "elsewhere" in who:
        person = make_person("Sven Sand", unit=south)
    case = make_case(person) if "taken up" in who else None
    asked = make_inquiry(
        name="S", message="May I come?", person=person, unit=north, routed_by="nearest", routed_at=NOON, case=case
    )
    InquiryExternalId.objects.create(inquiry=asked, source="crm of the south", value="I7")
    return asked, person


def rows_of(person):
    """What stands in somebody's record, but for numbers and where it was sent."""
    columns = ("received_at", "name", "email", "message", "channel", "case_id", "person_id")
    rows = list(all_of(Inquiry).filter(person=person).values_list(*columns))
    names = InquiryExternalId.objects.filter(inquiry__person=person).values_list("source", "value")
    return rows, list(names)


def taking(asked, person, folder):
    """Files that say somebody else wrote it, and something else."""
    inquiries = f"inquiry,received_at,name,message,person\n{asked.ref},2026-01-01,N,Yes?,{person.ref}"
    return write_files(folder, people=f"person\n{person.ref}", inquiries=inquiries)


def shown(actor, asked):
    """What whoever imports sees of the inquiry afterwards."""
    line = inbox.line(actor, asked.pk)
    return (line.person_id, line.name, line.may_take_up) if line else None


@pytest.mark.parametrize("who", WORLDS)
def test_an_inquiry_stays_with_somebody_elsewhere_and_is_like_a_stranger_s_here(who, north, south, erin, tmp_path):
    nora = make_person("Nora Berg", unit=north)
    asked, person = wrote(who, north, south)
    before = rows_of(person) if person else None
    actor = actor_for(erin, on=TODAY)
    files = taking(asked, nora, tmp_path)

    batch = publish(files, actor=actor)

    assert (counts(batch), batch.result["problems"]) == ({"people": (0, 0, 1, 0), "inquiries": (0, 1, 0, 0)}, [])
    asked.refresh_from_db()
    assert (asked.person, asked.name, asked.message, asked.unit, asked.case) == (nora, "N", "Yes?", north, None)
    assert shown(actor, asked) == (nora.pk, "N", True)
    if person:
        assert rows_of(person) == before
        kept = all_of(Inquiry).get(person=person)
        home = south if "elsewhere" in who else north.parent
        assert (kept.unit, kept.routed_by, kept.routed_because) == (home, "hand", "Stays where they are known")
        # Counted with the other as one.
        assert (kept.part_of, asked.part_of) == (asked, None)
        assert all_of(Inquiry).filter(pk=kept.pk).exclude(ref=asked.ref).exists()
    # Sent again, it is as it was.
    assert counts(preview(files, actor=actor)) == {"people": (0, 0, 1, 0), "inquiries": (0, 0, 1, 0)}

    # The next number tells nothing either: for one row two are kept free, whatever becomes of them.
    drawn = 2 if connection.vendor == "postgresql" else 1
    assert make_inquiry().pk == asked.pk + 2 * drawn + 1


@pytest.mark.parametrize("who", WORLDS)
def test_it_is_undone_without_a_word_of_them(who, north, south, erin, tmp_path):
    nora = make_person("Nora Berg", unit=north)
    asked, person = wrote(who, north, south)
    before = rows_of(person) if person else None
    actor = actor_for(erin, on=TODAY)
    seen = shown(actor, asked)
    batch = publish(taking(asked, nora, tmp_path), actor=actor)
    if person:
        # Work elsewhere is none here.
        all_of(Inquiry).filter(person=person).update(name="Sven")
        before = ([(row[0], "Sven", *row[2:]) for row in before[0]], before[1])

    batch = services.undo_batch(actor=actor, batch_id=batch.pk, now=NOON)

    assert batch.result["kept"] == 0
    asked.refresh_from_db()
    assert (asked.name, asked.message, asked.person, asked.case) == ("S", "May I come?", None, None)
    if "taken up" not in who:
        assert shown(actor, asked) == seen
    if person:
        assert rows_of(person) == before


def test_whoever_imports_everywhere_says_whose_it_is(north, south, tmp_path):
    nora = make_person("Nora Berg", unit=north)
    asked, _ = wrote("somebody elsewhere", north, south)
    publish(taking(asked, nora, tmp_path))
    asked.refresh_from_db()
    assert (asked.person, all_of(Inquiry).count()) == (nora, 1)

"""An import has the rights of whoever asked for it when the worker does it, and says nothing of what they may not see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from muster.access.actor import actor_for
from muster.access.models import Grant, Role
from muster.contacts.models import Inquiry, InquiryExternalId
from muster.contacts.services import routing
from muster.people.models import Person, PersonExternalId
from muster.people.queries import merging as merging_queries
from muster.people.services import persons, placements
from muster.planning.models import Goal
from muster.transfer import services, tasks
from muster.units.models import Unit, UnitExternalId
from muster.workflows import merging, units
from tests.builders import (
    NOON,
    TODAY,
    make_claim,
    make_grant,
    make_inquiry,
    make_person,
    make_placement,
    make_unit,
    make_user,
)
from tests.transfer.helpers import SYSTEM, counts, preview, problems, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
WAYS = {
    "the grant": lambda user: Grant.objects.filter(user=user).update(to_on=timezone.localdate()),
    "the role": lambda user: Role.objects.filter(code="national_officer").update(permissions=["people.view"]),
    "the account": lambda user: type(user).objects.filter(pk=user.pk).update(is_active=False),
}


def sheet(folder, unit):
    people = "person,given_name,family_name,email,phone\nP1,Ada,Late,probe@example.org,+1 212 555 0142\nP2,Bo,Late,,"
    placements = f"person,unit,from,primary\nP1,{unit.ref},2026-01-01,yes\nP2,{unit.ref},2026-01-01,yes"
    return write_files(folder, people=people, placements=placements)


def late():
    return Person.objects.unscoped("a test").filter(family_name="Late")


@pytest.mark.parametrize("way", [None, *WAYS])
def test_an_import_that_waits_for_the_worker_needs_its_rights_then(way, north, tmp_path):
    user = make_user("nat", national_officer=north)
    batch = preview(sheet(tmp_path, north), actor=actor_for(user, on=timezone.localdate()))
    assert batch.state == "PREVIEW"
    if way is not None:
        WAYS[way](user)
    tasks.publish.func(batch.pk, user.pk)
    assert late().count() == (2 if way is None else 0)


def test_an_import_that_waits_is_looked_at_anew_where_its_rights_have_run_out(north, south, tmp_path):
    """On the day the right over North ends nobody does anything; files may still be brought into South."""
    user = make_user("nat", national_officer=north)
    make_grant(user, "national_officer", south)
    batch = preview(sheet(tmp_path, north), actor=actor_for(user, on=TODAY))
    Grant.objects.filter(user=user, unit=north).update(to_on=TODAY)

    with pytest.raises(services.PreviewChanged):
        services.publish_batch(actor=actor_for(user, on=TODAY), batch_id=batch.pk, now=NOON)
    batch.refresh_from_db()
    assert (batch.state, counts(batch)["people"], late().count()) == ("PREVIEW", (0, 0, 0, 2), 0)


def test_an_import_that_waits_is_looked_at_anew_where_somebody_has_left_by_then(north, tmp_path):
    ada = make_person("Ada Late", city="Salem")
    make_placement(ada, north, to_on=TODAY + timedelta(days=1), is_primary=True)
    user = make_user("nat", national_officer=north)
    files = write_files(tmp_path, people=f"person,city\n{ada.ref},Bend")
    batch = preview(files, actor=actor_for(user, on=TODAY))
    assert counts(batch) == {"people": (0, 1, 0, 0)}

    tomorrow = NOON + timedelta(days=1)
    with pytest.raises(services.PreviewChanged):
        services.publish_batch(actor=actor_for(user, on=timezone.localdate(tomorrow)), batch_id=batch.pk, now=tomorrow)
    ada.refresh_from_db()
    assert ada.city == "Salem"


def test_an_import_does_not_tell_who_is_elsewhere(north, south, tmp_path):
    actor = actor_for(make_user("nat", national_officer=north), on=timezone.localdate())

    def told():
        batch = preview(sheet(tmp_path, north), actor=actor, source="other")
        services.cancel_batch(actor=actor, batch_id=batch.pk, now=NOON)
        return batch.result | {"batch": None}

    before = told()
    there = make_unit("South 1", parent=south)
    known = make_person("Ada Late", unit=there, email="probe@example.org", email_key="probe@example.org")
    PersonExternalId.objects.create(person=known, source="other", value="P1")
    other = make_person("Bo Late", unit=there, phone="+1 212 555 0142", phone_e164="+12125550142")
    PersonExternalId.objects.create(person=other, source="other", value="P2")
    assert told() == before

    stored = list(late().order_by("pk").values())
    batch = preview(sheet(tmp_path, north), actor=actor, source="other")
    services.publish_batch(actor=actor, batch_id=batch.pk, now=NOON)
    assert list(late().filter(pk__in=[known.pk, other.pk]).order_by("pk").values()) == stored
    assert late().count() == 4


def everything(folder, unit):
    return write_files(
        folder,
        people="person,given_name,family_name\nP1,Ada,Late",
        units=f"unit,name,kind,parent\nG1,New,group,{unit.ref}",
        placements=f"person,unit,from,primary\nP1,{unit.ref},2026-01-01,yes",
        inquiries="""inquiry,received_at,name,message,person
            I1,2026-02-01T10:00:00Z,Ada,How can I help?,P1
            MI-000000000000,2026-02-02T10:00:00Z,Ada,And when?,P1
            ,2026-02-03T10:00:00Z,Ada,And where?,P1""",
    )


def test_an_import_does_not_tell_what_is_called_so_elsewhere(north, south, tmp_path):
    """What she brings in is found again by its ids, whoever else uses them, and nothing of others is taken for hers."""
    user, files = make_user("nat", national_officer=north), everything(tmp_path, north)

    def told():
        stored = publish(files, actor=actor_for(user, on=TODAY), source="other")
        actor = actor_for(user, on=TODAY)
        again = preview(files, actor=actor, source="other")
        services.cancel_batch(actor=actor, batch_id=again.pk, now=NOON)
        services.undo_batch(actor=actor, batch_id=stored.pk, now=NOON)
        return [counts(stored), counts(again), problems(again)]

    before = told()
    assert before[0] == {
        "units": (1, 0, 0, 0),
        "people": (1, 0, 0, 0),
        "placements": (1, 0, 0, 0),
        "inquiries": (3, 0, 0, 0),
    }
    assert {found[:2] for found in before[1].values()} == {(0, 0)}, before[1]
    there = make_person("Bo Late", unit=south)
    PersonExternalId.objects.create(person=there, source="other", value="P1")
    UnitExternalId.objects.create(unit=south, source="other", value="G1")
    said = {"received_at": datetime(2026, 2, 3, 10, tzinfo=UTC), "name": "Ada", "message": "And where?"}
    known = [make_inquiry(person=there, ref=ref, **said) for ref in ("MI-1", "MI-000000000000")]
    InquiryExternalId.objects.create(inquiry=known[0], source="other", value="I1")
    rows = Inquiry.objects.unscoped("a test").filter(person=there).order_by("pk")
    stored = list(rows.values())

    assert told() == before
    publish(files, actor=actor_for(user, on=TODAY), source="other")
    assert list(rows.values()) == stored
    assert Inquiry.objects.unscoped("a test").count() == 5


def untouched(ada, south):
    return ada.pk


def renamed(ada, south):
    wanted, seen = {"given_name": "Secret"}, {"given_name": "Ada"}
    persons.edit_person(actor=SYSTEM, person_id=ada.pk, wanted=wanted, seen=seen, now=NOON)
    return ada.pk


def merged(ada, south, *, away=False):
    kept, dropped = ada, make_person("Secret Late", unit=south)
    if away:
        kept, dropped = dropped, kept
    seen = merging_queries.comparison(SYSTEM, kept.pk, dropped.pk).seen
    pair = {"kept_id": kept.pk, "dropped_id": dropped.pk}
    merging.merge_people(actor=SYSTEM, **pair, chosen={"given_name": int(not away)}, seen=seen, now=NOON)
    return kept.pk


def merged_away(ada, south):
    return merged(ada, south, away=True)


@pytest.mark.parametrize("what", [untouched, renamed, merged, merged_away])
def test_the_undo_of_an_import_leaves_alone_who_moved_away_and_says_nothing_of_them(what, north, south, erin, tmp_path):
    """Erin imported Ada and Bo. Ada is in South now, and whatever became of her there Erin is told the same."""
    actor = actor_for(erin, on=TODAY)
    batch = publish(sheet(tmp_path, north), actor=actor)
    ada = late().get(given_name="Ada")
    placements.move_person(actor=SYSTEM, person_id=ada.pk, unit_id=south.pk, on=TODAY, now=NOON)
    kept = late().filter(pk=what(ada, south))
    stands = kept.values().get()

    with pytest.raises(services.UndoBlocked) as blocked:
        services.undo_batch(actor=actor, batch_id=batch.pk, now=NOON)
    assert str(blocked.value) == "Some of it is in another part of the organisation now; it can only be left out."
    services.undo_batch(actor=actor, batch_id=batch.pk, keep_edited=True, now=NOON)
    assert not late().filter(given_name="Bo").exists()
    assert kept.values().get() == stands


def asks(folder, person):
    return write_files(
        folder,
        people=f"person\n{person.ref}",
        inquiries=f"inquiry,received_at,name,postcode,person\nI1,2026-02-01T10:00:00Z,How?,04101,{person.ref}",
    )


@pytest.mark.parametrize("what", [untouched, renamed, merged_away])
def test_the_undo_of_an_import_says_nothing_of_who_asked_and_moved_away(what, north, south, erin, tmp_path):
    """Erin imported what Ada asked, and it was sent to South. Later Ada went there: it is nothing to Erin any more."""
    actor = actor_for(erin, on=TODAY)
    make_claim(south, "04101")
    ada = make_person("Ada Late", unit=north)
    batch = publish(asks(tmp_path, ada), actor=actor)
    placements.move_person(actor=SYSTEM, person_id=ada.pk, unit_id=south.pk, on=TODAY, now=NOON)
    what(ada, south)

    with pytest.raises(services.UndoBlocked) as blocked:
        services.undo_batch(actor=actor, batch_id=batch.pk, now=NOON)
    assert str(blocked.value) == "Some of it is in another part of the organisation now; it can only be left out."
    services.undo_batch(actor=actor, batch_id=batch.pk, keep_edited=True, now=NOON)
    assert Inquiry.objects.unscoped("a test").filter(name="How?").exists()


@pytest.mark.parametrize(("inside", "told"), [(False, ""), (True, " (dora, Sun 1 Nov 2026, 12:00)")])
def test_the_undo_of_an_import_tells_who_sent_an_inquiry_on_only_of_ones_own_part(
    inside, told, north, south, erin, dora, actor_of, tmp_path
):
    """What Ada asked was sent to South, where Dora gave it to a group; that Ada is in North tells Erin nothing of Dora."""
    make_claim(south, "04101")
    ada = make_person("Ada Late", unit=north)
    batch = publish(asks(tmp_path, ada), actor=actor_for(erin, on=TODAY))
    group = make_unit("Group", parent=north if inside else south)
    asked = Inquiry.objects.unscoped("a test").get(name="How?")
    routing.assign_inquiry(actor=actor_of(dora), inquiry_id=asked.pk, unit_id=group.pk, now=NOON)

    with pytest.raises(services.UndoBlocked) as blocked:
        services.undo_batch(actor=actor_for(erin, on=TODAY), batch_id=batch.pk, now=NOON)
    assert str(blocked.value) == (
        f"Worked on since the import: Ada Late, How?{told}. Leave that out to undo all the rest."
    )


def test_the_undo_of_an_import_leaves_alone_what_stands_in_a_unit_that_moved_away(north, south, erin, tmp_path):
    """Nobody touched Ada. The group she is in belongs to South now, and Erin has no say there."""
    actor = actor_for(erin, on=TODAY)
    files = write_files(
        tmp_path,
        people="person,given_name,family_name\nP1,Ada,Late\nP2,Bo,Late",
        units=f"unit,name,kind,parent,opened_on\nG1,New,group,{north.ref},2026-01-01",
        placements=f"person,unit,from,primary\nP1,G1,2026-01-01,yes\nP2,{north.ref},2026-01-01,yes",
        goals="unit,measure,start_on,due_on,start_value,target\nG1,members,2026-01-01,2027-01-01,1,9",
    )
    batch = publish(files, actor=actor)
    group = Unit.objects.get(name="New")
    units.move_unit(actor=SYSTEM, unit_id=group.pk, parent_id=south.pk, now=NOON)

    actor = actor_for(erin, on=TODAY)
    with pytest.raises(services.UndoBlocked, match="another part"):
        services.undo_batch(actor=actor, batch_id=batch.pk, now=NOON)
    services.undo_batch(actor=actor, batch_id=batch.pk, keep_edited=True, now=NOON)
    assert [person.given_name for person in late()] == ["Ada"]
    assert Unit.objects.filter(pk=group.pk, parent=south).exists()
    assert Goal.objects.unscoped("a test").filter(unit=group).exists()

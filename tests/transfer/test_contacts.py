"""What contacts work on goes out and comes in: cases with their stages, conversations, assessments and applications."""

from datetime import date, timedelta

import pytest
from django.db import connection

from muster.access.actor import NotAllowed, actor_for
from muster.access.models import Role
from muster.contacts import sealed
from muster.contacts.calc.dues import Dues
from muster.contacts.models import Application, Case, Conversation, Inquiry, StageChange
from muster.contacts.queries import following, inbox
from muster.contacts.services.admission import apply
from muster.contacts.services.assessments import assess
from muster.contacts.services.cases import move_stage, open_case
from muster.contacts.services.conversations import note_conversation
from muster.contacts.services.deciding import turn_down
from muster.contacts.services.taking_up import take_up
from muster.core import keyfiles
from muster.people import private
from muster.people.models import Person
from muster.people.private_keys import reseal
from muster.people.queries import merging as merging_queries
from muster.people.services import placements
from muster.transfer import services
from muster.workflows import merging
from muster.workflows.demo import follow_up_some
from muster.workflows.erasure import erase_person
from tests.builders import (
    NOON,
    TODAY,
    make_assessment,
    make_case,
    make_conversation,
    make_inquiry,
    make_person,
    make_standing,
    make_user,
)
from tests.transfer.followed import EARLIER, FILES, KINDS, MODELS, all_of, of, rows, taken_out
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, preview, problems, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_what_was_decided_is_not_decided_anew_by_a_file(organisation, tmp_path):
    publish(write_files(tmp_path / "1", **FILES))
    decided = FILES["applications"] + "\n" + "P2,2025-05-03,accepted,2025-07-01,,"
    batch = publish(write_files(tmp_path / "2", **FILES | {"applications": decided, "people": FILES["people"]}))
    assert problems(batch) == []
    states = all_of(Application).order_by("pk").values_list("applied_on", "state", "decided_at__month")
    assert [row for row in states if row[0] == date(2025, 5, 3)] == [
        (date(2025, 5, 3), "rejected", 6),
        (date(2025, 5, 3), "accepted", 7),
    ]
    # What was open is decided, and an older file opens it no more.
    later = FILES["applications"].replace("P1,2026-05-03,,,7.50", "P1,2026-05-03,accepted,2026-06-01,7.50")
    for number, file in ((3, later), (4, FILES["applications"])):
        publish(write_files(tmp_path / str(number), **FILES | {"applications": file}))
        assert of(Person.objects.unscoped("test").get(given_name="Ana"), Application).get().state == "accepted"


def test_nobody_is_given_a_case_of_somebody_they_may_not_talk_to(north, south, alice, charlie, dora, tmp_path):
    nora = make_person("Nora Berg", unit=north)
    officers = {}
    for user in (alice, charlie, dora):
        officers[user.name] = make_person(f"{user.name} Ek", unit=north if user is alice else south)
        Person.objects.unscoped("test").filter(pk=officers[user.name].pk).update(user=user)
    for user in (charlie, alice, dora):
        all_of(Case).all().delete()
        line = f"{nora.ref},2026-05-01T10:00:00Z,Inquiry,{officers[user.name].ref}"
        files = {
            "people": f"person,given_name,family_name\n{nora.ref},Nora,Berg",
            "cases": f"person,opened_at,stage,owner\n{line}",
        }
        batch = publish(write_files(tmp_path / user.name, **files))
        assert problems(batch) == []
        assert all_of(Case).get().owner == (None if user is charlie else user)


@pytest.fixture
def files(organisation, tmp_path):
    return write_files(tmp_path / "in", **FILES)


@pytest.fixture
def nora(north, alice, actor_of):
    """Alice, who is in the register herself, followed Nora up, and turned her down once."""
    make_person("Alice Adler", unit=north, user=alice)
    nora = make_person("Nora Berg", unit=north)
    make_standing(nora, "contact")
    actor, who = actor_of(alice, EARLIER.date()), {"person_id": nora.pk}
    open_case(actor=actor, now=EARLIER, **who)
    note_conversation(actor=actor, kind="call", result="reached", note="=Her sister\ncomes too", now=EARLIER, **who)
    assess(actor=actor, scale_id=following.scales(actor)[0].pk, step=2, now=EARLIER, **who)
    actor, later = actor_of(alice), NOON - timedelta(hours=1)
    apply(actor=actor, applied_on=TODAY, now=later, dues=Dues(725, "quarter"), said="Let me in", **who)
    ways = {one.name: one.pk for one in following.stages(actor)}
    turn_down(actor=actor, withdrawn=False, reason="Too soon", stage_id=ways["Attending"], now=later, **who)
    return nora


def test_what_was_done_goes_out_in_the_words_of_the_screen(nora, alice, tmp_path):
    folder = taken_out(tmp_path / "out")
    her, me = nora.ref, Person.objects.unscoped("a test").get(user=alice).ref
    case = of(nora, Case).get()
    before, later = "2026-10-23T12:00:00.000007Z", "2026-11-01T11:00:00Z"
    assert {kind: rows(folder, kind) for kind in KINDS} == {
        "cases": [[her, before, "Attending", later, me, "Talk about their application", str(case.next_on), ""]],
        "stages": [
            [her, before, "Inquiry", before, me],
            [her, before, "Contacted", before, me],
            [her, before, "Applicant", later, me],
            [her, before, "Attending", later, me],
        ],
        "conversations": [[her, before, "call", "reached", me, "'=Her sister\ncomes too"]],
        "assessments": [[her, "Support", "2", "2026-10-23", me]],
        "applications": [
            [her, "2026-11-01", "rejected", later, me, "7.25", "quarter", "", "Let me in", "Too soon", later, me]
        ],
    }


def test_it_comes_back_into_an_empty_organisation_and_a_second_time_nothing_is_new(nora, tmp_path):
    one = taken_out(tmp_path / "one")
    before = dump()
    assert counts(publish(one)) == {
        "units": (0, 0, 2, 0), "people": (0, 0, 2, 0), "standings": (0, 0, 2, 0), "placements": (0, 0, 2, 0),
        "cases": (0, 0, 1, 0), "stages": (0, 0, 4, 0), "conversations": (0, 0, 1, 0), "assessments": (0, 0, 1, 0),
        "applications": (0, 0, 1, 0),
    }  # fmt: skip
    assert dump() == before

    for model in MODELS:
        all_of(model).delete()
    batch = publish(one)
    assert {kind: found for kind, found in counts(batch).items() if kind in KINDS} == {
        "cases": (1, 0, 0, 0), "stages": (4, 0, 0, 0), "conversations": (1, 0, 0, 0), "assessments": (1, 0, 0, 0),
        "applications": (1, 0, 0, 0),
    }  # fmt: skip
    assert batch.result["warnings"] == []
    assert files_of(taken_out(tmp_path / "two")) == files_of(one)
    spoken, asked = of(nora, Conversation).get(), of(nora, Application).get()
    assert (sealed.opened(spoken, "note"), "sister" in spoken.note) == ("=Her sister\ncomes too", False)
    assert (sealed.opened(asked, "said"), sealed.opened(asked, "reason")) == ("Let me in", "Too soon")


def test_the_demo_with_its_contacts_goes_in_and_out_unchanged(organisation, tmp_path):
    from muster.transfer.demo.folder import write_folder

    write_folder(tmp_path / "demo", people=150, until=TODAY)
    publish(tmp_path / "demo")
    assert follow_up_some(user=make_user("sam", administrator=organisation), now=NOON) > 10
    one = taken_out(tmp_path / "one")
    before = dump()
    found = counts(publish(one))
    assert {kind: count[2] for kind, count in found.items() if kind in KINDS} == {
        kind: len(rows(one, kind)) for kind in KINDS
    }
    assert dump() == before


def test_a_file_is_read_with_little_in_it(files):
    batch = publish(files)
    assert problems(batch) == []
    assert {kind: counts(batch)[kind] for kind in KINDS} == {
        "cases": (2, 0, 0, 0), "stages": (1, 0, 0, 0), "conversations": (1, 0, 0, 0), "assessments": (1, 0, 0, 0),
        "applications": (2, 0, 0, 0),
    }  # fmt: skip
    ana, bo = all_of(Person).order_by("pk")
    case, over = of(ana, Case).get(), of(bo, Case).get()
    assert (str(case.stage), case.stage_since, case.next_step, case.next_on, case.closed_at, case.owner) == (
        "Attending", case.opened_at, "Call her", date(2026, 12, 1), None, None,
    )  # fmt: skip
    assert (str(over.stage), over.next_on, over.closed_at.date()) == ("Do not contact", TODAY, date(2026, 6, 1))
    # That they came to the stage they are at is written down, even where no file says so.
    assert [str(one.stage) for one in of(ana, StageChange)] == ["Inquiry", "Attending"]
    assert [(str(one.stage), one.changed_at) for one in of(bo, StageChange)] == [("Do not contact", over.opened_at)]
    asked = of(ana, Application).get()
    assert (asked.state, asked.dues_cents, asked.dues_every, asked.made_at.date()) == (
        "open", 750, "month", date(2026, 5, 3),
    )  # fmt: skip
    again = publish(files)
    assert {found for kind, found in counts(again).items() if kind in KINDS} == {(0, 0, 1, 0), (0, 0, 2, 0)}
    assert again.result["problems"] == []


def test_a_later_file_adds_what_it_knows_and_reopens_nothing(files, tmp_path):
    publish(files)
    before = dump()
    later = write_files(
        tmp_path / "later",
        people="person\nP1",
        cases="""person,opened_at,stage,stage_since,closed_at
            P1,2026-09-01,Inquiry,,
            P1,2026-05-01T10:00:00Z,Member,2026-08-01,2026-08-01""",
        conversations="person,held_at,way,result,note\nP1,2026-05-02T16:00:00Z,call,reached,Wants to come again.",
        applications="person,applied_on,outcome,decided_at,reason\nP1,2026-05-03,accepted,2026-08-01,All agreed",
    )
    batch = publish(later)
    assert (counts(batch), batch.result["problems"]) == (
        {"people": (0, 0, 1, 0), "cases": (1, 1, 0, 0), "conversations": (1, 0, 0, 0), "applications": (0, 1, 0, 0)},
        [],
    )
    ana = all_of(Person).order_by("pk").first()
    assert [(str(case.stage), case.closed_at is None) for case in of(ana, Case)] == [
        ("Member", False),
        ("Inquiry", True),
    ]
    assert [str(one.stage) for one in of(ana, StageChange)] == ["Inquiry", "Attending", "Inquiry", "Member"]
    assert [sealed.opened(one, "note") for one in of(ana, Conversation)] == ["Wants to come.", "Wants to come again."]
    asked = of(ana, Application).get()
    assert [sealed.opened(asked, name) for name in ("said", "reason")] == ["I am with you.", "All agreed"]

    # The first file is out of date by now: what ended is not begun again.
    stale = publish(files)
    assert (counts(stale)["cases"], counts(stale)["applications"]) == ((0, 0, 1, 1), (0, 0, 2, 0))
    assert problems(stale) == [("cases.csv", 2, "stage", "This case is over, and over it stays. Begin a new one.")]
    assert [case.closed_at is None for case in of(ana, Case)] == [False, True]
    for number in (stale.pk, batch.pk):
        services.undo_batch(actor=SYSTEM, batch_id=number, now=NOON)
    assert dump() == before


def test_an_undo_takes_all_of_it_out_again(settings, files):
    before = dump()
    batch = publish(files)
    keyfiles.add_key(settings.HOME / "keys", private.RING)
    assert reseal() > 0
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before


@pytest.mark.parametrize("what", ["moved", "taken up"])
def test_what_was_worked_on_since_is_not_taken_back_unasked(what, files, dora, actor_of):
    batch = publish(files)
    ana, bo = all_of(Person).order_by("pk")
    dora_now = actor_of(dora)
    if what == "moved":
        stage = next(one for one in following.stages(SYSTEM) if one.name == "Meeting held")
        move_stage(actor=dora_now, person_id=ana.pk, stage_id=stage.pk, now=NOON)
    else:
        take_up(actor=dora_now, inquiry_id=make_inquiry(person=ana).pk, now=NOON)
    with pytest.raises(services.UndoBlocked, match="Ana Lopez"):
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, keep_edited=True, now=NOON)
    assert [of(ana, model).exists() for model in MODELS] == [True] * 5
    assert not all_of(Person).filter(pk=bo.pk).exists()
    assert not all_of(Case).exclude(person=ana).exists()


def test_whoever_has_an_account_is_named_and_others_are_left_out(north, alice, bob, files, tmp_path):
    ana, bo, cy = (make_person(name, unit=north) for name in ("Ada One", "Bea Two", "Cy Three"))
    for person, user in ((ana, alice), (bo, bob)):
        Person.objects.unscoped("a test").filter(pk=person.pk).update(user=user)
    moment = "2026-05-01T10:00:00Z"
    cases = [f"{who.ref},{moment},Inquiry,{owner}" for who, owner in ((ana, ana.ref), (bo, bo.ref), (cy, "NOBODY"))]
    batch = publish(
        write_files(
            tmp_path / "owners",
            people=f"person\n{ana.ref}",
            cases="\n".join(["person,opened_at,stage,owner", *cases]),
            conversations=f"person,held_at,way,result,by\n{cy.ref},{moment},call,reached,{bo.ref}\n"
            f"{cy.ref},{moment},text,reached,{cy.ref}",
        )
    )
    assert problems(batch) == [("cases.csv", 4, "owner", "There is no such person.")]
    assert (counts(batch)["cases"], counts(batch)["conversations"]) == ((3, 0, 0, 0), (2, 0, 0, 0))
    # Bob may look at contacts and not talk to them.
    assert [case.owner for case in all_of(Case).order_by("pk")] == [alice, None, None]
    assert [spoken.held_by for spoken in of(cy, Conversation)] == [bob, None]
    assert batch.result["warnings"] == [
        "Cases given to people without an account here that may talk to contacts: 2. They are nobody's.",
        "Named in conversations.csv as who did it, without an account here: 1. That is left out.",
    ]


@pytest.fixture
def lister(north):
    """May take lists of North out, and bring files in, and sees nothing of contacts."""
    Role.objects.create(
        code="lister", name="Lister", permissions=["units.view", "people.view", "people.export", "transfer.import"]
    )
    return make_user("lou", lister=north)


def test_only_whoever_sees_contacts_there_takes_it_out(
    nora, north, south, alice, bob, charlie, lister, actor_of, tmp_path
):
    sven = make_person("Sven Sand", unit=south)
    make_case(sven)
    make_conversation(sven)
    make_assessment(sven)
    found = {
        user.name: {
            kind: len(rows(taken_out(tmp_path / user.name, actor_of(user), unit_id=unit.pk), kind)) for kind in KINDS
        }
        for user, unit in ((alice, north), (charlie, south), (lister, north))
    }
    assert found == {
        "alice": {"cases": 1, "stages": 4, "conversations": 1, "assessments": 1, "applications": 1},
        "charlie": {"cases": 1, "stages": 0, "conversations": 1, "assessments": 1, "applications": 0},
        "lou": dict.fromkeys(KINDS, 0),
    }
    assert b"Her sister" not in (tmp_path / "charlie" / "conversations.csv").read_bytes()
    for user, unit in ((bob, north), (charlie, north), (alice, south)):
        with pytest.raises(NotAllowed):
            taken_out(tmp_path / "none", actor_of(user), unit_id=unit.pk)


@pytest.mark.parametrize("kind", KINDS)
def test_only_whoever_talks_to_contacts_brings_it_in_and_nobody_else_is_told_anything(
    kind, nora, lister, erin, tmp_path
):
    folder = taken_out(tmp_path / "out")
    said, held = (folder / f"{kind}.csv").read_text(), len(rows(folder, kind))

    def told(name, text, actor=lister):
        files = write_files(tmp_path / name, people=f"person\n{nora.ref}")
        (files / "cases.csv").write_text((folder / "cases.csv").read_text())
        (files / f"{kind}.csv").write_text(text)
        batch = preview(files, actor=actor_for(actor, on=TODAY))
        services.cancel_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        return counts(batch)[kind], {message for *_, message in problems(batch)}

    refused = (0, 0, 0, held), {"Your role does not reach this wherever you may bring files in."}
    assert told("right", said) == told("wrong", said.replace("2026-1", "2025-1")) == refused
    assert told("erin", said, erin) == ((0, 0, held, 0), set())


def test_an_officer_of_a_part_brings_in_only_what_is_of_their_people(nora, south, erin, tmp_path):
    sven = make_person("Sven Sand", unit=south)
    make_case(sven)
    files = write_files(
        tmp_path / "in",
        people=f"person\n{nora.ref}",
        cases=f"person,opened_at,stage\n{sven.ref},2026-11-01T12:00:00Z,Inquiry\n{sven.ref},2026-05-01,Inquiry",
        conversations=f"person,held_at,way,result,by\n{nora.ref},2026-05-01,call,reached,{sven.ref}",
    )
    batch = publish(files, actor=actor_for(erin, on=TODAY))
    nobody = "There is no such person."
    assert problems(batch) == [
        ("cases.csv", 2, "person", nobody),
        ("cases.csv", 3, "person", nobody),
        ("conversations.csv", 2, "by", nobody),
    ]
    assert (counts(batch)["cases"], counts(batch)["conversations"]) == ((0, 0, 0, 2), (1, 0, 0, 0))


def test_what_went_to_another_part_since_stays_there(north, south, erin, tmp_path):
    nora = make_person("Nora Berg", unit=north)
    files = write_files(
        tmp_path, people=f"person\n{nora.ref}", cases=f"person,opened_at,stage\n{nora.ref},2026-05-01,Inquiry"
    )
    batch = publish(files, actor=actor_for(erin, on=TODAY))
    placements.move_person(actor=SYSTEM, person_id=nora.pk, unit_id=south.pk, on=TODAY, now=NOON)
    with pytest.raises(services.UndoBlocked) as blocked:
        services.undo_batch(actor=actor_for(erin, on=TODAY), batch_id=batch.pk, now=NOON)
    assert str(blocked.value) == "Some of it is in another part of the organisation now; it can only be left out."
    services.undo_batch(actor=actor_for(erin, on=TODAY), batch_id=batch.pk, keep_edited=True, now=NOON)
    assert of(nora, Case).exists()


def test_two_records_that_became_one_are_found_by_both_numbers(files, tmp_path):
    publish(files)
    ana, bo = all_of(Person).order_by("pk")
    seen = merging_queries.comparison(SYSTEM, ana.pk, bo.pk).seen
    merging.merge_people(actor=SYSTEM, kept_id=ana.pk, dropped_id=bo.pk, chosen={}, seen=seen, now=NOON)
    again = preview(files)
    assert {found[:2] for kind, found in counts(again).items() if kind in KINDS} == {(0, 0)}
    assert again.result["problems"] == []
    services.cancel_batch(actor=SYSTEM, batch_id=again.pk, now=NOON)
    one = taken_out(tmp_path / "one")
    before = dump()
    publish(one)
    assert dump() == before


def test_whoever_is_erased_leaves_no_word(files, tmp_path):
    batch = publish(files)
    write_files(tmp_path / "more", people="person\nP1", cases="person,opened_at,stage,next_step\n"
                "P1,2026-05-01T10:00:00Z,Attending,Hobnob")  # fmt: skip
    publish(tmp_path / "more")
    ana = all_of(Person).order_by("pk").first()
    erase_person(actor=SYSTEM, person_id=ana.pk, now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM transfer_change")
        assert "Hobnob" not in str(cursor.fetchall())
        cursor.execute("SELECT before FROM transfer_change WHERE before IS NOT NULL")
        assert "Call her" not in str(cursor.fetchall())
    written = b"".join(files_of(taken_out(tmp_path / "out")).values())
    assert not any(word in written for word in (b"Wants to come", b"I am with you", b"Call her", b"Hobnob"))
    with pytest.raises(services.UndoBlocked):
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)


def test_an_inquiry_that_was_taken_up_waits_for_nobody_elsewhere(nora, north, dora, actor_of, tmp_path):
    given = {"unit": north, "routed_by": "hand", "routed_because": "Close by", "routed_at": NOON}
    make_inquiry(person=nora, case=of(nora, Case).get(), **given)
    one = taken_out(tmp_path / "one")
    before = dump()
    assert counts(publish(one))["inquiries"] == (0, 0, 1, 0)
    assert dump() == before

    for model in (Inquiry, *MODELS):
        all_of(model).delete()
    empty = dump()
    batch = publish(one)
    assert of(nora, Inquiry).get().case == of(nora, Case).get()
    assert inbox.count_all(actor_of(dora), actor_of(dora), show=inbox.WAITING) == 0
    assert files_of(taken_out(tmp_path / "two")) == files_of(one)
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == empty


def test_an_inquiry_joins_the_case_of_a_file_and_leaves_it_by_an_undo(files, tmp_path):
    said = "inquiry,received_at,person,taken_up\nI1,2026-05-01,P1"
    publish(write_files(tmp_path / "first", people=FILES["people"], inquiries=f"{said},2024-01-01"))
    asked, before = all_of(Inquiry).get(), dump()
    assert asked.case is None
    files = write_files(files, inquiries=f"{said},2026-05-01T10:00:00Z")
    batch = publish(files)
    assert (counts(batch)["inquiries"], problems(batch)) == ((0, 1, 0, 0), [])
    asked.refresh_from_db()
    assert asked.case == all_of(Case).order_by("pk").first()
    assert counts(publish(files))["inquiries"] == (0, 0, 1, 0)
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before


def test_nobody_learns_by_an_inquiry_whether_somebody_is_followed_up(nora, lister, tmp_path):
    make_inquiry(person=nora, ref="MI-000000000001", received_at=NOON)
    opened = rows(taken_out(tmp_path / "out"), "cases")[0][1]

    def told(moment):
        text = f"inquiry,received_at,person,taken_up\nMI-000000000001,2026-11-01T12:00:00Z,{nora.ref},{moment}"
        files = write_files(tmp_path / "in", people=f"person\n{nora.ref}", inquiries=text)
        batch = preview(files, actor=actor_for(lister, on=TODAY))
        services.cancel_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
        return counts(batch), problems(batch)

    assert told(opened) == told("2024-01-01") == told("")
    unknown = write_files(
        tmp_path / "more",
        people="person,given_name\nP1,Ana",
        inquiries="inquiry,received_at,person,taken_up\nI1,2026-01-01,P1,2026-01-01",
    )
    batch = publish(unknown)
    assert (counts(batch)["inquiries"], problems(batch)) == (
        (1, 0, 0, 0),
        [("inquiries.csv", 2, "taken_up", "There is no such case.")],
    )

"""Which inquiries are one message, which repeat another and which are to be looked at, goes out and comes in."""

import csv
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.access.actor import actor_for
from muster.contacts.models import Inquiry, InquiryExternalId
from muster.contacts.queries import inbox
from muster.contacts.queries.inquiries import inquiries_between
from muster.contacts.services import judging
from muster.reports import balance_sheet, way_in
from muster.transfer import services
from muster.transfer.exports import export_folder
from tests.builders import NOON, TODAY, make_inquiry, make_person, make_unit
from tests.transfer.helpers import SYSTEM, counts, dump, files_of, preview, problems, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
PEOPLE = "person,given_name\nP1,Ada"
HEAD = "inquiry,received_at,name,part_of,repeats,mark\n"
SENT = {"routed_by": "hand", "routed_because": "Close by", "routed_at": NOON}


def all_of(model):
    return model.objects.unscoped("a test")


def named(name):
    return all_of(Inquiry).get(name=name)


def taken_out(folder, actor=SYSTEM, **options):
    export_folder(actor=actor, folder=folder, now=NOON, **options)
    return folder


def told(folder):
    """Return name → what a file says of an inquiry, each other inquiry by its name."""
    with (folder / "inquiries.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["inquiry"]: row["name"] for row in rows} | {"": ""}
    return {row["name"]: (names[row["part_of"]], names[row["repeats"]], row["mark"]) for row in rows}


def figures(unit_id):
    """All that counts inquiries, or lists those that wait."""
    answers = way_in.build(SYSTEM, unit_id, TODAY - timedelta(days=90), TODAY, now=NOON).answers
    sheet = balance_sheet.build(SYSTEM, unit_id, TODAY).sheet
    listed = inquiries_between(SYSTEM, None, TODAY - timedelta(days=40), TODAY, TODAY).values_list("name", flat=True)
    waiting = {show: inbox.count_all(SYSTEM, SYSTEM, show=show) for show in (inbox.WAITING, inbox.DOUBTFUL)}
    return answers.received, sheet.inquiries, sorted(listed), waiting


def bring(folder, inquiries, **options):
    return publish(write_files(folder, people=PEOPLE, inquiries=HEAD + inquiries), **options)


@pytest.fixture
def world(north, south):
    """Copies, late answers, repeats, doubt and spam, of people of two units and of strangers."""
    sven = make_person("Sven Sand", unit=south)

    def wrote(name, days, unit=north, **fields):
        return make_inquiry(name=name, received_at=NOON - timedelta(days=days), unit=unit, **SENT, **fields)

    asked = wrote("asked", 9)
    wrote("asked again", 8, repeats=asked)
    wrote("left with Sven", 9, unit=south, person=sven, part_of=asked)
    wrote("late answer", 7, part_of=asked, message="=1+1")
    wrote("later answer", 6, part_of=asked, mark="suspected", marked_at=NOON, suspected_because="It comes from a list")
    bad = wrote("bad", 5, mark="spam", marked_at=NOON)
    wrote("bad again", 5, mark="spam", marked_at=NOON, repeats=bad)
    for number in (1, 2, 3):
        wrote(f"answer {number} to bad", 5 - number, part_of=bad)
    wrote("alone", 1, mark="suspected", marked_at=NOON, suspected_because="It came in a second")
    wrote("of Sven", 1, unit=south, person=sven)


TOLD = {
    "asked": ("", "", ""),
    "asked again": ("", "asked", ""),
    "left with Sven": ("asked", "", ""),
    "late answer": ("asked", "", ""),
    "later answer": ("asked", "", "suspected"),
    # Spam goes out nowhere: the first of the others stands for it.
    "answer 1 to bad": ("", "", ""),
    "answer 2 to bad": ("answer 1 to bad", "", ""),
    "answer 3 to bad": ("answer 1 to bad", "", ""),
    "alone": ("", "", "suspected"),
    "of Sven": ("", "", ""),
}


def test_figures_and_the_inbox_are_the_same_elsewhere(world, organisation, north, south, tmp_path):
    places = (None, organisation.pk, north.pk, south.pk)
    counted = [figures(unit_id) for unit_id in places]
    # asked, the answers to bad, and that of Sven; of South what was left there, too.
    assert (counted[0][0], counted[3][0]) == (3, 2)
    assert counted[0][3] == {inbox.WAITING: 7, inbox.DOUBTFUL: 2}
    one = taken_out(tmp_path / "one")
    assert told(one) == TOLD

    all_of(Inquiry).delete()
    empty = dump()
    batch = publish(one)
    assert (counts(batch)["inquiries"], problems(batch)) == ((10, 0, 0, 0), [])
    assert [figures(unit_id) for unit_id in places] == counted
    assert files_of(taken_out(tmp_path / "two")) == files_of(one)
    alone = named("alone")
    assert (alone.marked_at, alone.suspected_because) == (
        NOON - timedelta(days=1),
        "It was marked so before it was brought in",
    )
    assert counts(publish(one))["inquiries"] == (0, 0, 10, 0)
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == empty


def test_nobody_is_told_of_one_that_they_may_not_see(world, north, south, alice, actor_of, tmp_path):
    assert told(taken_out(tmp_path / "one", actor=actor_of(alice), unit_id=north.pk)) == {
        name: facts for name, facts in TOLD.items() if "Sven" not in name
    }
    folder = taken_out(tmp_path / "two", unit_id=south.pk)
    assert told(folder) == {"left with Sven": ("", "", ""), "of Sven": ("", "", "")}
    assert named("asked").ref.encode() not in files_of(folder)["inquiries.csv"]


MESSAGES = st.lists(
    st.tuples(st.integers(0, 60), st.booleans(), st.sampled_from(["", "", "part_of", "repeats"]), st.integers(0, 9),
              st.sampled_from(["", "", "suspected", "spam"])),
    min_size=2, max_size=12,
)  # fmt: skip


def store(messages, people):
    """Store made-up inquiries; each that is not alone names an earlier one, and as the pages have it a first one."""
    stored = []
    for days, is_known, relation, number, mark in messages:
        fields = {"mark": mark, "marked_at": NOON if mark else None}
        if relation and stored:
            other = stored[number % len(stored)]
            fields[relation] = first = getattr(other, relation) or other
            if relation == "repeats" and first.mark == "spam":
                fields |= {"mark": "spam", "marked_at": NOON}
        at = NOON - timedelta(days=days)
        person, unit = people[len(stored) % 2] if is_known else (None, people[0][1])
        stored.append(make_inquiry(name=f"M{len(stored)}", received_at=at, person=person, unit=unit, **SENT, **fields))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(messages=MESSAGES)
def test_any_messages_come_back_as_they_were(transactional_db, messages):
    root = make_unit("Root", kind="organisation")
    units = [make_unit(name, parent=root) for name in ("East", "West")]
    people = [(make_person(f"Pat {unit.name}", unit=unit), unit) for unit in units]
    try:
        store(messages, people)
        counted = [figures(unit_id)[:2] for unit_id in (None, root.pk, units[0].pk, units[1].pk)]
        with tempfile.TemporaryDirectory() as place:
            one = taken_out(Path(place, "one"))
            all_of(Inquiry).delete()
            empty = dump()
            batch = publish(one)
            assert batch.result["problems"] == []
            assert [figures(unit_id)[:2] for unit_id in (None, root.pk, units[0].pk, units[1].pk)] == counted
            assert files_of(taken_out(Path(place, "two"))) == files_of(one)
            again = preview(one)
            assert set(counts(again).get("inquiries", (0, 0))[:2]) == {0}
            services.cancel_batch(actor=SYSTEM, batch_id=again.pk, now=NOON)
            services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
            assert dump() == empty
    finally:
        all_of(Inquiry).delete()
        for person, _ in people:
            person.delete()
        for unit in (*units, root):
            unit.delete()


def test_what_people_said_since_is_not_changed_by_a_file(organisation, north, alice, actor_of, tmp_path):
    """Nor with which it is one: were it compared, a preview would tell of others."""
    lines = "I1,2026-05-01,Ada,,,\nI2,2026-05-02,Bo,I1,,suspected\nI3,2026-05-03,Cy,,I1,suspected"
    bring(tmp_path / "1", lines)
    ids = {one.name: one.pk for one in all_of(Inquiry).all()}
    all_of(Inquiry).update(unit=north, routed_by="hand")
    judging.clear_mark(actor=actor_of(alice), inquiry_id=ids["Bo"], now=NOON)
    judging.mark_spam(actor=actor_of(alice), inquiry_id=ids["Ada"], now=NOON)
    before = dump()
    assert [named(name).mark for name in ("Ada", "Bo", "Cy")] == ["spam", "", "spam"]
    others = "I1,2026-05-01,Ada,I3,I3,suspected\nI2,2026-05-02,Bo,I3,I3,suspected\nI3,2026-05-03,Cy,,,"
    for number, said in ((2, lines), (3, others)):
        batch = bring(tmp_path / str(number), said)
        assert (counts(batch)["inquiries"], problems(batch)) == ((0, 0, 3, 0), [])
    assert dump() == before


def test_a_file_without_these_columns_comes_in_as_it_did(organisation, tmp_path):
    batch = publish(write_files(tmp_path, people=PEOPLE, inquiries="inquiry,received_at,name\nI1,2026-05-01,Ada"))
    assert (counts(batch)["inquiries"], problems(batch)) == ((1, 0, 0, 0), [])
    one = named("Ada")
    assert (one.part_of, one.repeats, one.mark, one.marked_at, one.suspected_because) == (None, None, "", None, "")


def test_one_that_is_here_is_named_by_any_of_its_ids(organisation, tmp_path):
    first = make_inquiry(name="First")
    late = make_inquiry(name="Late", part_of=first)
    InquiryExternalId.objects.create(inquiry=late, source="folder", value="I0")
    before = dump()
    batch = bring(tmp_path, f"I1,2026-05-01,Ada,I0,,\nI2,2026-05-02,Bo,{first.ref},{late.ref},")
    assert problems(batch) == []
    # With the first of them, whichever it names.
    assert [(named(name).part_of, named(name).repeats) for name in ("Ada", "Bo")] == [(first, None), (first, late)]
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before


def test_what_cannot_be_told_stands_in_the_preview_and_is_left_out(organisation, tmp_path):
    batch = bring(
        tmp_path,
        """I1,2026-05-01,Ada,I9,,spam
        I2,2026-05-02,Bo,I2,I3,
        I3,2026-05-03,Cy,,I4,
        I4,2026-05-04,Di,,,
        I5,,Ed,,,
        I6,2026-05-06,Flo,I5,,suspected
        I7,2026-05-07,Gus,I8,,
        I8,2026-05-08,Hal,I7,,""",
    )
    nowhere, another = "There is no such inquiry.", "This one names another itself. Name the first."
    assert counts(batch)["inquiries"] == (7, 0, 0, 1)
    assert sorted(problems(batch), key=lambda problem: problem[1:3]) == [
        ("inquiries.csv", 2, "mark", "This word is not known here."),
        ("inquiries.csv", 2, "part_of", nowhere),
        ("inquiries.csv", 3, "part_of", another),
        ("inquiries.csv", 3, "repeats", another),
        ("inquiries.csv", 6, "received_at", "This cell is empty."),
        ("inquiries.csv", 7, "part_of", "The row of this inquiry was rejected."),
        ("inquiries.csv", 8, "part_of", another),
        ("inquiries.csv", 9, "part_of", another),
    ]
    assert [(one.name, one.mark) for one in all_of(Inquiry).exclude(mark="")] == [("Flo", "suspected")]
    assert not all_of(Inquiry).exclude(part_of=None).exists()
    assert [(one.name, one.repeats.name) for one in all_of(Inquiry).exclude(repeats=None)] == [("Cy", "Di")]


def test_one_elsewhere_is_no_other_to_an_officer_of_a_part_than_none(north, south, erin, tmp_path):
    actor, nora = actor_for(erin, on=TODAY), make_person("Nora Berg", unit=north)
    there = make_inquiry(name="There", unit=south, **SENT)
    here = make_inquiry(name="Here", unit=north, part_of=there, **SENT)

    def brought(number, ref):
        line = f"I{number},2026-05-01,Ada {number},{nora.ref},{ref}"
        files = write_files(
            tmp_path / str(number),
            people=f"person\n{nora.ref}",
            inquiries=f"inquiry,received_at,name,person,part_of\n{line}",
        )
        batch = publish(files, actor=actor)
        return counts(batch)["inquiries"], problems(batch), named(f"Ada {number}").part_of

    unknown = [("inquiries.csv", 2, "part_of", "There is no such inquiry.")]
    assert brought(1, there.ref) == brought(2, "MI-000000000000") == ((1, 0, 0, 0), unknown, None)
    assert brought(3, here.ref) == ((1, 0, 0, 0), [], there)
    # And what they take out names the one that they know.
    assert told(taken_out(tmp_path / "out", actor=actor, unit_id=north.pk))["Ada 3"] == ("Here", "", "")


def test_the_first_of_one_that_was_worked_on_is_not_taken_back(organisation, tmp_path):
    lines = (
        "I1,2026-05-01,Ada,,,\nI2,2026-05-02,Bo,I1,,\nI3,2026-05-03,Cy,,I4,\nI4,2026-05-04,Di,,,\nI5,2026-05-05,Ed,,,"
    )
    batch = bring(tmp_path, lines)
    all_of(Inquiry).filter(name__in=["Bo", "Cy"]).update(mark="spam", marked_at=NOON)
    with pytest.raises(services.UndoBlocked) as blocked:
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert [blocker.name for blocker in blocked.value.blockers] == ["Ada", "Bo", "Cy", "Di"]
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, keep_edited=True, now=NOON)
    assert (named("Bo").part_of, named("Cy").repeats) == (named("Ada"), named("Di"))
    assert all_of(Inquiry).count() == 4

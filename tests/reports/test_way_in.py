"""How contacts become members, in figures: who may see them, of whom they are, on the page and in files."""

import csv
import io
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from muster.access.actor import NotAllowed
from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.models import Conversation, InquiryLetter, Stage, StageChange
from muster.reports import balance_sheet
from muster.reports.calc.document import document
from muster.reports.figures import sections
from muster.reports.way_in import NoSuchPeriod, build
from tests.builders import NOON, TODAY, make_case, make_inquiry, make_person, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAGE = "/contacts/figures/"
SINCE = TODAY - timedelta(days=365)


def begun(unit, *stages, ago=10, source="stall", owner=None, name="Nora Berg"):
    """Somebody whose case began so many days ago, and came to each of these stages a day after the other."""
    person = make_person(name, unit=unit, source=source)
    at = NOON - timedelta(days=ago)
    case = make_case(person, stages[-1] if stages else "Inquiry", opened_at=at, stage_since=at, owner=owner)
    for after, stage in enumerate(("Inquiry", *stages)):
        StageChange.objects.create(
            person=person, case=case, stage=Stage.objects.get(name=stage), changed_at=at + timedelta(days=after)
        )
    return person


def talk(person, by, at):
    Conversation.objects.create(person=person, kind="call", result="no_answer", held_at=at, held_by=by)


def figures(actor, unit=None, since=SINCE):
    return build(actor, unit.pk if unit else None, since, TODAY, now=NOON)


@pytest.fixture
def branch(north):
    return make_unit("North 1", parent=north)


def test_the_way_of_those_whom_one_may_see(alice, north, south, branch, actor_of):
    begun(north, "Contacted", "Asked to join", "Member", source="friend", owner=alice)
    begun(branch, "Contacted", ago=40)
    begun(branch, ago=400)
    begun(south, "Contacted", "Member", source="southern")
    found = figures(actor_of(alice), north)
    assert [(step.name, step.reached) for step in found.funnel] == [
        ("Inquiry", 2),
        ("Contacted", 2),
        ("Meeting held", 1),
        ("Attending", 1),
        ("Asked to join", 1),
        ("Applicant", 1),
        ("Member", 1),
    ]
    assert [(group.name, group.began, group.joined.count) for group in found.sources] == [
        ("friend", 1, 1),
        ("stall", 1, 0),
    ]
    assert [(group.name, group.began) for group in found.units] == [("North", 1), ("North 1", 1)]
    assert [group.began for group in figures(actor_of(alice), branch).units] == [1]
    months = {cohort.month: cohort.began for cohort in found.months if cohort.began}
    assert months == {"2026-09": 1, "2026-10": 1}
    assert [(load.name, load.joined_12_months) for load in found.loads] == [("alice", 1), ("", 0)]


def test_an_answer_is_the_first_conversation_after_the_message(alice, north, south, actor_of):
    for hours, name in ((30, "Ada"), (3, "Ben"), (None, "Cleo")):
        person = make_person(f"{name} Berg", unit=north)
        at = NOON - timedelta(days=5)
        make_inquiry(person=person, unit=north, received_at=at)
        talk(person, alice, at - timedelta(days=1))
        if hours is not None:
            talk(person, alice, at + timedelta(hours=hours))
            talk(person, alice, at + timedelta(hours=hours + 1))
    make_inquiry(unit=south, received_at=NOON - timedelta(days=9))
    make_inquiry(unit=north, received_at=NOON - timedelta(days=9), mark="spam")
    found = figures(actor_of(alice), north).answers
    assert (found.received, found.median_hours, found.waiting, found.longest_days) == (3, 30.0, 1, 5)
    assert [(part.count, part.of) for part in found.within] == [(1, 3), (2, 3), (2, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_each_inquiry_counts_once_for_whomever_it_is_counted(seed, alice, charlie, dora, north, south, actor_of):
    chance, rows = Random(seed), []
    for _ in range(14):
        firsts = [row for row in rows if row["part_of"] is None]
        row = {
            "unit": chance.choice([north, south]),
            "received_at": NOON - timedelta(days=chance.choice([400, 30, 20, 10])),
            "mark": chance.choice(["", "", "", "spam"]),
            "part_of": chance.choice([None, *firsts]),
        }
        first = row["part_of"]
        rows.append(row)
        row["row"] = make_inquiry(**row | {"routed_by": "nearest", "part_of": first and first["row"]})
    for user, units in ((alice, [north]), (charlie, [south]), (dora, [north, south])):
        counted = []
        for row in sorted(rows, key=lambda row: (row is not (row["part_of"] or row), row["received_at"])):
            message = row["part_of"] or row
            if row["unit"] in units and not row["mark"] and all(message is not known for known, _ in counted):
                counted.append((message, row["received_at"]))
        since = [at for _, at in counted if at >= NOON - timedelta(days=365)]
        assert figures(actor_of(user), since=SINCE).answers.received == len(since)


def test_an_answer_by_e_mail_is_one_once_it_went_out(alice, north, actor_of):
    at = NOON - timedelta(days=5)
    # Hours until a conversation and until letters of ours, None: none, or one that has not gone out.
    for talked, mailed in ((8, [2, 9]), (4, [6]), (None, [20]), (None, [None]), (None, [])):
        person = make_person("Ada Berg", unit=north)
        inquiry = make_inquiry(person=person, unit=north, received_at=at)
        letter = {"inquiry": inquiry, "at": at + timedelta(minutes=1)}
        InquiryLetter.objects.create(**letter, is_ours=False)
        for hours in mailed:
            sent_at = None if hours is None else at + timedelta(hours=hours)
            InquiryLetter.objects.create(**letter, is_ours=True, sent_at=sent_at)
        if talked is not None:
            talk(person, alice, at + timedelta(hours=talked))
    found = figures(actor_of(alice), north).answers
    assert (found.received, found.median_hours, found.waiting) == (5, 20.0, 2)
    assert [(part.count, part.of) for part in found.within] == [(3, 5), (3, 5), (3, 3)]


def test_what_others_said_to_somebody_elsewhere_is_no_answer_here(alice, north, south, actor_of):
    """They wrote to North, are known in South alone, and South talked to them: North must not learn it."""
    person = make_person("Sam Berg", unit=south)
    make_inquiry(person=person, unit=north, received_at=NOON - timedelta(days=2))
    talk(person, make_user("sven", unit_organiser=south), NOON - timedelta(days=1))
    found = figures(actor_of(alice), north).answers
    assert (found.received, found.median_hours, found.waiting) == (1, None, 1)


def test_bob_and_charlie_see_nothing_of_north(bob, charlie, north, branch, actor_of):
    begun(north, "Contacted")
    for user in (bob, charlie):
        with pytest.raises(NotAllowed):
            figures(actor_of(user), north)
    assert figures(actor_of(charlie)).funnel[0].reached == 0


def test_how_they_came_is_told_of_those_whose_record_one_sees(north, actor_of):
    Role.objects.create(code="narrow", name="narrow", permissions=["units.view", "contacts.view"])
    begun(north, source="friend")
    found = figures(actor_of(make_user("nick", narrow=north)), north)
    assert [(group.name, group.began) for group in found.sources] == [("not known", 1)]
    assert [(group.name, group.began) for group in found.units] == [("at large", 1)]


def test_a_stage_that_is_used_no_more_counts_as_the_one_before(alice, north, actor_of):
    begun(north, "Contacted", "Meeting held")
    Stage.objects.filter(name="Meeting held").update(retired_on=TODAY)
    found = figures(actor_of(alice), north)
    assert [(step.name, step.reached) for step in found.funnel][:3] == [
        ("Inquiry", 1),
        ("Contacted", 1),
        ("Attending", 0),
    ]


def test_days_that_cannot_be(alice, north, actor_of):
    for since in (TODAY + timedelta(days=1), TODAY - timedelta(days=366 * 21)):
        with pytest.raises(NoSuchPeriod):
            figures(actor_of(alice), north, since)


@pytest.mark.parametrize("number", [1, 3])
def test_it_asks_the_same_for_any_number(number, alice, north, actor_of, django_assert_num_queries):
    for n in range(number):
        person = begun(north, "Contacted", owner=alice, name=f"N{n} Berg")
        make_inquiry(person=person, unit=north, received_at=NOON - timedelta(days=1))
        talk(person, alice, NOON)
    actor = actor_of(alice)
    with django_assert_num_queries(9):
        figures(actor, north)


def test_the_balance_sheet_says_how_contacts_become_members(alice, bob, charlie, north, south, branch, actor_of):
    begun(north, "Contacted", "Member", ago=30)
    begun(branch, ago=300)
    begun(branch, "Contacted", "Member", ago=500)
    begun(south, ago=20)
    person = begun(north, "Contacted", ago=20)
    make_inquiry(person=person, unit=north, received_at=NOON - timedelta(days=20))
    talk(person, alice, NOON - timedelta(days=19))
    report = balance_sheet.build(actor_of(alice), north.pk, TODAY, contacts=True)
    assert document(report.sheet)["contacts"] == {
        "followed_up": 4,
        "began_12_months": 3,
        "joined_of_those": 1,
        "median_hours_to_answer": 24.0,
    }
    # A year before only the one who joined since was there.
    assert document(report.before)["contacts"] == {
        "followed_up": 1,
        "began_12_months": 1,
        "joined_of_those": 1,
        "median_hours_to_answer": None,
    }
    shown = [figure.label for title, found in sections(report) if title == "Contacts" for figure in found]
    assert shown[:2] == ["Followed up", "Begun in twelve months"]
    # Bob sees the balance sheet, and no contacts.
    report = balance_sheet.build(actor_of(bob), north.pk, TODAY, contacts=True)
    assert document(report.sheet)["contacts"] == {}
    # Whoever sees the contacts of a part only is told nothing of the whole.
    both = make_user("both", unit_viewer=north, unit_organiser=branch)
    report = balance_sheet.build(actor_of(both), north.pk, TODAY, contacts=True)
    assert document(report.sheet)["contacts"] == {}


@pytest.mark.web
def test_the_page_and_the_same_as_a_file(client, alice, bob, charlie, north):
    long_ago = (timezone.localdate() - timedelta(days=700)).isoformat()
    for n in range(6):
        begun(north, *(["Contacted", "Member"] if n < 2 else []), source="=SUM(1)", owner=alice, name=f"N{n} Berg")
    client.force_login(alice)
    text = readable(client.get(PAGE, {"since": long_ago}))
    assert "Of 6 who began, 2 members" in text
    assert "33 % (10–70 %)" in text
    answer = client.get(f"{PAGE}sources.csv", {"since": long_ago})
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows == [
        ["How they came", "Begun", "Joined", "Joined: of", "Joined: low", "Joined: high"],
        ["'=SUM(1)", "6", "2", "6", "0.0968", "0.7"],
    ]
    entry = Entry.objects.get(action="reports.contacts.exported")
    assert (entry.count, entry.details["table"], entry.user_id) == (1, "sources", alice.pk)
    assert client.get(f"{PAGE}nothing.csv").status_code == 404
    text = readable(client.get(PAGE, {"since": "2999-01-01"}))
    assert "Choose a first day before the last" in text
    assert "Write the day as year-month-day" in readable(client.get(PAGE, {"since": "soon"}))
    client.force_login(bob)
    assert client.get(PAGE).status_code == 403
    client.force_login(charlie)
    text = readable(client.get(PAGE, {"since": long_ago}))
    assert "SUM" not in text and "No figures yet" in text

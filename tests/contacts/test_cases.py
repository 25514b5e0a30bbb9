"""Following somebody up: who may, what follows from each step, that it can be taken back."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from muster.access.actor import NotAllowed, system_actor
from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.calc.following import AFTER, in_words, proposed
from muster.contacts.models import Assessment, Case, Conversation, Scale, Stage, StageChange
from muster.contacts.queries import following
from muster.contacts.queries.contact import contact
from muster.contacts.queries.follow_up import SIZE, count, first_due, follow_up
from muster.contacts.services import cases
from muster.contacts.services._cases import ChangedMeanwhile, NotFollowedUp
from muster.contacts.services.assessments import NoSuchStep, assess
from muster.contacts.services.cases import (
    AlreadyOpen,
    CannotUndo,
    DayMissing,
    GoesByApplication,
    NoSuchOwner,
    NoSuchStage,
    assign_case,
    close_joined,
    move_stage,
    open_case,
    plan_next,
    undo_move,
)
from muster.contacts.services.conversations import NoteTooLong, SpokenToday, note_conversation
from muster.core.sealing import CannotOpen
from muster.people.models import Person, Standing
from tests.builders import (
    NOON,
    TODAY,
    make_case,
    make_grant,
    make_person,
    make_unit,
    make_user,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def nora(north):
    return make_person(
        "Nora Berg", unit=north, email="nora@example.org", phone="503 555 0123", phone_e164="+15035550123"
    )


def stage(name):
    return Stage.objects.get(name=name)


def case_of(person):
    return Case.objects.unscoped("a test").get(person=person)


def all_of(model):
    return model.objects.unscoped("a test")


def standings_of(person):
    rows = Standing.objects.unscoped("a test").filter(person=person, to_on=None)
    return set(rows.values_list("standing", flat=True))


def move(actor, person, name, **more):
    return move_stage(actor=actor, person_id=person.pk, stage_id=stage(name).pk, now=NOON, **more)


def note(actor, person, result="reached", **more):
    return note_conversation(
        actor=actor, person_id=person.pk, **{"kind": "call", "result": result, "now": NOON, **more}
    )


def everything(actor, person):
    """Each thing one may do with a contact, by name."""
    return {
        "open": lambda: open_case(actor=actor, person_id=person.pk, now=NOON),
        "move": lambda: move(actor, person, "Contacted"),
        "own": lambda: assign_case(actor=actor, person_id=person.pk, owner_id=None, now=NOON),
        "plan": lambda: plan_next(actor=actor, person_id=person.pk, step="Call", on=TODAY, now=NOON),
        "note": lambda: note(actor, person),
        "assess": lambda: assess(
            actor=actor, person_id=person.pk, scale_id=Scale.objects.get(name="Support").pk, step=1, now=NOON
        ),
    }


@pytest.mark.parametrize("what", ["open", "move", "own", "plan", "note", "assess"])
def test_alice_may_and_bob_and_charlie_may_not(what, alice, bob, charlie, nora, actor_of):
    if what != "open":
        make_case(nora)
    for user in (bob, charlie):
        with pytest.raises(NotAllowed):
            everything(actor_of(user), nora)[what]()
    before = Entry.objects.count()
    everything(actor_of(alice), nora)[what]()
    entry = Entry.objects.order_by("-pk").first()
    assert Entry.objects.count() == before + (0 if what == "own" else 1)
    if what != "own":
        assert entry.action.startswith("contacts.") and entry.unit_id is not None
        assert "Nora" not in str(entry.details)


def test_who_may_look_but_not_talk_sees_and_does_nothing(north, nora, actor_of):
    Role.objects.create(code="looker", name="Looker", permissions=["units.view", "people.view", "contacts.view"])
    looker = actor_of(make_user("looker", looker=north))
    make_case(nora)
    shown = contact(looker, nora.pk)
    assert (shown.case.stage.name, shown.may_work, shown.stages, shown.owners) == ("Inquiry", False, [], [])
    for act in everything(looker, nora).values():
        with pytest.raises(NotAllowed):
            act()


def test_what_is_seen_of_a_contact(alice, bob, charlie, nora, actor_of):
    make_case(nora)
    note(actor_of(alice), nora, note="Likes to sing")
    assert contact(actor_of(bob), nora.pk) is None
    assert contact(actor_of(charlie), nora.pk) is None
    assert [event.title for event in contact(actor_of(alice), nora.pk).events] == ["Call: reached", "Contacted"]


def test_a_case_begins_due_today_and_is_ones_own(alice, nora, actor_of):
    open_case(actor=actor_of(alice), person_id=nora.pk, now=NOON)
    case = case_of(nora)
    assert (case.stage.name, case.owner, case.next_step, case.next_on) == ("Inquiry", alice, "Get in touch", TODAY)
    with pytest.raises(AlreadyOpen):
        open_case(actor=actor_of(alice), person_id=nora.pk, now=NOON)
    assert all_of(Case).count() == all_of(StageChange).count() == 1


@pytest.mark.parametrize(
    ("result", "step", "on"),
    [
        ("no_answer", "Call again", date(2026, 11, 3)),
        ("left_message", "Call again", date(2026, 11, 4)),
        ("call_back", "Call back", date(2026, 11, 2)),
        ("reached", "Meet", date(2026, 11, 8)),
        ("wrong_number", "Find out how to reach them", date(2026, 11, 8)),
        ("refused", "Ask again", date(2027, 4, 30)),
    ],
)
def test_a_next_step_follows_from_what_came_of_it(result, step, on, alice, nora, actor_of):
    make_case(nora)
    note(actor_of(alice), nora, result)
    case = case_of(nora)
    assert (case.next_step, case.next_on) == (step, on)


def test_another_next_step_counts_more(alice, nora, actor_of):
    make_case(nora)
    note(actor_of(alice), nora, next_step="  Bring   the paper ", next_on=date(2026, 11, 20))
    case = case_of(nora)
    assert (case.next_step, case.next_on) == ("Bring the paper", date(2026, 11, 20))
    with pytest.raises(DayMissing):
        note(actor_of(alice), nora, next_on=TODAY - timedelta(days=1))
    assert all_of(Conversation).count() == 1


def test_whoever_is_reached_first_comes_to_the_second_stage_and_no_further(alice, nora, actor_of):
    make_case(nora)
    for result, expected in (("no_answer", "Inquiry"), ("reached", "Contacted"), ("reached", "Contacted")):
        note(actor_of(alice), nora, result)
        assert case_of(nora).stage.name == expected


def test_a_conversation_needs_no_case(alice, nora, actor_of):
    note(actor_of(alice), nora, kind="stall", result="reached")
    assert (all_of(Conversation).count(), all_of(Case).count()) == (1, 0)


def test_nobody_is_called_by_two_on_a_day_unseen(alice, north, nora, actor_of):
    """Anna had the page open while alice called: her note does not go in unseen, but it does when she sends it again."""
    anna = actor_of(make_user("anna", unit_organiser=north))
    made = note(actor_of(alice), nora, "no_answer")
    with pytest.raises(SpokenToday, match=r"^alice was quicker: call today at \d\d:\d\d, no answer\."):
        note(anna, nora, seen=0)
    assert "alice at" in contact(anna, nora.pk).spoken
    assert contact(actor_of(alice), nora.pk).spoken == ""
    note(anna, nora, seen=made.pk)
    note(actor_of(alice, on=TODAY + timedelta(days=1)), nora, seen=0, now=NOON + timedelta(days=1))
    assert all_of(Conversation).count() == 3


def test_what_was_noted_lies_sealed_and_bound_to_its_row(alice, nora, actor_of):
    made = note(actor_of(alice), nora, note="Works nights\r\nat the dock")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM contacts_conversation WHERE id = %s", [made.pk])
        (stored,) = cursor.fetchone()
    assert "dock" not in stored
    assert contact(actor_of(alice), nora.pk).events[0].text == "Works nights\nat the dock"
    other = note(actor_of(alice), nora)
    all_of(Conversation).filter(pk=other.pk).update(note=stored)
    with pytest.raises(CannotOpen):
        contact(actor_of(alice), nora.pk)
    with pytest.raises(NoteTooLong):
        note(actor_of(alice), nora, note="x" * 4_001)


def test_not_now_needs_a_day_and_comes_back_then(alice, nora, actor_of):
    make_case(nora, owner=alice)
    with pytest.raises(DayMissing):
        move(actor_of(alice), nora, "Not now")
    with pytest.raises(DayMissing):
        move(actor_of(alice), nora, "Not now", until=TODAY)
    move(actor_of(alice), nora, "Not now", until=date(2027, 1, 10))
    assert (case_of(nora).next_on, case_of(nora).next_step, case_of(nora).closed_at) == (
        date(2027, 1, 10),
        "Ask again",
        None,
    )
    mine = [
        [line.name for line in first_due(actor_of(alice, on=on), most=5)]
        for on in (date(2027, 1, 9), date(2027, 1, 10))
    ]
    assert mine == [[], ["Nora Berg"]]


def test_do_not_contact_closes_and_says_no_to_letters_and_calls(alice, nora, actor_of):
    make_case(nora)
    Person.objects.unscoped("a test").filter(pk=nora.pk).update(email_opt_in=True)
    change = move(actor_of(alice), nora, "Do not contact")
    nora.refresh_from_db()
    assert (nora.email_opt_in, nora.phone_opt_in, case_of(nora).closed_at) == (False, False, NOON)
    shown = contact(actor_of(alice), nora.pk)
    assert (shown.case, shown.closed.stage.name) == (None, "Do not contact")

    undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON)
    nora.refresh_from_db()
    assert (nora.email_opt_in, nora.phone_opt_in, case_of(nora).stage.name) == (True, None, "Inquiry")


def test_a_move_is_taken_back_with_all_that_stood_before(alice, nora, actor_of):
    make_case(nora, "Attending", next_step="Meet", next_on=date(2026, 11, 9))
    change = move(actor_of(alice), nora, "Not now", until=date(2027, 1, 5))
    assert (case_of(nora).next_step, case_of(nora).next_on) == ("Ask again", date(2027, 1, 5))
    undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON + timedelta(minutes=14))
    case = case_of(nora)
    assert (case.stage.name, case.closed_at, case.next_step, case.next_on) == (
        "Attending",
        None,
        "Meet",
        date(2026, 11, 9),
    )
    assert not all_of(StageChange).filter(pk=change.pk).exists()


@pytest.mark.parametrize("name", ["Applicant", "Member"])
def test_nobody_becomes_applicant_or_member_by_a_stage_alone(alice, nora, name, actor_of):
    make_case(nora, "Asked to join")
    with pytest.raises(GoesByApplication, match="by an application"):
        move(actor_of(alice), nora, name)
    assert (case_of(nora).stage.name, standings_of(nora)) == ("Asked to join", set())


def test_undo_is_for_ones_own_latest_change_and_not_for_ever(alice, north, nora, actor_of):
    anna = actor_of(make_user("anna", unit_organiser=north))
    make_case(nora)
    change = move(actor_of(alice), nora, "Contacted")
    with pytest.raises(NotAllowed):
        undo_move(actor=anna, change_id=change.pk, now=NOON)
    with pytest.raises(CannotUndo, match="too late"):
        undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON + timedelta(minutes=16))
    note(anna, nora)
    with pytest.raises(CannotUndo, match="worked on since"):
        undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON)
    assert case_of(nora).stage.name == "Contacted"


def test_a_change_that_was_not_seen_is_not_written_over(alice, nora, actor_of):
    case = make_case(nora)
    plan_next(actor=actor_of(alice), person_id=nora.pk, step="Call", on=TODAY, now=NOON, seen=case.version)
    with pytest.raises(ChangedMeanwhile):
        move(actor_of(alice), nora, "Contacted", seen=case.version)
    with pytest.raises(ChangedMeanwhile):
        plan_next(actor=actor_of(alice), person_id=nora.pk, step="x", on=TODAY, now=NOON, seen=case.version)
    assert case_of(nora).next_step == "Call"


def test_a_stage_is_another_one_that_is_used(alice, north, nora, actor_of):
    make_case(nora)
    Stage.objects.filter(name="Attending").update(retired_on=TODAY)
    for name in ("Inquiry", "Attending"):
        with pytest.raises(NoSuchStage):
            move(actor_of(alice), nora, name)
    with pytest.raises(NotFollowedUp):
        move(actor_of(alice), make_person("Ola Free", unit=north), "Contacted")


def test_only_whoever_may_talk_to_them_can_own_them(alice, bob, charlie, nora, actor_of):
    make_case(nora)
    for user in (bob, charlie):
        with pytest.raises(NoSuchOwner):
            assign_case(actor=actor_of(alice), person_id=nora.pk, owner_id=user.pk, now=NOON)
    assign_case(actor=actor_of(alice), person_id=nora.pk, owner_id=alice.pk, now=NOON)
    assert case_of(nora).owner == alice


def test_those_who_became_members_otherwise_are_followed_up_no_more(nora, north):
    mia = make_person("Mia Lind", unit=north, member_from=date(2026, 10, 1))
    for person in (nora, mia):
        make_case(person)
    assert close_joined(actor=system_actor("test", on=TODAY), now=NOON) == 1
    assert (case_of(mia).stage.name, case_of(mia).closed_at, case_of(nora).closed_at) == ("Member", NOON, None)
    assert close_joined(actor=system_actor("test", on=TODAY), now=NOON) == 0


def test_an_assessment_stays_beside_the_next(alice, nora, actor_of):
    support = Scale.objects.get(name="Support")
    for day, step in ((TODAY, 4), (TODAY + timedelta(days=5), 2)):
        assess(actor=actor_of(alice, on=day), person_id=nora.pk, scale_id=support.pk, step=step, now=NOON)
    (judged,) = contact(actor_of(alice), nora.pk).judged
    assert (judged.step, judged.name, judged.on) == (2, "Supports us", TODAY + timedelta(days=5))
    assert all_of(Assessment).count() == 2
    for step in (0, 6):
        with pytest.raises(NoSuchStep):
            assess(actor=actor_of(alice), person_id=nora.pk, scale_id=support.pk, step=step, now=NOON)
    Scale.objects.update(retired_on=TODAY)
    with pytest.raises(NoSuchStep):
        assess(actor=actor_of(alice), person_id=nora.pk, scale_id=support.pk, step=1, now=NOON)


def lines(actor, shown, **more):
    return [line.name for line in follow_up(actor, actor, shown, **more).lines]


def test_the_lists_hold_what_they_say(alice, bob, charlie, north, south, actor_of):
    for name, owner, days, unit in (
        ("Late", alice, -3, north),
        ("Now", alice, 0, north),
        ("Later", alice, 4, north),
        ("Free", None, 9, north),
        ("Foreign", None, -9, south),
    ):
        make_case(make_person(f"{name} P", unit=unit), owner=owner, next_on=TODAY + timedelta(days=days))
    done = make_case(make_person("Done P", unit=north), "Member", owner=alice, closed_at=NOON)
    actor = actor_of(alice)
    assert lines(actor, "mine") == ["Late P", "Now P"]
    assert lines(actor, "nobodys") == ["Free P"]
    assert lines(actor, "due") == ["Late P", "Now P"]
    assert lines(actor, "all") == ["Late P", "Now P", "Later P", "Free P"]
    assert lines(actor, "all", stage_id=done.stage_id) == []
    assert lines(actor_of(bob), "all") == []
    assert lines(actor_of(charlie), "all") == ["Foreign P"]
    assert [line.late for line in follow_up(actor, actor, "mine").lines] == [3, 0]
    assert [count(actor, actor, shown) for shown in ("mine", "nobodys", "due", "all")] == [2, 1, 2, 4]


def test_pages_of_a_long_list_hold_everyone_once(alice, north, actor_of):
    for number in range(SIZE * 2 + 3):
        make_case(make_person(f"P{number:03} X", unit=north), next_on=TODAY - timedelta(days=number % 7))
    actor, seen, after = actor_of(alice), [], None
    while True:
        page = follow_up(actor, actor, "all", after=after)
        seen += [line.name for line in page.lines]
        if page.next is None:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == SIZE * 2 + 3
    first = follow_up(actor, actor, "all")
    second = follow_up(actor, actor, "all", after=first.next)
    assert follow_up(actor, actor, "all", before=second.previous) == first


def test_owners_are_those_who_may_talk_to_them(alice, bob, charlie, dora, nora, actor_of):
    assert [name for _, name in following.owners(actor_of(alice), nora.pk)] == ["alice", "dora"]


def test_others_with_the_same_number_are_hinted_at_where_one_may_know(alice, bob, north, south, nora, actor_of):
    make_person("Per Berg", unit=north, phone_e164="+15035550123")
    make_person("Sol Berg", unit=south, phone_e164="+15035550123")
    assert [hint[1:] for hint in contact(actor_of(alice), nora.pk).hints] == [("Per Berg", "the same phone number")]
    Person.objects.unscoped("test").filter(pk=nora.pk).update(family_name="Berg", postcode="97301")
    home = {"family_name": "Berg", "postcode": "97301"}
    make_person("Eva Berg", unit=north, **home)
    make_person("Ole Berg", unit=south, **home)
    make_person("Kim Ek", unit=north, **home | {"family_name": "Ek"})
    make_person("Ulf Berg", unit=north, **home | {"postcode": ""})
    assert [hint[1:] for hint in contact(actor_of(alice), nora.pk).hints] == [
        ("Per Berg", "the same phone number"),
        ("Eva Berg", "the same family name and post code"),
    ]
    viewer = Role.objects.create(
        code="looker", name="Looker", permissions=["units.view", "people.view", "contacts.view"]
    )
    looker = make_user("looker")
    make_grant(looker, viewer.code, north)
    assert contact(actor_of(looker), nora.pk).hints == []


@given(st.sampled_from(sorted(AFTER)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_what_is_proposed_lies_ahead_and_is_said_in_words(result, today):
    proposal = proposed(result)
    assert proposal.on(today) == date.fromordinal(today.toordinal() + proposal.days) > today
    assert proposal.step and in_words(proposal.days)


def test_every_result_has_a_proposal():
    assert set(AFTER) == set(Conversation.Result.values)


def test_a_unit_made_anew_shows_who_is_placed_in_it_only(alice, north, actor_of):
    branch = make_unit("North 1", parent=north)
    make_case(make_person("Ina One", unit=branch))
    make_case(make_person("Ute Two", unit=north))
    actor = actor_of(alice)
    here = actor.standing_in(branch.pk)
    assert [line.name for line in follow_up(actor, here, "all").lines] == ["Ina One"]


def test_the_moment_of_a_change_is_kept_as_it_was(alice, nora, actor_of):
    since = NOON - timedelta(days=40)
    make_case(nora, stage_since=since)
    change = move(actor_of(alice), nora, "Contacted")
    undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON)
    assert isinstance(case_of(nora).stage_since, datetime)
    assert case_of(nora).stage_since == since
    assert cases.UNDO_MINUTES == 15

"""From asking to join to being a member: who decides, what follows in one go, that it can be taken back, that history stays."""

from datetime import date, timedelta

import pytest

from muster.access.actor import NotAllowed, system_actor
from muster.access.models import Role
from muster.audit.models import Entry
from muster.contacts.calc.dues import Dues
from muster.contacts.models import Application, Case, Stage, Welcome, WelcomeStep
from muster.contacts.queries import admission as queries
from muster.contacts.queries import welcome as welcomes
from muster.contacts.queries.contact import own_contact
from muster.contacts.services._applications import (
    AlreadyApplied,
    AlreadyMember,
    NotApplied,
    OthersChangePeople,
    WrongDay,
    WrongDues,
    new_application,
)
from muster.contacts.services._cases import ChangedMeanwhile
from muster.contacts.services._moving import DayMissing
from muster.contacts.services.admission import edit_application
from muster.contacts.services.cases import (
    CannotUndo,
    GoesByApplication,
    NoSuchOwner,
    NoSuchStage,
    move_stage,
    undo_move,
)
from muster.contacts.services.choices import StageNeeded, edit_stage
from muster.contacts.services.deciding import settle
from muster.contacts.services.leaving import let_leave
from muster.contacts.services.person_rows import erase_contact, move_back, move_contact
from muster.contacts.services.welcome import NoSuchStep, finish_step
from muster.people.models import Person
from muster.people.services.consents import say_no
from tests.builders import NOON, TODAY, make_case, make_person, make_standing, make_unit, make_user
from tests.contacts.applying import (
    BEFORE,
    all_of,
    application_of,
    asks,
    case_of,
    ends,
    home_of,
    make_role,
    standings_of,
    takes,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def branch(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def nora(north):
    return make_standing(make_person("Nora Berg", unit=north), "contact", from_on=BEFORE).person


def test_who_asks_to_join_is_an_applicant_followed_up_and_due_to_be_decided(alice, nora, actor_of):
    make_case(nora, "Asked to join", owner=alice)
    dues = Dues(1250, "month")
    asks(actor_of(alice), nora, applied_on=date(2026, 10, 30), dues=dues, said=" I read the paper.\r\nI want to help. ")
    (filed,) = queries.filed(actor_of(alice), nora.pk)
    assert (filed.state, filed.applied_on, filed.dues) == ("To be decided", date(2026, 10, 30), "12.50 USD a month")
    assert filed.said == "I read the paper.\nI want to help."
    assert standings_of(nora) == [("contact", BEFORE, TODAY), ("applicant", TODAY, None)]
    case = case_of(nora)
    assert (case.stage.name, case.next_step, case.next_on) == (
        "Applicant",
        "Decide on their application",
        TODAY + timedelta(days=14),
    )


def test_what_they_wrote_lies_sealed(alice, nora, actor_of):
    asks(actor_of(alice), nora, said="Because my boss")
    ends(actor_of(alice), nora, reason="Works for the boss")
    row = application_of(nora)
    assert "boss" not in row.said + row.reason
    told = str(list(Entry.objects.values_list("details", flat=True)))
    assert "boss" not in told
    assert queries.filed(actor_of(alice), nora.pk)[0].reason == "Works for the boss"


def test_accepting_does_all_of_it_and_undo_takes_all_of_it_back(alice, branch, nora, actor_of):
    actor = actor_of(alice)
    make_case(nora, "Attending", owner=alice, next_step="Meet", next_on=date(2026, 11, 9))
    asks(actor, nora, dues=Dues(1000, "month"))
    applied = case_of(nora)
    change = takes(actor, nora, unit_id=branch.pk, dues=Dues(1500, "quarter", TODAY))

    assert standings_of(nora) == [("contact", BEFORE, TODAY), ("member", TODAY, None)]
    assert home_of(nora) == ["North 1"]
    row = application_of(nora)
    assert (row.state, row.decided_by, row.dues_cents, row.dues_every, row.dues_paid_on) == (
        "accepted",
        alice,
        1500,
        "quarter",
        TODAY,
    )
    assert [(one.step.name, one.due_on, one.owner) for one in welcomes.of_person(actor, nora.pk)] == [
        ("Call them and say welcome", TODAY + timedelta(days=3), alice),
        ("Bring them to a meeting", TODAY + timedelta(days=14), alice),
    ]
    assert (case_of(nora).stage.name, case_of(nora).closed_at) == ("Member", NOON)

    undo_move(actor=actor, change_id=change.pk, now=NOON + timedelta(minutes=14))
    assert standings_of(nora) == [("contact", BEFORE, TODAY), ("applicant", TODAY, None)]
    assert home_of(nora) == ["North"]
    row = application_of(nora)
    assert (row.state, row.decided_by, row.dues_cents, row.dues_every, row.dues_paid_on) == (
        "open",
        None,
        1000,
        "month",
        None,
    )
    assert not all_of(Welcome).exists()
    case = case_of(nora)
    assert (case.stage.name, case.closed_at, case.next_step, case.next_on) == (
        "Applicant",
        None,
        applied.next_step,
        applied.next_on,
    )
    takes(actor, nora)
    assert standings_of(nora)[-1] == ("member", TODAY, None)


def test_an_application_is_taken_back_with_the_standing_that_began_with_it(alice, nora, actor_of):
    change = asks(actor_of(alice), nora)
    undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON)
    assert not all_of(Application).exists()
    assert standings_of(nora) == [("contact", BEFORE, None)]
    asks(actor_of(alice), nora)


def test_what_was_worked_on_since_is_not_taken_back(alice, nora, actor_of):
    actor = actor_of(alice)
    change = asks(actor, nora)
    edit_application(actor=actor, person_id=nora.pk, applied_on=TODAY, dues=Dues(5), said="", now=NOON)
    with pytest.raises(CannotUndo, match="worked on since"):
        undo_move(actor=actor, change_id=change.pk, now=NOON)
    change = takes(actor, nora)
    finish_step(actor=actor, step_id=welcomes.of_person(actor, nora.pk)[0].pk, now=NOON)
    with pytest.raises(CannotUndo, match="worked on since"):
        undo_move(actor=actor, change_id=change.pk, now=NOON)
    assert standings_of(nora)[-1] == ("member", TODAY, None)


@pytest.mark.parametrize("withdrawn", [True, False])
def test_one_that_led_to_nothing_keeps_its_history_and_a_later_one_may(alice, nora, withdrawn, actor_of):
    actor = actor_of(alice)
    make_case(nora, "Attending", owner=alice)
    asks(actor, nora, said="Please")
    change = ends(actor, nora, withdrawn=withdrawn, reason="Too early")
    state = "Withdrawn" if withdrawn else "Turned down"
    (filed,) = queries.filed(actor, nora.pk)
    assert (filed.state, filed.said, filed.reason, filed.decided_by) == (state, "Please", "Too early", "alice")
    assert standings_of(nora)[-1] == ("contact", TODAY, None)
    assert (case_of(nora).stage.name, case_of(nora).next_step) == ("Attending", "Talk about their application")
    undo_move(actor=actor, change_id=change.pk, now=NOON)
    assert [(one.state, one.reason) for one in queries.filed(actor, nora.pk)] == [("To be decided", "")]
    assert standings_of(nora)[-1] == ("applicant", TODAY, None)
    ends(actor, nora, withdrawn=withdrawn)
    asks(actor, nora)
    takes(actor, nora)
    assert [one.state for one in queries.filed(actor, nora.pk)] == ["Accepted", state]


def test_not_now_needs_a_day_and_do_not_contact_ends_letters(alice, nora, actor_of):
    actor = actor_of(alice)
    asks(actor, nora)
    with pytest.raises(DayMissing):
        ends(actor, nora, stage="Not now")
    assert application_of(nora).state == "open"
    with pytest.raises(NoSuchStage):
        ends(actor, nora, stage="Member")
    with pytest.raises(GoesByApplication, match="withdrew"):
        never = Stage.objects.get(kind="never")
        move_stage(actor=actor, person_id=nora.pk, stage_id=never.pk, now=NOON)
    ends(actor, nora, stage="Do not contact", withdrawn=True)
    person = all_of(Person).get(pk=nora.pk)
    assert (person.email_opt_in, person.phone_opt_in) == (False, False)


def test_alice_may_and_bob_who_looks_and_charlie_may_not(alice, bob, charlie, nora, actor_of):
    for other in (bob, charlie):
        for act in (asks, takes, ends):
            with pytest.raises(NotAllowed):
                act(actor_of(other), nora)
    asks(actor_of(alice), nora)
    for other in (bob, charlie):
        with pytest.raises(NotAllowed):
            edit_application(actor=actor_of(other), person_id=nora.pk, applied_on=TODAY, dues=Dues(), said="", now=NOON)
        with pytest.raises(NotAllowed):
            let_leave(actor=actor_of(other), person_id=nora.pk, on=TODAY, why="other", now=NOON)
    charlies = actor_of(charlie)
    assert queries.applications(charlies, charlies, "open").lines == []
    assert (queries.count(charlies, charlies, "open"), queries.to_decide(charlies)) == (0, 0)
    own = actor_of(alice)
    assert [line.name for line in queries.applications(own, own, "open").lines] == ["Nora Berg"]
    assert (queries.count(own, own, "open"), queries.to_decide(own)) == (1, 1)


def test_the_right_to_decide_is_one_of_its_own(north, alice, nora, actor_of):
    make_role("caller", "contacts.work", "people.edit")
    make_role("committee", "contacts.admit", "people.edit")
    caller, committee = (actor_of(make_user(f"{code}-user", **{code: north})) for code in ("caller", "committee"))
    with pytest.raises(NotAllowed):
        asks(committee, nora)
    asks(caller, nora)
    for act in (takes, ends):
        with pytest.raises(NotAllowed):
            act(caller, nora)
    with pytest.raises(NotAllowed):
        ends(committee, nora, withdrawn=True)
    with pytest.raises(NoSuchOwner):
        takes(committee, nora, owner_id=committee.user_id)
    assert application_of(nora).state == "open"
    takes(committee, nora, owner_id=alice.pk)
    assert standings_of(nora)[-1] == ("member", TODAY, None)


def test_who_decides_and_does_not_talk_to_people_may_take_it_back(north, nora, actor_of):
    """Of somebody whom nobody follows up."""
    make_role("committee", "contacts.admit", "people.edit")
    committee = actor_of(make_user("committee-user", committee=north))
    change = takes(committee, nora, step_ids=[])
    assert (standings_of(nora)[-1], all_of(Case).get().owner_id) == (("member", TODAY, None), None)
    undo_move(actor=committee, change_id=change.pk, now=NOON)
    assert standings_of(nora)[-1:] != [("member", TODAY, None)]
    assert states_of(nora) == []


def test_who_may_not_change_people_makes_nobody_anything(north, nora, actor_of):
    make_role("talker", "contacts.work", "contacts.admit")
    talker = actor_of(make_user("talker-user", talker=north))
    for act in (asks, takes):
        with pytest.raises(OthersChangePeople, match="Whoever may change people makes somebody a"):
            act(talker, nora)
    assert not all_of(Application).exists()
    assert not all_of(Case).exists()


def test_nobody_is_placed_where_the_actor_may_not_change_people(alice, south, nora, actor_of):
    with pytest.raises(NotAllowed):
        takes(actor_of(alice), nora, unit_id=south.pk)
    assert standings_of(nora) == [("contact", BEFORE, None)]


def test_bad_input_is_said_plainly_and_nothing_is_stored(alice, north, nora, actor_of):
    actor, tomorrow = actor_of(alice), TODAY + timedelta(days=1)
    with pytest.raises(WrongDay):
        asks(actor, nora, applied_on=tomorrow)
    with pytest.raises(WrongDay):
        takes(actor, nora, dues=Dues(1, "month", tomorrow))
    with pytest.raises(WrongDues, match="from 0 to 1,000,000"):
        asks(actor, nora, dues=Dues(100_000_001))
    with pytest.raises(NoSuchStep):
        takes(actor, nora, step_ids=[0])
    for act in (ends, edit):
        with pytest.raises(NotApplied):
            act(actor, nora)
    assert not all_of(Application).exists()
    asks(actor, nora)
    with pytest.raises(AlreadyApplied):
        asks(actor, nora)
    for act in (takes, ends, edit):
        with pytest.raises(ChangedMeanwhile):
            act(actor, nora, seen=9)
    mia = make_person("Mia Lind", unit=north, member_from=date(2020, 1, 1))
    for act in (asks, takes):
        with pytest.raises(AlreadyMember):
            act(actor, mia)


def edit(actor, person, **more):
    given = {"applied_on": TODAY, "dues": Dues(), "said": "", "now": NOON}
    edit_application(actor=actor, person_id=person.pk, **given | more)


def test_one_application_at_a_time_is_a_rule_of_the_database(nora):
    rows = all_of(Application)
    for state in ("open", "rejected", "rejected"):
        rows.create(person=nora, state=state, applied_on=TODAY, made_at=NOON)
    with pytest.raises(Exception, match=r"application_open_once|UNIQUE"):
        rows.create(person=nora, state="open", applied_on=TODAY, made_at=NOON)


def test_the_stages_of_applicants_and_members_stay(dora, actor_of):
    stage = Stage.objects.get(name="Applicant")
    with pytest.raises(StageNeeded, match="need this stage"):
        edit_stage(actor=actor_of(dora), stage_id=stage.pk, name="Applicant", earlier=False, retired=True, now=NOON)


def test_the_night_settles_what_was_decided_otherwise(alice, north, nora, actor_of):
    system = system_actor("contacts", on=TODAY)
    for name, standing in (("In", "member"), ("Out", ""), ("Still", "applicant")):
        person = make_person(f"{name} Berg", unit=north)
        if standing:
            make_standing(person, standing, from_on=BEFORE)
        row = all_of(Application).create(person=person, applied_on=BEFORE, made_at=NOON)
        step = WelcomeStep.objects.first()
        all_of(Welcome).create(person=person, application=row, step=step, due_on=TODAY)
    assert settle(actor=system, now=NOON) == 2
    states = all_of(Application).order_by("pk").values_list("person__given_name", "state")
    assert list(states) == [("In", "accepted"), ("Out", "withdrawn"), ("Still", "open")]
    assert [one.person.given_name for one in all_of(Welcome).select_related("person")] == ["In"]
    assert settle(actor=system, now=NOON) == 0


def test_an_applicant_of_an_import_has_asked_since_they_are_one(alice, north, actor_of):
    ida = make_person("Ida Import", unit=north)
    make_standing(ida, "applicant", from_on=BEFORE)
    takes(actor_of(alice), ida)
    assert application_of(ida).applied_on == BEFORE


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_for_few_as_for_many(alice, north, count, actor_of, django_assert_num_queries):
    actor = actor_of(alice)
    for number in range(count):
        person = make_person(f"N{number} Berg", unit=north)
        asks(actor, person, dues=Dues(100))
        person = make_person(f"M{number} Berg", unit=north)
        takes(actor, person, dues=Dues(100))
    with django_assert_num_queries(5):
        assert len(queries.applications(actor, actor, "open").lines) == count
    with django_assert_num_queries(4):
        assert len(welcomes.page(actor, actor, "all").lines) == 2 * count


def test_members_read_about_their_own_application(alice, north, actor_of):
    ola = make_user("ola", member=north)
    person = make_person("Ola Berg", unit=north)
    person.user = ola
    person.save()
    asks(actor_of(alice), person, said="Please")
    takes(actor_of(alice), person)
    told = [(event.title, event.text) for event in own_contact(actor_of(ola)) if event.kind == "application"]
    assert sorted(told) == [("Application: accepted", ""), ("Asked to join", "Please")]


def test_two_records_of_one_applicant_become_one_and_part_again(alice, north, nora, actor_of):
    actor = actor_of(alice)
    twin = make_person("Nora Bergh", unit=north)
    for person in (nora, twin):
        asks(actor, person)
    takes(actor, twin)
    asks_again = all_of(Application).create(person=twin, applied_on=TODAY, made_at=NOON)
    moved = move_contact(actor=actor, from_person_id=twin.pk, to_person_id=nora.pk, now=NOON)
    assert states_of(nora) == ["accepted", "open", "withdrawn"] and states_of(twin) == []
    assert all_of(Welcome).filter(person=nora).count() == 2
    move_back(actor=actor, from_person_id=nora.pk, to_person_id=twin.pk, moved=moved)
    assert (states_of(nora), states_of(twin)) == (["open"], ["accepted", "open"])
    assert all_of(Application).get(pk=asks_again.pk).decided_at is None
    assert all_of(Welcome).filter(person=twin).count() == 2


def states_of(person):
    return sorted(all_of(Application).filter(person=person).values_list("state", flat=True))


def test_nothing_that_was_said_is_left_of_somebody_erased(alice, dora, nora, actor_of):
    asks(actor_of(alice), nora, said="Because", dues=Dues(700))
    takes(actor_of(alice), nora, dues=Dues(700))
    all_of(Application).create(person=nora, applied_on=TODAY, made_at=NOON, said="x", reason="x")
    erase_contact(actor=actor_of(dora), person_id=nora.pk, now=NOON)
    rows = all_of(Application).order_by("pk").values_list("state", "said", "reason", "dues_cents")
    assert list(rows) == [("accepted", "", "", None), ("withdrawn", "", "", None)]
    assert not all_of(Welcome).exists()


def test_two_officers_at_once_note_one_application(alice, nora, actor_of):
    """As the second of two sees it: none was open when it looked, and there is one when it writes."""
    asks(actor_of(alice), nora)
    with pytest.raises(AlreadyApplied):
        new_application(actor_of(alice), nora.pk, TODAY, NOON)
    assert states_of(nora) == ["open"]


def test_a_decision_is_taken_back_by_who_may_decide_still(alice, north, nora, actor_of):
    make_role("decider", "contacts.work", "contacts.admit", "people.edit")
    decider = make_user("decider-user", decider=north)
    actor = actor_of(decider)
    asks(actor, nora)
    change = ends(actor, nora)
    Role.objects.filter(code="decider").update(
        permissions=["units.view", "people.view", "contacts.view", "contacts.work"]
    )
    with pytest.raises(NotAllowed):
        undo_move(actor=actor_of(decider), change_id=change.pk, now=NOON)
    assert states_of(nora) == ["rejected"]


def test_a_no_that_is_said_meanwhile_stays(alice, north, actor_of):
    """Moved to do not contact, they press the way out of a letter; undo must not say yes again for them."""
    ida = make_person("Ida Berg", unit=north, email="ida@example.org", email_key="ida@example.org", email_opt_in=True)
    make_case(ida, "Attending", owner=alice)
    never = Stage.objects.get(kind="never")
    for says_no, expected in ((False, True), (True, False)):
        change = move_stage(actor=actor_of(alice), person_id=ida.pk, stage_id=never.pk, now=NOON)
        if says_no:
            assert not say_no(actor=system_actor("way out", on=TODAY), person_id=ida.pk, now=NOON)
        undo_move(actor=actor_of(alice), change_id=change.pk, now=NOON)
        assert all_of(Person).get(pk=ida.pk).email_opt_in is expected


def test_who_has_no_name_may_say_no_too(north):
    """An import takes rows with an address alone."""
    lone = all_of(Person).create(
        email="news@example.org", email_key="news@example.org", email_opt_in=True, created_at=NOON
    )
    assert say_no(actor=system_actor("way out", on=TODAY), person_id=lone.pk, now=NOON)
    assert all_of(Person).get(pk=lone.pk).email_opt_in is False

"""Leaving, with what ends with it, and coming back."""

from datetime import date, timedelta

import pytest

from muster.audit.models import Entry
from muster.contacts.models import Application, Case, Welcome, WelcomeStep
from muster.contacts.services._applications import (
    WrongDay,
)
from muster.contacts.services._moving import DayMissing
from muster.contacts.services.leaving import let_leave
from muster.people.calc.spells import DoesNotHold, EndsTooEarly
from muster.people.models import Person, Standing
from tests.builders import NOON, TODAY, make_case, make_office, make_person, make_standing
from tests.contacts.applying import BEFORE, all_of, application_of, asks, case_of, home_of, standings_of, takes

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def nora(north):
    return make_standing(make_person("Nora Berg", unit=north), "contact", from_on=BEFORE).person


def test_a_member_leaves_stays_in_touch_and_comes_back(alice, north, nora, actor_of):
    actor = actor_of(alice)
    joined = date(2020, 1, 1)
    mia = make_person("Mia Lind", unit=north, member_from=joined)
    make_office(mia, north, role="treasurer")
    left = let_leave(
        actor=actor,
        person_id=mia.pk,
        on=TODAY,
        why="dues",
        words=" no  money ",
        stays=True,
        ask_on=TODAY + timedelta(days=90),
        now=NOON,
    )
    assert standings_of(mia) == [("member", joined, TODAY), ("contact", TODAY, None)]
    assert all_of(Standing).get(person=mia, standing="member").reason == "Dues not paid: no money"
    assert home_of(mia) == ["North"]
    assert Entry.objects.get(pk=left.entry_id).action == "people.person.let_go"
    case = case_of(mia)
    assert (case.stage.name, case.next_on) == ("Not now", TODAY + timedelta(days=90))

    later = TODAY + timedelta(days=400)
    then = actor_of(alice, on=later)
    asks(then, mia, applied_on=later, now=NOON + timedelta(days=400))
    takes(then, mia, now=NOON + timedelta(days=400))
    assert standings_of(mia) == [
        ("member", joined, TODAY),
        ("contact", TODAY, later),
        ("member", later, None),
    ]


def test_who_leaves_for_good_is_placed_nowhere_and_nothing_waits_for_them(alice, nora, north, actor_of):
    actor = actor_of(alice)
    mia = make_person("Mia Lind", unit=north)
    make_standing(mia, "applicant", from_on=BEFORE)
    asks(actor, mia)
    let_leave(actor=actor, person_id=mia.pk, on=TODAY, why="died", stays=True, now=NOON)
    assert standings_of(mia) == [("applicant", BEFORE, TODAY)]
    assert (home_of(mia), application_of(mia).state) == ([], "withdrawn")
    person = all_of(Person).get(pk=mia.pk)
    assert (person.email_opt_in, person.phone_opt_in) == (False, False)

    old = make_person("Olga Old", unit=north, member_from=BEFORE)
    all_of(Welcome).create(
        person=old,
        application=all_of(Application).create(person=old, state="accepted", applied_on=BEFORE, made_at=NOON),
        step=WelcomeStep.objects.first(),
        due_on=TODAY,
    )
    let_leave(actor=actor, person_id=old.pk, on=TODAY, why="moved", now=NOON)
    assert not all_of(Welcome).exists()


def test_leaving_says_what_is_wrong(alice, north, nora, actor_of):
    given = {"actor": actor_of(alice), "why": "other", "now": NOON}
    with pytest.raises(DoesNotHold, match="neither member nor applicant"):
        let_leave(person_id=nora.pk, on=TODAY, **given)
    new = make_person("New Today", unit=north, member_from=TODAY)
    with pytest.raises(EndsTooEarly):
        let_leave(person_id=new.pk, on=TODAY, **given)
    old = make_person("Olga Old", unit=north, member_from=BEFORE)
    with pytest.raises(WrongDay):
        let_leave(person_id=old.pk, on=TODAY + timedelta(days=1), **given)
    with pytest.raises(DayMissing):
        let_leave(person_id=old.pk, on=TODAY, stays=True, ask_on=TODAY, **given)
    assert standings_of(old) == [("member", BEFORE, None)]


def test_undo_is_offered_where_it_takes_back_all(alice, north, actor_of):
    def leaves(name, *, why="moved", applied=False, followed=False, stays=False):
        person = make_person(name, unit=north, member_from=BEFORE)
        if applied:
            all_of(Application).create(person=person, applied_on=BEFORE, made_at=NOON)
        if followed:
            make_case(person, owner=alice)
        left = let_leave(actor=actor_of(alice), person_id=person.pk, on=TODAY, why=why, stays=stays, now=NOON)
        cases = all_of(Case).filter(person=person).values_list("closed_at", flat=True)
        return left.is_all, list(cases)

    assert leaves("Plain Berg") == (True, [])
    assert leaves("Stays Berg", stays=True, followed=True) == (True, [None])
    assert leaves("Gone Berg", followed=True) == (False, [NOON])
    assert leaves("Asked Berg", applied=True, stays=True) == (False, [])
    assert leaves("Dead Berg", why="died", followed=True, stays=True) == (False, [NOON])

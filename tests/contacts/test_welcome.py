"""The steps of welcoming new members: whose they are, when, and who may."""

from datetime import timedelta

import pytest

from muster.access.actor import NotAllowed
from muster.contacts.models import Welcome
from muster.contacts.queries import welcome as welcomes
from muster.contacts.services.cases import (
    NoSuchOwner,
)
from muster.contacts.services.handing_over import HandedOver, hand_over
from muster.contacts.services.welcome import NoSuchStep, finish_step, give_step
from tests.builders import NOON, TODAY, make_case, make_person, make_standing, make_unit, make_user
from tests.contacts.applying import BEFORE, all_of, make_role, takes

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def nora(north):
    return make_standing(make_person("Nora Berg", unit=north), "contact", from_on=BEFORE).person


def test_a_step_is_done_and_given_by_whoever_may_talk_to_them(alice, bob, charlie, north, nora, actor_of):
    actor = actor_of(alice)
    anna = make_user("anna", unit_organiser=north)
    takes(actor, nora, owner_id=anna.pk)
    first, second = welcomes.of_person(actor, nora.pk)
    make_role("looker")
    looker = make_user("looker-user", looker=north)
    for other, error in ((looker, NotAllowed), (bob, NoSuchStep), (charlie, NoSuchStep)):
        with pytest.raises(error):
            finish_step(actor=actor_of(other), step_id=first.pk, now=NOON)
        with pytest.raises(error):
            give_step(actor=actor_of(other), step_id=first.pk, owner_id=None, now=NOON)
    with pytest.raises(NoSuchOwner):
        give_step(actor=actor, step_id=first.pk, owner_id=bob.pk, now=NOON)
    give_step(actor=actor, step_id=second.pk, owner_id=None, now=NOON)
    assert finish_step(actor=actor, step_id=first.pk, now=NOON) == nora.pk
    with pytest.raises(NoSuchStep):
        finish_step(actor=actor, step_id=first.pk, now=NOON)
    assert [line.step for line in welcomes.page(actor, actor, "nobodys").lines] == ["Bring them to a meeting"]
    done = all_of(Welcome).get(pk=first.pk)
    assert (done.done_by, done.done_at) == (alice, NOON)
    assert welcomes.page(actor_of(charlie), actor_of(charlie), "all").lines == []


def test_ones_own_steps_show_on_their_day(alice, nora, actor_of):
    takes(actor_of(alice), nora)
    for days, expected in ((2, []), (3, [0]), (14, [11, 0])):
        then = actor_of(alice, on=TODAY + timedelta(days=days))
        assert [line.late for line in welcomes.first_due(then, most=5)] == expected
        assert welcomes.count(then, then, "mine") == len(expected)


def test_steps_of_a_welcome_are_handed_over_with_contacts(alice, north, nora, actor_of):
    actor, anna = actor_of(alice), make_user("anna", unit_organiser=north)
    takes(actor, nora)
    assert hand_over(actor=actor, from_user_id=alice.pk, to_user_id=anna.pk, now=NOON) == HandedOver(2, 0)
    assert {one.owner for one in welcomes.of_person(actor, nora.pk)} == {anna}


def test_who_followed_them_up_elsewhere_does_not_welcome_them_here(alice, south, north, nora, actor_of):
    """Their contact goes to another unit, where whoever followed them up may not talk to people."""
    branch, other = make_unit("North 1", parent=north), make_unit("North 2", parent=north)
    anna = make_user("anna", unit_organiser=branch)
    mia = make_person("Mia Lind", unit=branch)
    make_case(mia, "Asked to join", owner=anna)
    takes(actor_of(alice), mia, unit_id=other.pk)
    assert {one.owner for one in welcomes.of_person(actor_of(alice), mia.pk)} == {alice}

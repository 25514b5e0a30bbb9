"""All that one follows up goes to another, as far as both may talk to them."""

import pytest

from muster.audit.models import Entry
from muster.contacts.models import Case
from muster.contacts.queries import handing_over as queries
from muster.contacts.services.cases import NoSuchOwner
from muster.contacts.services.handing_over import HandedOver, hand_over
from tests.builders import NOON, make_case, make_person, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PATH = "/contacts/follow-up/hand-over/"


@pytest.fixture
def branch(north):
    return make_unit("North 1", parent=north)


@pytest.fixture
def anna(branch):
    return make_user("anna", unit_organiser=branch)


@pytest.fixture
def gone(north, south, branch):
    """An account without a role any more, which owns three in the branch, one in North beside it, one in South, one closed."""
    user = make_user("gone")
    for number in range(3):
        make_case(make_person(f"B{number} Berg", unit=branch), owner=user)
    make_case(make_person("North Berg", unit=north), owner=user)
    make_case(make_person("South Berg", unit=south), owner=user)
    make_case(make_person("Done Berg", unit=branch), "Member", owner=user, closed_at=NOON)
    return user


def owners():
    rows = Case.objects.unscoped("a test").select_related("person", "owner").order_by("pk")
    return {str(case.person): case.owner.name if case.owner else "" for case in rows}


def test_those_whom_both_may_talk_to_are_handed_over(alice, anna, gone, actor_of):
    done = hand_over(actor=actor_of(alice), from_user_id=gone.pk, to_user_id=anna.pk, now=NOON)
    assert done == HandedOver(3, 1)
    assert owners() == {
        **{f"B{number} Berg": "anna" for number in range(3)},
        **dict.fromkeys(("North Berg", "South Berg", "Done Berg"), "gone"),
    }
    entry = Entry.objects.get(action="contacts.cases.handed_over")
    assert (entry.count, entry.details["owner"]) == (3, [gone.pk, anna.pk])


def test_to_nobody_for_now(alice, gone, actor_of):
    assert hand_over(actor=actor_of(alice), from_user_id=gone.pk, to_user_id=None, now=NOON) == HandedOver(4, 0)
    assert (owners()["North Berg"], owners()["South Berg"]) == ("", "gone")


def test_alice_may_and_bob_and_charlie_reach_nobody_of_north(alice, bob, charlie, anna, gone, actor_of):
    for user in (bob, charlie):
        with pytest.raises(NoSuchOwner):
            hand_over(actor=actor_of(user), from_user_id=anna.pk, to_user_id=None, now=NOON)
    # Of the four that charlie does not see he moves none.
    hand_over(actor=actor_of(charlie), from_user_id=gone.pk, to_user_id=charlie.pk, now=NOON)
    assert owners()["South Berg"] == "charlie" and owners()["North Berg"] == "gone"
    for user in (bob, charlie):
        with pytest.raises(NoSuchOwner, match="nobody here"):
            hand_over(actor=actor_of(alice), from_user_id=gone.pk, to_user_id=user.pk, now=NOON)


def test_who_is_offered_is_who_owns_and_who_may(alice, bob, charlie, anna, dora, gone, actor_of):
    assert queries.givers(actor_of(alice)) == [(gone.pk, "gone", 4)]
    assert queries.givers(actor_of(charlie)) == [(gone.pk, "gone", 1)]
    assert queries.givers(actor_of(bob)) == []
    assert [name for _, name in queries.takers(actor_of(alice))] == ["alice", "anna", "dora"]


@pytest.mark.web
def test_the_page_says_how_many_went(client, alice, bob, anna, gone):
    client.force_login(bob)
    assert client.get(PATH).status_code == 403
    client.force_login(alice)
    assert "gone: 4 to do" in readable(client.get(PATH))
    answer = readable(client.post(PATH, {"giver": gone.pk, "taker": anna.pk}, follow=True))
    assert "Handed over: 3. 1 stay: they may not talk to those." in answer
    assert "Nobody follows anybody up" not in readable(client.get(PATH))

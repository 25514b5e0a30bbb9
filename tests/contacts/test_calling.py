"""Call lists: who may, who is on them, and that two callers never get the same person."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from muster.access.actor import NotAllowed
from muster.access.models import Role
from muster.contacts.models import Call, CallList, Conversation
from muster.contacts.queries import calling as queries
from muster.contacts.services import calling
from muster.contacts.services.calling import (
    NobodyToCall,
    NoSuchList,
    TooMany,
    hand_out,
    make_list,
    note_call,
    pass_over,
)
from muster.people.calc.questions import WrongQuestion
from muster.people.models import Person
from muster.people.services import consents
from tests.builders import NOON, make_case, make_conversation, make_person, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def people(north):
    return [make_person(f"P{number} Berg", unit=north, phone="503 555 0123", tags="stall") for number in range(4)]


def made(actor, unit, ask="tag:stall", **more):
    given = {"name": "Stall", "script": "Hello", "cooldown_days": 14, "now": NOON, **more}
    return make_list(actor=actor, unit_id=unit.pk, ask=ask, **given)[0]


def on(call_list):
    rows = Call.objects.unscoped("a test").filter(call_list=call_list).order_by("pk")
    return [str(call.person) for call in rows.select_related("person")]


def next_of(actor, call_list, now=NOON):
    person_id = hand_out(actor=actor, list_id=call_list.pk, now=now)
    return None if person_id is None else str(Person.objects.unscoped("a test").get(pk=person_id))


def say(actor, call_list, person, result="reached", now=NOON):
    return note_call(
        actor=actor, list_id=call_list.pk, person_id=person.pk, said={"kind": "call", "result": result}, now=now
    )


def test_who_is_on_a_list(alice, north, south, people, actor_of):
    """Only those who fit, may be called, have a number, and whom alice may call."""
    branch = make_unit("North 1", parent=north)
    make_person("Below Berg", unit=branch, phone="1", tags="stall")
    make_person("Silent Berg", unit=north, tags="stall")
    make_person("Sven South", unit=south, phone="1", tags="stall")
    make_person("Else Berg", unit=north, phone="1")
    said_no = make_person("No Berg", unit=north, phone="1", tags="stall")
    consents.set_consents(actor=actor_of(alice), person_id=said_no.pk, to=(None, False), now=NOON)
    assert set(on(made(actor_of(alice), north))) == {*(str(each) for each in people), "Below Berg"}
    assert on(made(actor_of(alice), branch)) == ["Below Berg"]


def test_what_cannot_be_a_list_is_refused_in_words(alice, north, people, actor_of, monkeypatch):
    actor = actor_of(alice)
    with pytest.raises(NobodyToCall):
        made(actor, north, "tag:nothing")
    with pytest.raises(WrongQuestion):
        made(actor, north, "tagg:x")
    with pytest.raises(calling.NameMissing):
        made(actor, north, name="  ")
    monkeypatch.setattr(calling, "MOST", 3)
    with pytest.raises(TooMany, match="4 people are too many"):
        made(actor, north)
    assert not CallList.objects.unscoped("a test").exists()


def test_alice_may_and_bob_and_charlie_may_not(alice, bob, charlie, north, people, actor_of):
    for user in (bob, charlie):
        with pytest.raises(NotAllowed):
            made(actor_of(user), north)
    call_list = made(actor_of(alice), north)
    for user in (bob, charlie):
        for act in (next_of, lambda actor, one: say(actor, one, people[0])):
            with pytest.raises(NoSuchList):
                act(actor_of(user), call_list)
        assert queries.call_list(actor_of(user), call_list.pk, now=NOON, hold=calling.HOLD) is None
        assert queries.call_lists(actor_of(user), actor_of(user)) == []


def test_each_is_handed_to_one_and_comes_back_when_nothing_is_done(alice, north, people, actor_of):
    anna, alice = actor_of(make_user("anna", unit_organiser=north)), actor_of(alice)
    call_list = made(alice, north)
    assert (next_of(alice, call_list), next_of(anna, call_list)) == ("P0 Berg", "P1 Berg")
    # Whoever asks again has the same one still.
    assert next_of(alice, call_list, NOON + timedelta(minutes=29)) == "P0 Berg"
    assert say(alice, call_list, people[0]) == people[2].pk
    assert next_of(anna, call_list, NOON + timedelta(minutes=31)) == "P1 Berg"
    # Alice went away with the third: after half an hour it is anybody's.
    assert say(anna, call_list, people[1], "no_answer", NOON + timedelta(minutes=32)) == people[2].pk
    assert pass_over(actor=anna, list_id=call_list.pk, person_id=people[2].pk, now=NOON) == people[3].pk
    assert say(anna, call_list, people[3]) is None
    shown = queries.call_list(alice, call_list.pk, now=NOON, hold=calling.HOLD)
    assert (shown.total, shown.done, shown.reached) == (4, 4, 2)
    assert dict(shown.results) == {"Reached": 2, "No answer": 1, "Passed over": 1}


def test_who_calls_just_now_is_said(alice, north, people, actor_of):
    call_list = made(actor_of(alice), north)
    next_of(actor_of(alice), call_list)
    for minutes, callers in ((29, ["alice"]), (31, [])):
        shown = queries.call_list(
            actor_of(alice), call_list.pk, now=NOON + timedelta(minutes=minutes), hold=calling.HOLD
        )
        assert shown.callers == callers


def test_whoever_was_talked_to_lately_or_says_no_is_left_in_peace(alice, north, people, actor_of):
    actor = actor_of(alice)
    call_list = made(actor, north)
    make_conversation(people[0], held_at=NOON - timedelta(days=14))
    make_conversation(people[1], held_at=NOON - timedelta(days=15))
    consents.set_consents(actor=actor, person_id=people[2].pk, to=(None, False), now=NOON)
    assert next_of(actor, call_list) == "P1 Berg"
    assert say(actor, call_list, people[1]) == people[3].pk
    # Without days of peace, whoever was tried today is left alone all the same.
    none = made(actor, north, cooldown_days=0)
    assert next_of(actor, none) == "P0 Berg"


def test_whom_one_may_not_call_is_not_handed_out(alice, north, people, actor_of):
    branch = make_unit("North 1", parent=north)
    below = make_person("Below Berg", unit=branch, phone="1", tags="stall")
    call_list = made(actor_of(alice), branch)
    Role.objects.create(code="caller", name="Caller", permissions=["units.view", "contacts.view", "contacts.work"])
    caller = actor_of(make_user("caller", caller=branch))
    # They see nobody's record, so there is nobody to call.
    assert hand_out(actor=caller, list_id=call_list.pk, now=NOON) is None
    assert hand_out(actor=actor_of(alice), list_id=call_list.pk, now=NOON) == below.pk


def test_a_closed_list_hands_out_nobody(alice, north, people, actor_of):
    call_list = made(actor_of(alice), north)
    calling.close_list(actor=actor_of(alice), list_id=call_list.pk, now=NOON)
    with pytest.raises(NoSuchList):
        next_of(actor_of(alice), call_list)
    with pytest.raises(NoSuchList):
        say(actor_of(alice), call_list, people[0])
    assert not Conversation.objects.unscoped("a test").exists()


@pytest.mark.parametrize("rounds", [8, pytest.param(50, marks=pytest.mark.prove)])
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_callers_at_once_never_get_the_same(rounds, alice, north, actor_of):
    anna = make_user("anna", unit_organiser=north)
    actors = [actor_of(alice), actor_of(anna)]
    people = [make_person(f"P{n} Berg", unit=north, phone="1", tags="stall") for n in range(2 * rounds)]
    call_list = made(actors[0], north)
    begin, handed = threading.Barrier(2), ([], [])

    def work(place):
        try:
            for _ in range(rounds):
                begin.wait(timeout=60)
                person_id = hand_out(actor=actors[place], list_id=call_list.pk, now=NOON)
                handed[place].append(person_id)
                begin.wait(timeout=60)
                note_call(
                    actor=actors[place],
                    list_id=call_list.pk,
                    person_id=person_id,
                    said={"kind": "call", "result": "no_answer"},
                    now=NOON,
                )
                # What it handed out for the next round is given back, so that both begin anew.
                Call.objects.unscoped("a test").filter(handed_to_id=actors[place].user_id, done_at=None).update(
                    handed_at=None, handed_to=None
                )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[place]) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert [len(each) for each in handed] == [rounds, rounds]
    assert sorted(handed[0] + handed[1]) == sorted(person.pk for person in people)


def page(client, user, name, *args, **query):
    client.force_login(user)
    return readable(client.get(reverse(f"contacts:{name}", args=args), query))


def test_a_list_is_made_and_called_through_on_its_pages(client, alice, north, people):
    make_case(people[0])
    client.force_login(alice)
    data = {"name": "Stall", "unit": north.pk, "ask": "tag:stall", "script": "Hello\nthere", "cooldown_days": 14}
    wrong = readable(client.post(reverse("contacts:call_list_create"), data | {"ask": "tagg:x"}))
    assert "There is no condition “tagg”." in wrong and "Hello" in wrong
    answer = client.post(reverse("contacts:call_list_create"), data)
    (call_list,) = CallList.objects.unscoped("a test")
    assert answer.url == reverse("contacts:call_list_detail", args=[call_list.pk])
    assert "0 of 4 called" in page(client, alice, "call_list_detail", call_list.pk)
    seen = []
    answer = client.post(reverse("contacts:call_hand_out", args=[call_list.pk]))
    while "/follow-up/" in answer.url:
        text = readable(client.get(answer.url))
        assert "Hello" in text and "Note it, and the next" in text
        seen.append(answer.url.rpartition("follow-up/")[2])
        note = {"result": "reached", "kind": "call", "seen": 0, "list": call_list.pk}
        answer = client.post(reverse("contacts:conversation_note", args=[int(seen[-1].partition("/")[0])]), note)
    assert len(seen) == 4
    text = page(client, alice, "call_list_detail", call_list.pk)
    assert "4 of 4 called" in text and "Nobody is left to call for now." in text
    assert "4" in page(client, alice, "call_list_list")
    client.post(reverse("contacts:call_list_close", args=[call_list.pk]))
    assert "Closed on" in page(client, alice, "call_list_detail", call_list.pk)


def test_a_list_of_elsewhere_is_not_there(client, alice, bob, charlie, north, people, actor_of):
    call_list = made(actor_of(alice), north)
    for user in (bob, charlie):
        client.force_login(user)
        for list_id in (call_list.pk, 999_999):
            assert client.get(reverse("contacts:call_list_detail", args=[list_id])).status_code == 404
            for name in ("call_hand_out", "call_list_close"):
                assert client.post(reverse(f"contacts:{name}", args=[list_id])).status_code == 404

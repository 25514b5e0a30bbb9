"""Two officers who do the same to a group at the same moment: one does it, the other is told or finds it done."""

import threading

import pytest
from django.db import connections

from muster.contacts.models import Application
from muster.contacts.services.first_dues import note_first_dues
from muster.core.errors import DomainError
from muster.units.models import FormerKind, Unit, UnitKind
from muster.workflows import growing
from tests.builders import LONG_AGO, NOON, TODAY, make_former_kind, make_person, make_unit

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def both(*acts):
    """What each of two acts answered, begun together; a refusal is its sentence."""
    begin, answers = threading.Barrier(2), {}

    def work(place):
        try:
            begin.wait(timeout=60)
            answers[place] = acts[place]()
        except DomainError as error:
            answers[place] = str(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[place]) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return [answers.get(place) for place in (0, 1)]


@pytest.mark.parametrize("turn", range(4))
def test_first_dues_are_noted_once(turn, north, alice, dora, actor_of):
    members = [make_person(f"Ada {number}", unit=north, member_from=LONG_AGO).pk for number in range(3)]

    def note(user):
        actor = actor_of(user)
        return lambda: note_first_dues(actor=actor, unit_id=north.pk, person_ids=members, paid_on=TODAY, now=NOON)

    assert sorted(both(note(alice), note(dora))) == [0, 3]
    rows = Application.objects.unscoped("a test").order_by("person")
    assert list(rows.values_list("person", "dues_paid_on")) == [(pk, TODAY) for pk in members]


@pytest.mark.parametrize("turn", range(4))
def test_a_promotion_is_taken_back_once_and_no_unit_is_overlooked(turn, north, erin, dora, actor_of):
    group = make_unit("Campus", kind="branch", parent=north)
    make_former_kind(group, "group", until=TODAY)

    def undo(user):
        actor = actor_of(user)
        return lambda: growing.undo_promotion(actor=actor, unit_id=group.pk, now=NOON)

    assert sorted(both(undo(erin), undo(dora)), key=str) == [None, "That can be undone once, and within thirty days."]
    assert (Unit.objects.get(pk=group.pk).kind, FormerKind.objects.count()) == (UnitKind.objects.get(code="group"), 0)

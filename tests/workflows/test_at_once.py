"""Two officers at work at the same moment: one does it, the other is told, or finds it done and goes on from there."""

import threading

import pytest
from django.db import connections

from muster.access.actor import system_actor
from muster.contacts.models import Application, Inquiry
from muster.contacts.queries import routing as queries
from muster.contacts.services import routing
from muster.contacts.services.first_dues import note_first_dues
from muster.core.errors import DomainError
from muster.units.models import FormerKind, Unit, UnitKind
from muster.units.places import ground
from muster.workflows import growing, places
from tests.builders import LONG_AGO, NOON, TODAY, make_former_kind, make_inquiry, make_person, make_unit

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


@pytest.mark.parametrize("turn", range(4))
def test_inquiries_are_sent_by_the_places_that_hold_in_the_end(turn, north, dora, actor_of, tmp_path):
    """Of two lists each has a post code beside the unit that the other has elsewhere, or not at all."""
    make_unit("Leipzig", parent=north, city="Leipzig", latitude=51.34, longitude=12.38, country="DE")
    near, far = "51.35,12.4", "47.8,10.3"
    lists = [
        f"PLZ,Ort,lat,lon\n04103,Eins,{near}\n06108,Zwei,{far}\n01067,Drei,{near}\n",
        f"PLZ,Ort,lat,lon\n04103,Eins,{far}\n06108,Zwei,{near}\n80331,Vier,{near}\n",
    ]
    actor, changes = actor_of(dora), []
    for number, text in enumerate(lists):
        path = tmp_path / f"{number}.csv"
        path.write_text(text)
        read = places.read_files(actor, [path], country="DE", scratch=tmp_path)
        changes.append(places.propose(actor=actor, name=str(number), read=read, now=NOON))
    for code in ("04103", "06108", "01067", "80331") * 5:
        make_inquiry(postcode=code, country="DE")
    system = system_actor("test", on=TODAY)
    routing.route_inquiries(actor=system, now=NOON)

    def store(change_id):
        return lambda: places.store(actor=actor, change_id=change_id, now=NOON) and None

    assert both(*map(store, changes)) == [None, None]

    on = ground()
    found = queries.addresses(system, waiting=False, on=on)
    expected = queries.decisions(system, queries.routes_now(system, on=on), found, on)
    rows = Inquiry.objects.unscoped("a test").values_list("pk", "unit_id", "routed_because")
    assert {pk: (unit_id, because) for pk, unit_id, because in rows} == {
        pk: (made.unit_id, made.because) for pk, made in expected.items()
    }
    assert len({unit_id for _, unit_id, _ in rows}) == 2

"""Who can see a person, and what of them: every role that reaches a unit in which the person is placed."""

from dataclasses import dataclass
from datetime import date

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.access.permissions import SHOWS
from muster.people.models import Placement
from muster.people.queries.persons import own_person
from muster.people.queries.record import visible_person


@dataclass(frozen=True, slots=True)
class Onlooker:
    """
    Somebody whose role shows something of a person.

    :ivar office: the office the role came with, or ''
    :ivar unit: where the role was given; it reaches all below
    :ivar shows: what it shows, in words
    """

    name: str
    role: str
    office: str
    unit: str
    since: date
    shows: list[str]


def onlookers_of(actor: Actor, person_id: int) -> list[Onlooker] | None:
    """Return whose roles show something of a person, by name, None where the actor may not see the person; five queries."""
    person = visible_person(actor, person_id)
    return None if person is None else _onlookers(actor, person.pk)


def own_onlookers(actor: Actor) -> list[Onlooker]:
    """
    Return whose roles show something of the person that the actor is, by name; five queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    return _onlookers(actor, own_person(actor).pk)


def _onlookers(actor: Actor, person_id: int) -> list[Onlooker]:
    placed = Placement.objects.unscoped("of a person the actor may see").on(actor.on).filter(person_id=person_id)
    unit_ids = frozenset(placed.order_by("pk").values_list("unit_id", flat=True))
    return [
        Onlooker(
            name=str(grant.user),
            role=grant.role.name,
            office=grant.office,
            unit=grant.unit.name,
            since=grant.from_on,
            shows=[words for code, words in SHOWS.items() if code in grant.role.permissions],
        )
        for grant in access_queries.holders(actor, SHOWS, unit_ids)
    ]

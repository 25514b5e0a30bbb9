"""Who may be written to by e-mail, and what a letter says of its reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.access.actor import Actor
from muster.people import private
from muster.people.models import Person, PersonQuerySet, Placement

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Reach:
    """
    Who of some people gets a letter, and why others do not.

    :ivar ids: who gets one, in the order given: has an address, agreed to e-mail, and no server refused the address
    :ivar fits: of whom the actor may know how they are reached
    """

    ids: list[int]
    fits: int
    without_address: int
    not_agreed: int
    refused: int


@dataclass(frozen=True, slots=True)
class Reader:
    """
    Somebody who gets a letter.

    :ivar called: the name they go by, '' where nobody knows a given name
    :ivar unit: where their home is, '' for nowhere
    """

    person_id: int
    email: str
    called: str
    name: str
    city: str
    unit: str


def reach(actor: Actor, ids: Sequence[int]) -> Reach:
    """Return who of these people gets a letter; only those whose contact details the actor may see. One query a thousand."""
    reached: set[int] = set()
    fits = without_address = not_agreed = refused = 0
    columns = ("pk", "email_key", "email_opt_in", "email_refused")
    for rows in _chunks(actor, ids):
        for pk, email_key, agreed, mark in rows.order_by("pk").values_list(*columns):
            fits += 1
            if not email_key:
                without_address += 1
            elif not agreed:
                not_agreed += 1
            elif mark and mark == private.refused_mark(email_key):
                refused += 1
            else:
                reached.add(pk)
    return Reach([pk for pk in ids if pk in reached], fits, without_address, not_agreed, refused)


def readers(actor: Actor, ids: Sequence[int]) -> dict[int, Reader]:
    """Return those of these people who get a letter, by id; only those whose contact details the actor may see. Two queries."""
    people = {
        person.pk: person
        for rows in _chunks(actor, ids)
        for person in rows.filter(email_opt_in=True).exclude(email_key="").order_by("pk")
        if not person.email_refused or person.email_refused != private.refused_mark(person.email_key)
    }
    homes = Placement.objects.unscoped("of people the actor may see").on(actor.on).filter(person_id__in=people)
    units = dict(homes.filter(is_primary=True).order_by("pk").values_list("person_id", "unit__name"))
    return {pk: _reader(person, units.get(pk, "")) for pk, person in people.items()}


def _reader(person: Person, unit: str) -> Reader:
    called = person.preferred_name or person.given_name
    return Reader(person.pk, person.email, called, str(person), person.city, unit)


def _chunks(actor: Actor, ids: Sequence[int]) -> Iterator[PersonQuerySet]:
    seen = Person.objects.visible_to(actor, "people.contact", row_by_row=True)
    for start in range(0, len(ids), _CHUNK):
        yield seen.filter(pk__in=ids[start : start + _CHUNK])

"""Whom a letter goes to: found by its question, within the rights of whoever sends it."""

from dataclasses import dataclass

from muster.access.actor import Actor
from muster.core.terms import Terms
from muster.mailings.models import SEND
from muster.people.calc.questions import WrongQuestion
from muster.people.queries import asking, writing
from muster.people.queries.writing import Reach, Reader

# What a letter needs to know of its readers: that they are there, and how they are reached.
_NEEDED = (SEND, "people.view", "people.contact")


@dataclass(frozen=True, slots=True)
class Audience:
    """
    Whom a question finds, and who of them gets a letter.

    :ivar sentence: the question in words
    """

    sentence: str
    reach: Reach


def writer_in(actor: Actor, unit_id: int) -> Actor:
    """Return the actor narrowed to the people to whom they may write for a unit: there and below."""
    narrowed = actor.standing_in(unit_id)
    for permission in _NEEDED:
        narrowed = narrowed.where_may(permission)
    return narrowed


def may_ask(actor: Actor, unit_id: int, ask: str) -> bool:
    """Say whether a question of a letter can be asked by the actor, so that they may know of whom it holds; see `understood`."""
    try:
        asking.understood(writer_in(actor, unit_id), ask)
    except WrongQuestion:
        return False
    return True


def audience(actor: Actor, unit_id: int, ask: str, terms: Terms = Terms()) -> Audience:
    """
    Return whom a question finds and who of them gets a letter; the queries of the question, and one a thousand people.

    :raises WrongQuestion: see `people.queries.asking.understood`
    """
    writer = writer_in(actor, unit_id)
    asked = asking.understood(writer, ask, terms)
    ids = sorted(asking.found(writer, asked).ids.tolist())
    return Audience(asked.sentence, writing.reach(asked.actor, ids))


def first_readers(actor: Actor, unit_id: int, found: Audience, *, most: int) -> list[Reader]:
    """Return the first who get a letter; two queries."""
    ids = found.reach.ids[:most]
    readers = writing.readers(writer_in(actor, unit_id), ids)
    return [readers[pk] for pk in ids if pk in readers]

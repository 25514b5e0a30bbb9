"""
Questions about people answered: understood under the actor's rights, counted step by step, and as rows of a list.

What a condition asks for says which right one needs to know it (`Kind.permission`): the people are narrowed to those over
whom the actor has it, and only then compared with everybody's rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from muster.access import queries as access
from muster.access.actor import Actor
from muster.core.terms import Terms
from muster.people.calc.conditions import Kind, Takes
from muster.people.calc.questions import (
    conditions_of,
    read,
)
from muster.people.queries._answering import Bits, Step, condition
from muster.people.queries._understanding import Understanding, Understood, kinds_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Found",
    "Step",
    "Understood",
    "condition_of",
    "found",
    "kinds",
    "kinds_to_choose",
    "understood",
    "values_to_choose",
]

# Up to so many units are offered to choose from; of more the name is typed.
CHOSEN_FROM = 500


@dataclass(frozen=True)
class Found:
    """
    Whom a question fits.

    :ivar among: how many people the actor sees in all
    :ivar ids: of whom it fits, in no order
    """

    among: int
    ids: NDArray[np.int64]
    steps: list[Step]


def kinds(actor: Actor) -> list[Kind]:
    """Return what the actor may ask about, in the order of the form; no query."""
    return kinds_for(actor)


def kinds_to_choose(actor: Actor, terms: Terms) -> list[tuple[str, str]]:
    """Return (code, words) of all one may ask about; the code is that of a condition, up to its sign. A query for own fields."""
    found = []
    for kind in kinds(actor):
        if kind.about is None:
            found.append((kind.name, kind.label))
        else:
            found += [(f"{kind.name}.{code}", f"{kind.label}: {words}") for code, words in kind.about(actor, terms)]
    return found


def values_to_choose(actor: Actor, kind: Kind, terms: Terms) -> list[tuple[str, str]]:
    """Return (code, words) of what a condition may look for; nothing where it is typed. A query for units."""
    if kind.takes is Takes.CHOICE:
        return list(kind.choices(terms).items())
    if kind.takes is not Takes.UNIT:
        return []
    named = list(access.units(actor).values_list("pk", "name")[: CHOSEN_FROM + 1])
    if len(named) > CHOSEN_FROM:
        return []
    often = Counter(name.casefold() for _, name in named)
    return [(name if often[name.casefold()] == 1 else f"#{pk}", name) for pk, name in named]


def understood(actor: Actor, text: str, terms: Terms = Terms()) -> Understood:
    """
    Read a question as the actor may ask it; a query where it names units, and one for each kind that says what it is about.

    :param actor: narrowed to where one stands, as for a list
    :raises WrongQuestion: it cannot be understood, or asks for what the actor may not know
    """
    question = read(text)
    reader = Understanding(actor, terms)
    meant = {condition: reader.meant(condition) for condition in conditions_of(question)}
    narrowed = actor
    for permission in sorted({each.kind.permission for each in meant.values()}):
        narrowed = narrowed.where_may(permission)
    return Understood(question, meant, narrowed)


def found(actor: Actor, asked: Understood) -> Found:
    """Return whom a question fits, counted step by step; at most a query for each table it asks, and one more."""
    bits = Bits(asked)
    fits = bits.fits(asked.question)
    return Found(len(bits.people), bits.people[fits], list(bits.steps(asked.question)))


def condition_of(actor: Actor, asked: Understood) -> Q:
    """Return the question as a condition on rows of Person, asked of each in turn; no query."""
    return condition(asked.question, asked.meant)

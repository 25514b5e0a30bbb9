"""
Questions about people answered: understood under the actor's rights, counted step by step, and as rows of a list.

What a condition asks for says which right one needs to know it (`Kind.permission`): the people are narrowed to those over
whom the actor has it, and only then compared with everybody's rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import BigIntegerField, Case, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When

from muster.access import queries as access
from muster.access.actor import Actor
from muster.access.arrays import columns
from muster.core.terms import Terms
from muster.people.calc.asked_days import Days, read_days
from muster.people.calc.conditions import Asked, Kind, Meaning, Meant, Rows, Takes, clause, near, sentence
from muster.people.calc.questions import (
    All,
    Condition,
    Either,
    Not,
    Question,
    WrongQuestion,
    conditions_of,
    read,
    written,
)
from muster.people.models import Person
from muster.units.queries import load_tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Up to so many people the rows about them are looked up; beyond, everybody's are read.
LOOKED_UP = 20_000
# So many conditions are asked of a row at once, a bit each: beside its person in one whole number.
AT_ONCE = 20
# Up to so many units are offered to choose from; of more the name is typed.
CHOSEN_FROM = 500


@dataclass(frozen=True)
class Understood:
    """
    A question that was understood.

    :ivar actor: whoever asks, narrowed to the people over whom all of it may be known
    """

    question: Question
    meant: Mapping[Condition, Meant]
    actor: Actor

    @property
    def text(self) -> str:
        return written(self.question)

    @property
    def sentence(self) -> str:
        return sentence(self.question, self.meant)


@dataclass(frozen=True, slots=True)
class Step:
    """
    A part of a question, counted.

    :ivar depth: 0 for the parts of the question itself
    :ivar words: what a sentence says of whom it fits
    :ivar alone: how many it fits
    :ivar left: how many fit it and all parts before it; None inside a bracket
    """

    part: Question
    depth: int
    words: str
    alone: int
    left: int | None


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
    return [kind for kind in _kinds().values() if actor.may(kind.permission)]


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
    reader = _Understanding(actor, terms)
    meant = {condition: reader.meant(condition) for condition in conditions_of(question)}
    narrowed = actor
    for permission in sorted({each.kind.permission for each in meant.values()}):
        narrowed = narrowed.where_may(permission)
    return Understood(question, meant, narrowed)


def found(actor: Actor, asked: Understood) -> Found:
    """Return whom a question fits, counted step by step; at most a query for each table it asks, and one more."""
    bits = _Bits(asked)
    fits = bits.fits(asked.question)
    return Found(len(bits.people), bits.people[fits], list(bits.steps(asked.question)))


def condition_of(actor: Actor, asked: Understood) -> Q:
    """Return the question as a condition on rows of Person, asked of each in turn; no query."""
    return _condition(asked.question, asked.meant)


@cache
def _kinds() -> dict[str, Kind]:
    listed = (kind for name in settings.CONDITIONS for kind in import_module(name).CONDITIONS)
    return {kind.name: kind for kind in listed}


class _Understanding:
    """What names mean to one actor."""

    def __init__(self, actor: Actor, terms: Terms) -> None:
        self._actor, self._terms = actor, terms
        self._units: list[tuple[int, str]] | None = None

    def meant(self, condition: Condition) -> Meant:
        kind = _kinds().get(condition.name)
        if kind is None:
            hint = near(condition.name, (each.name for each in kinds(self._actor)))
            raise WrongQuestion(f"There is no condition “{condition.name}”.{hint}", condition.at)
        if not self._actor.may(kind.permission):
            raise WrongQuestion(f"Your role does not let you ask for “{kind.name}”.", condition.at)
        if condition.sign != ":" and kind.takes is not Takes.DAYS:
            raise WrongQuestion(f"“{kind.name}” takes a colon, not “{condition.sign}”.", condition.at)
        of, about = self._about(kind, condition)
        days = Days(None, None, "")
        values: list[Any] = []
        shown: list[str] = []
        if kind.takes is Takes.DAYS:
            days = self._days(condition)
            shown = [days.words]
        for text in condition.values if kind.takes is not Takes.DAYS else ():
            value, words = self._value(kind, condition, text)
            values.append(value)
            shown.append(words)
        try:
            meaning = kind.meaning(Asked(self._actor, tuple(values), days, of))
        except WrongQuestion as error:
            raise WrongQuestion(str(error), condition.at) from error
        return Meant(kind, meaning, " or ".join(shown), about)

    def _days(self, condition: Condition) -> Days:
        if len(condition.values) > 1:
            raise WrongQuestion(f"“{condition.name}” takes one period or range.", condition.at)
        return read_days(condition.sign, condition.values[0], on=self._actor.on, at=condition.at)

    def _value(self, kind: Kind, condition: Condition, text: str) -> tuple[Any, str]:
        if kind.takes is Takes.CHOICE:
            choices = kind.choices(self._terms)
            if text.lower() not in choices:
                raise WrongQuestion(
                    f"“{kind.name}” is one of {', '.join(choices)}, not “{text}”.{near(text, choices)}", condition.at
                )
            return text.lower(), choices[text.lower()]
        if kind.takes is Takes.UNIT:
            return self._unit(kind, condition, text)
        return text, f"“{text}”"

    def _unit(self, kind: Kind, condition: Condition, text: str) -> tuple[frozenset[int], str]:
        """Find a unit the actor may see, by name or as `#12`: others are as if they were not there."""
        if self._units is None:
            self._units = list(access.units(self._actor).values_list("pk", "name"))
        same = [(pk, name) for pk, name in self._units if name.casefold() == text.casefold() or f"#{pk}" == text]
        if not same:
            hint = near(text, (name for _, name in self._units))
            raise WrongQuestion(f"There is no unit “{text}” where you are.{hint}", condition.at)
        if len(same) > 1:
            named = ", ".join(f"#{pk}" for pk, _ in same)
            raise WrongQuestion(f"Several units are called “{text}”: write one of {named}.", condition.at)
        pk, name = same[0]
        if kind.name == "unit":
            return frozenset([pk]), name
        return (self._actor.tree or load_tree()).below([pk]), name

    def _about(self, kind: Kind, condition: Condition) -> tuple[str, str]:
        if kind.about is None:
            if condition.of:
                raise WrongQuestion(f"“{kind.name}” takes nothing behind a point.", condition.at)
            return "", ""
        known = list(kind.about(self._actor, self._terms))
        wanted = condition.of.casefold()
        # The code goes first: another's name may be the same.
        by_code = [pair for pair in known if pair[0].casefold() == wanted]
        fitting = by_code or [pair for pair in known if pair[1].casefold() == wanted]
        if not fitting:
            told = (
                f"There is no “{condition.name}.{condition.of}”."
                if wanted
                else f"“{kind.name}” needs a point and a name."
            )
            hint = near(condition.of, [word for pair in known for word in pair])
            raise WrongQuestion(told + hint, condition.at)
        return fitting[0]


def _condition(part: Meaning, meant: Mapping[Condition, Meant]) -> Q:
    match part:
        case Condition():
            return _condition(meant[part].meaning, meant)
        case Not(inner):
            return ~_condition(inner, meant)
        case All(parts):
            return Q(*(_condition(each, meant) for each in parts))
        case Either(parts):
            return Q(*(_condition(each, meant) for each in parts), _connector=Q.OR)
        case Rows(rows, fits, person):
            return fits if person == "pk" else Q(Exists(rows.filter(fits, **{person: OuterRef("pk")})))
    raise TypeError(part)


class _Bits:
    """
    The people one sees, and for each condition whether it fits each of them.

    Ids travel alone: a join would have to guess which condition to begin with, and each count would be a question more.
    """

    def __init__(self, asked: Understood) -> None:
        self._meant = asked.meant
        self._leaves: dict[int, NDArray[np.bool_]] = {}
        visible = Person.objects.visible_to(asked.actor)
        self.people = columns(visible.order_by().values_list("pk"), 1)[0]
        few = None if len(self.people) > LOOKED_UP or asked.actor.has_whole("people.view") else visible.values("pk")
        by_table: dict[Any, list[Rows]] = {}
        for meant in asked.meant.values():
            for leaf in _leaves(meant.meaning):
                by_table.setdefault(leaf.source, []).append(leaf)
        for of_table in by_table.values():
            if few is None:
                self._read(of_table)
            else:
                for begin in range(0, len(of_table), AT_ONCE):
                    self._look_up(of_table[begin : begin + AT_ONCE], few)

    def fits(self, part: Meaning) -> NDArray[np.bool_]:
        match part:
            case Condition():
                return self.fits(self._meant[part].meaning)
            case Not(inner):
                return ~self.fits(inner)
            case All(parts):
                return _joined((self.fits(each) for each in parts), all_of=True)
            case Either(parts):
                return _joined((self.fits(each) for each in parts), all_of=False)
        return self._leaves[id(part)]

    def steps(self, question: Question, depth: int = 0) -> Iterator[Step]:
        parts = question.parts if isinstance(question, All) else (question,)
        left = None
        for part in parts:
            fits = self.fits(part)
            left = fits if left is None else left & fits
            words = clause(part, self._meant)
            yield Step(part, depth, words, int(fits.sum()), int(left.sum()) if depth == 0 else None)
            core = part.part if isinstance(part, Not) else part
            for inner in core.parts if isinstance(core, All | Either) else ():
                yield from self.steps(inner, depth + 1)

    def _read(self, leaves: list[Rows]) -> None:
        """Read who fits each, one after the other: an index leads to them, or the server goes through all with every hand."""
        for leaf in leaves:
            self._keep(leaf, columns(leaf.rows.filter(leaf.fits).values_list(leaf.person), 1)[0])

    def _look_up(self, leaves: list[Rows], few: Any) -> None:
        """Read all rows of a few people, and which of the leaves each fits: an index would lead through everybody's."""
        rows = leaves[0].rows.filter(**{f"{leaves[0].person}__in": few})
        ids, told = _told(rows, leaves)
        for place, leaf in enumerate(leaves):
            self._keep(leaf, ids[(told >> place) & 1 == 1])

    def _keep(self, leaf: Rows, ids: NDArray[np.int64]) -> None:
        import numpy as np

        highest = int(self.people.max(initial=0))
        marked = np.zeros(highest + 1, dtype=np.bool_)
        marked[ids[ids <= highest]] = True
        self._leaves[id(leaf)] = marked[self.people]


def _told(rows: Any, leaves: list[Rows]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the person of each row, and a bit for each of the leaves that it fits; both travel as one number."""
    told: Any = F(leaves[0].person) * Value(1 << len(leaves), output_field=BigIntegerField())
    for place, leaf in enumerate(leaves):
        told = told + Case(When(leaf.fits, then=Value(1 << place)), default=Value(0), output_field=BigIntegerField())
    told = ExpressionWrapper(told, output_field=BigIntegerField())
    both = columns(rows.order_by().annotate(told=told).values_list("told"), 1)[0]
    return both >> len(leaves), both & ((1 << len(leaves)) - 1)


def _leaves(part: Meaning) -> Iterator[Rows]:
    match part:
        case Not(inner):
            yield from _leaves(inner)
        case All(parts) | Either(parts):
            for each in parts:
                yield from _leaves(each)
        case Rows():
            yield part


def _joined(several: Iterable[NDArray[np.bool_]], *, all_of: bool) -> NDArray[np.bool_]:
    found = None
    for each in several:
        found = each if found is None else (found & each if all_of else found | each)
    assert found is not None  # two parts or more
    return found

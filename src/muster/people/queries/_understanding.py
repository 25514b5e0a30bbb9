"""What a question means to one actor: names of conditions, choices, units and own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from muster.access import queries as access
from muster.access.actor import Actor
from muster.core.terms import Terms
from muster.people.calc.asked_days import Days, read_days
from muster.people.calc.conditions import Asked, Kind, Meant, Takes, near, sentence
from muster.people.calc.questions import (
    Condition,
    Question,
    WrongQuestion,
    written,
)
from muster.units.queries import load_tree

if TYPE_CHECKING:
    pass


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


@cache
def all_kinds() -> dict[str, Kind]:
    """Return every kind of condition by its name, as the apps list them."""
    listed = (kind for name in settings.CONDITIONS for kind in import_module(name).CONDITIONS)
    return {kind.name: kind for kind in listed}


def kinds_for(actor: Actor) -> list[Kind]:
    """Return what the actor may ask about, in the order of the form; no query."""
    return [kind for kind in all_kinds().values() if actor.may(kind.permission)]


class Understanding:
    """What names mean to one actor."""

    def __init__(self, actor: Actor, terms: Terms) -> None:
        self._actor, self._terms = actor, terms
        self._units: list[tuple[int, str]] | None = None

    def meant(self, condition: Condition) -> Meant:
        kind = all_kinds().get(condition.name)
        if kind is None:
            hint = near(condition.name, (each.name for each in kinds_for(self._actor)))
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

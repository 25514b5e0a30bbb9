"""What a condition of a question is, said once: its name, what it takes, how a sentence tells it, and the rows it is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import Any

from muster.core.terms import Terms
from muster.people.calc.asked_days import Days
from muster.people.calc.questions import All, Condition, Either, Not, Question


class Takes(Enum):
    """What stands behind the sign."""

    TEXT = "text"
    CHOICE = "choice"
    DAYS = "days"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Rows:
    """
    People by rows about them: whoever has a row that fits.

    :ivar rows: a QuerySet over everybody's rows
    :ivar fits: which of them, a Q on columns that are never NULL there; for rows of Person on its own columns alone
    :ivar person: the column with the id of the person, "pk" for rows of Person
    :ivar by_index: an index leads to those that fit; rows of Person without one are looked at while the people are read
    """

    rows: Any
    fits: Any
    person: str = "person_id"
    by_index: bool = True

    @property
    def source(self) -> tuple[Any, ...]:
        """What is equal where two are about the same rows, and may be read at once."""
        return self.rows.model, self.person, self.rows.query.where


# Rows put together by `Not`, `All` and `Either`, as a question is.
Meaning = Any


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One condition as a kind gets it.

    :ivar actor: who asks
    :ivar values: texts, codes of choices, or sets of unit ids
    :ivar days: where the kind takes days
    :ivar of: the code of what it is about
    """

    actor: Any
    values: tuple[Any, ...]
    days: Days
    of: str


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of condition. An app lists its own in `CONDITIONS` of its module `conditions`, which `settings.CONDITIONS` names.

    :ivar label: what the form calls it
    :ivar yes, no: what a sentence says of people whom it fits, and of others; `{}` is what was asked for, `{of}` what it is about
    :ivar meaning: what it means in rows; whoever calls has seen to the permission
    :ivar permission: the right over a person by which one may know this of them; who asks sees only people over whom they hold it
    :ivar choices: the organisation's nouns → code → words, for `Takes.CHOICE`
    :ivar about: actor, the organisation's nouns → [(code, words)], where the name is followed by what it is about
    """

    name: str
    label: str
    takes: Takes
    yes: str
    no: str
    meaning: Callable[[Asked], Meaning]
    permission: str = "people.view"
    choices: Callable[[Terms], Mapping[str, str]] = lambda terms: MappingProxyType({})
    about: Callable[[Any, Terms], Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """
    A condition that was understood.

    :ivar shown: what was asked for, in words
    :ivar about: what it is about, in words
    """

    kind: Kind
    meaning: Meaning
    shown: str
    about: str

    def words(self, *, turned: bool = False) -> str:
        """Return what a sentence says of the people: `are members`."""
        return (self.kind.no if turned else self.kind.yes).format(self.shown, of=self.about)


def any_of(meanings: Iterable[Meaning]) -> Meaning:
    """Return what any of these means; rows of one table together are one set of rows."""
    found: list[Meaning] = []
    for each in meanings:
        last = found[-1] if found else None
        if isinstance(each, Rows) and isinstance(last, Rows) and each.source == last.source:
            found[-1] = Rows(last.rows, last.fits | each.fits, last.person, last.by_index and each.by_index)
        else:
            found.append(each)
    return found[0] if len(found) == 1 else Either(tuple(found))


def near(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean “tag”?`, or '' where nothing is like it."""
    by_key = {each.casefold(): each for each in known}
    found = get_close_matches(word.casefold(), by_key, n=1, cutoff=0.6)
    return f" Did you mean “{by_key[found[0]]}”?" if found else ""


def sentence(question: Question, meant: Mapping[Condition, Meant]) -> str:
    """Return a question as a sentence: `People who are members and joined over 6 months ago.`"""
    return f"People who {clause(question, meant)}."


def clause(question: Question, meant: Mapping[Condition, Meant], *, turned: bool = False) -> str:
    """Return the part of the sentence behind `People who`."""
    match question:
        case Condition():
            return meant[question].words(turned=turned)
        case Not(part):
            return clause(part, meant, turned=not turned)
        case All(parts) | Either(parts):
            # Not all of them is: one of them not.
            joins_all = isinstance(question, All) != turned
            told = [_inside(part, meant, turned=turned) for part in parts]
            word = "and" if joins_all else "or"
            return f" {word} ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def _inside(part: Question, meant: Mapping[Condition, Meant], *, turned: bool) -> str:
    core = part.part if isinstance(part, Not) else part
    told = clause(part, meant, turned=turned)
    return f"({told})" if isinstance(core, All | Either) else told

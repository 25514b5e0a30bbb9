"""
Questions about people, as a text that fits in an address: `standing:member in:North joined>6m not tag:"new member"`.

    question  = part {"or" part}
    part      = piece {["and"] piece}
    piece     = "not" piece | "(" question ")" | condition
    condition = name ["." of] (":" | "<" | ">") value {"," value}

A name is small letters and hyphens; `of` and values stand in quotes where they hold a blank or a sign, a quote inside is doubled.
What the names mean is said elsewhere (`calc.conditions`): here is only the shape.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.core.errors import DomainError

SIGNS = (":", "<", ">")
LONGEST, MOST_CONDITIONS, MOST_VALUES, DEEPEST = 1000, 20, 20, 6
_NAME = re.compile(r"[a-z][a-z-]*")
# What needs no quotes. Words with a meaning of their own are told apart by the sign before them.
_BARE = re.compile(r'[^\s()",:<>.]+')
_BARE_VALUE = re.compile(r'[^\s()",]+')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_WORDS = ("and", "or", "not")
_OWN_WORD = re.compile(r"(and|or|not)(?=[\s()]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One condition; several values mean any of them.

    :ivar of: what more it is about, such as the own field in `field.shift:night`; '' for most
    :ivar sign: ":", "<" or ">"
    :ivar at: where it stands in the text, from 0; plays no part in whether two are equal
    """

    name: str
    sign: str
    values: tuple[str, ...]
    of: str = ""
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """:ivar part: a `Question`; where its meaning is put together (`calc.conditions`), `Rows` too"""

    part: Any


@dataclass(frozen=True, slots=True)
class All:
    """Every part fits; two parts or more."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part fits; two parts or more."""

    parts: tuple[Any, ...]


Question = Condition | Not | All | Either


class WrongQuestion(DomainError):
    """
    The text cannot be understood.

    :ivar at: where, from 0
    """

    def __init__(self, told: str, at: int = 0) -> None:
        super().__init__(told, field="ask")
        self.at = at


def read(text: str) -> Question:
    """
    Read a question.

    :raises WrongQuestion: it is none, or too long

    >>> read('in:North (tag:a,b or not joined>6m)') == All((
    ...     Condition("in", ":", ("North",)),
    ...     Either((Condition("tag", ":", ("a", "b")), Not(Condition("joined", ">", ("6m",)))))))
    True
    """
    if len(text) > LONGEST:
        raise WrongQuestion(f"A question has at most {LONGEST:,} signs.", LONGEST)
    return _Reader(text).question()


def written(question: Question) -> str:
    """
    Return the text of a question; reading it gives the same question.

    >>> written(Not(Either((Condition("city", ":", ("New York",)), Condition("tag", ":", ("a", "b,c"))))))
    'not (city:"New York" or tag:a,"b,c")'
    """
    match question:
        case Condition(name, sign, values, of):
            about = f".{_quoted(of, _BARE)}" if of else ""
            return f"{name}{about}{sign}{','.join(_quoted(value, _BARE_VALUE) for value in values)}"
        case Not(part):
            return f"not {_inside(part)}"
        case All(parts):
            return " ".join(map(_inside, parts))
        case Either(parts):
            return " or ".join(map(_inside, parts))


def conditions_of(question: Question) -> Iterator[Condition]:
    """Yield the conditions of a question from left to right."""
    match question:
        case Condition():
            yield question
        case Not(part):
            yield from conditions_of(part)
        case All(parts) | Either(parts):
            for each in parts:
                yield from conditions_of(each)


def parts_of(question: Question | None) -> tuple[Question, ...]:
    """Return the parts that all must fit: of one that is no `All` itself, of none nothing."""
    if question is None:
        return ()
    return question.parts if isinstance(question, All) else (question,)


def joined(parts: Sequence[Question]) -> Question | None:
    """Return the question of these parts, None of none."""
    return (parts[0] if len(parts) == 1 else All(tuple(parts))) if parts else None


def with_part(question: Question | None, part: Question, *, beside: int | None = None) -> Question:
    """
    Return the question with one more part.

    :param beside: the place of the part for which it is enough as well (or); None: it must fit too (and)
    :raises IndexError: there is no such part
    """
    parts = list(parts_of(question))
    if beside is None:
        parts.append(part)
    else:
        there = parts[beside]
        parts[beside] = Either((*(there.parts if isinstance(there, Either) else (there,)), part))
    return joined(parts) or part


def without_part(question: Question, place: int) -> Question | None:
    """Return the question without one of its parts; None: nothing is left."""
    parts = parts_of(question)
    return joined([*parts[:place], *parts[place + 1 :]])


def with_part_turned(question: Question, place: int) -> Question:
    """Return the question with one of its parts turned round: not it, or it again."""
    parts = list(parts_of(question))
    there = parts[place]
    parts[place] = there.part if isinstance(there, Not) else Not(there)
    return joined(parts) or question


def outline(text: str) -> str:
    """
    Return what a question is about, without what it looks for: names of people are for no trace. '' where it cannot be read.

    >>> outline("standing:member (not name:Berg or tag:a)")
    'standing name tag'
    """
    try:
        return " ".join(condition.name for condition in conditions_of(read(text)))
    except WrongQuestion:
        return ""


def _inside(part: Question) -> str:
    return f"({written(part)})" if isinstance(part, All | Either) else written(part)


def _quoted(text: str, bare: re.Pattern[str]) -> str:
    return text if bare.fullmatch(text) else '"' + text.replace('"', '""') + '"'


class _Reader:
    """Goes through a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = self.count = self.depth = 0

    def question(self) -> Question:
        found = self._either()
        if self.at < len(self.text):
            raise WrongQuestion("There is a “)” too many.", self.at)
        return found

    def _either(self) -> Question:
        self.depth += 1
        if self.depth > DEEPEST:
            raise WrongQuestion(f"Brackets stand at most {DEEPEST - 1} deep.", self.at)
        parts = [self._all()]
        while self._takes_word("or"):
            parts.append(self._all())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Question:
        parts = [self._piece()]
        while self._takes_word("and") or not self._ends():
            parts.append(self._piece())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _ends(self) -> bool:
        self._skip()
        return self.at >= len(self.text) or self.text[self.at] == ")" or self._word() == "or"

    def _piece(self) -> Question:
        turned = 0
        while self._takes_word("not"):
            turned += 1
        found = self._bracket() if self._takes("(") else self._condition()
        if turned % 2 == 0:
            return found
        # Twice not is nothing.
        return found.part if isinstance(found, Not) else Not(found)

    def _bracket(self) -> Question:
        begin = self.at - 1
        found = self._either()
        if not self._takes(")"):
            raise WrongQuestion("This “(” is never closed.", begin)
        return found

    def _condition(self) -> Condition:
        self._skip()
        begin, name = self.at, _NAME.match(self.text, self.at)
        if name is None or name[0] in _WORDS:
            raise WrongQuestion("A condition is expected here, such as standing:member.", begin)
        self.count += 1
        if self.count > MOST_CONDITIONS:
            raise WrongQuestion(f"A question has at most {MOST_CONDITIONS} conditions.", begin)
        self.at = name.end()
        of = ""
        if self.text[self.at : self.at + 1] == ".":
            self.at += 1
            of = self._value(_BARE)
        sign = self.text[self.at : self.at + 1]
        if sign not in SIGNS:
            raise WrongQuestion(f"After “{name[0]}” comes a colon and what is looked for: {name[0]}:…", self.at)
        self.at += 1
        values = [self._value(_BARE_VALUE)]
        while self.text[self.at : self.at + 1] == ",":
            self.at += 1
            values.append(self._value(_BARE_VALUE))
        if len(values) > MOST_VALUES:
            raise WrongQuestion(f"A condition has at most {MOST_VALUES} values.", begin)
        return Condition(name[0], sign, tuple(values), of, begin)

    def _value(self, bare: re.Pattern[str]) -> str:
        quoted = _QUOTED.match(self.text, self.at)
        found = quoted or bare.match(self.text, self.at)
        if found is None:
            open_quote = self.text[self.at : self.at + 1] == '"'
            raise WrongQuestion("This quote is never closed." if open_quote else "A value is expected here.", self.at)
        value = " ".join((quoted[1].replace('""', '"') if quoted else found[0]).replace("\x00", "").split())
        if not value:
            raise WrongQuestion("A value is expected here.", self.at)
        self.at = found.end()
        return value

    def _skip(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def _word(self) -> str:
        """Return the word of our own that begins here, '' where another begins."""
        found = _OWN_WORD.match(self.text, self.at)
        return found[0].lower() if found else ""

    def _takes_word(self, word: str) -> bool:
        self._skip()
        if self._word() != word:
            return False
        self.at += len(word)
        return True

    def _takes(self, sign: str) -> bool:
        self._skip()
        if self.text[self.at : self.at + 1] != sign:
            return False
        self.at += 1
        return True

"""Whom the rows behind a question fit: as bits over the people one sees, and as a condition of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Case, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When

from muster.access.arrays import columns
from muster.people.calc.conditions import Meaning, Meant, Rows, clause
from muster.people.calc.questions import (
    All,
    Condition,
    Either,
    Not,
    Question,
)
from muster.people.models import Person
from muster.people.queries._understanding import Understood

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Up to so many people the rows about them are looked up; beyond, everybody's are read.
LOOKED_UP = 20_000
# So many conditions are asked of a row at once, a bit each: beside its person in one whole number.
AT_ONCE = 20


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


def condition(part: Meaning, meant: Mapping[Condition, Meant]) -> Q:
    match part:
        case Condition():
            return condition(meant[part].meaning, meant)
        case Not(inner):
            return ~condition(inner, meant)
        case All(parts):
            return Q(*(condition(each, meant) for each in parts))
        case Either(parts):
            return Q(*(condition(each, meant) for each in parts), _connector=Q.OR)
        case Rows(rows, fits, person):
            return fits if person == "pk" else Q(Exists(rows.filter(fits, **{person: OuterRef("pk")})))
    raise TypeError(part)


class Bits:
    """
    The people one sees, and for each condition whether it fits each of them.

    Ids travel alone: a join would have to guess which condition to begin with, and each count would be a question more.
    """

    def __init__(self, asked: Understood) -> None:
        self._meant = asked.meant
        self._leaves: dict[int, NDArray[np.bool_]] = {}
        leaves = [leaf for meant in asked.meant.values() for leaf in _leaves(meant.meaning)]
        along = [leaf for leaf in leaves if leaf.person == "pk" and not leaf.by_index][:AT_ONCE]
        visible = Person.objects.visible_to(asked.actor)
        is_everybody = asked.actor.has_whole("people.view")
        self.people = self._read_people(visible, along, is_everybody=is_everybody)
        few = None if len(self.people) > LOOKED_UP or is_everybody else visible.values("pk")
        by_table: dict[Any, list[Rows]] = {}
        for leaf in leaves:
            if id(leaf) not in self._leaves:
                by_table.setdefault(leaf.source, []).append(leaf)
        for of_table in by_table.values():
            if few is None:
                self._read(of_table)
            else:
                for begin in range(0, len(of_table), AT_ONCE):
                    self._look_up(of_table[begin : begin + AT_ONCE], few)

    def _read_people(self, visible: Any, along: list[Rows], *, is_everybody: bool) -> NDArray[np.int64]:
        """Read whom one sees, and which of the leaves along fit them."""
        if along:
            ids, told = _told(visible, along)
            self._leaves |= {id(leaf): (told >> place) & 1 == 1 for place, leaf in enumerate(along)}
            return ids
        # In the order of an index everybody is read from it alone: what the policy asks for seems to cost the planner far more
        # than either way, so that it would take the whole table.
        in_order = visible.order_by("pk") if is_everybody else visible
        return columns(in_order.values_list("pk"), 1, in_order=is_everybody)[0]

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

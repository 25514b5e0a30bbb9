"""Lists of people: narrowed, sorted, a page at a time from a place, at the same number of queries for any number of rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from muster.access.actor import Actor
from muster.access.keyset import beyond
from muster.core.terms import Terms
from muster.people.calc.listing import COUNTED_UP_TO, CURRENT, PAGE_SIZE, Filters, Place
from muster.people.calc.spells import STANDINGS
from muster.people.models import Person, Placement, Standing
from muster.people.queries import asking
from muster.people.queries._narrowing import held, narrowed, open_branches_and_groups

# With more people than this in one's units the rows are read in order and asked one by one; with fewer they are collected.
COLLECTED_UP_TO = 5000
# Of a question that fits more, so many rows are read by their order alone, to find the first that are among those it fits;
# first a few, as of a question that fits most of us these are enough.
WALKED = (1_000, 20_000)
_ORDERS = {"name": ("name_key", "pk"), "city": ("city", "name_key", "pk"), "joined": ("from_on", "person_id")}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One row of a list. `since`: first day of the standing; `unit`: the home unit, '' without one."""

    id: int
    ref: str
    name: str
    city: str
    region: str
    unit: str
    unit_id: int | None
    standing: str
    since: date | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """
    One page of a list.

    :ivar previous: id to go back from, None on the first page
    :ivar next: id to go on from, None on the last page
    :ivar count: people who fit, at most `COUNTED_UP_TO` + 1, which means more than that
    :ivar sentence: what was asked, where a question was
    :ivar steps: the parts of a question, counted
    """

    lines: list[PersonLine]
    previous: int | None
    next: int | None
    count: int
    sentence: str = ""
    steps: Sequence[asking.Step] = ()

    @property
    def is_counted(self) -> bool:
        return self.count <= COUNTED_UP_TO


def people_page(
    actor: Actor, filters: Filters, place: Place = Place(), *, size: int = PAGE_SIZE, terms: Terms = Terms()
) -> PeoplePage:
    """
    Return one page of the people the actor may see and who fit.

    Narrow the actor (`Actor.within`) to stand in a unit. At most six queries, and those of `asking.found` for a question. A
    place the actor may not see begins at the start.

    :raises WrongQuestion: `filters.ask` cannot be understood
    """
    listing = _Listing(actor, filters, terms)
    boundary = listing.boundary(place.row_id)
    back = place.back and boundary is not None
    people = listing.people(boundary, back=back, limit=size + 1)
    more = len(people) > size
    people = people[:size][::-1] if back else people[:size]
    before, after = (more, True) if back else (boundary is not None, more)
    return PeoplePage(
        lines=_lines(actor, people),
        previous=people[0].pk if before and people else None,
        next=people[-1].pk if after and people else None,
        count=listing.count(),
        sentence=listing.asked.sentence if listing.asked else "",
        steps=listing.found.steps if listing.found else (),
    )


def count_people(actor: Actor, filters: Filters) -> int:
    """Return how many people fit, at most `COUNTED_UP_TO` + 1; one or two queries, for a question as `asking.found`."""
    return _Listing(actor, filters).count()


def count_all(actor: Actor, filters: Filters) -> int:
    """Return how many people fit, however many; two queries."""
    return _Listing(actor, filters).count_all()


def count_members(actor: Actor) -> int:
    """Return how many members the whole organisation has, whatever the actor may see of them; one query."""
    held_now = Standing.objects.unscoped("a number says nothing of anybody").on(actor.on)
    return held_now.filter(standing="member").count()


def all_ids(actor: Actor, filters: Filters) -> Iterator[int]:
    """Yield the ids of everyone who fits, in the order of the list; two queries, rows read as they are taken."""
    listing = _Listing(actor, filters)
    yield from listing.rows().order_by(*listing.order(back=False)).values_list(listing.key, flat=True).iterator(10_000)


def lines_of(actor: Actor, ids: Sequence[int]) -> list[PersonLine]:
    """Return the rows of these people, in this order, without those the actor may not see; three queries."""
    people = Person.objects.visible_to(actor, row_by_row=True).filter(pk__in=ids).in_bulk()
    return _lines(actor, [people[pk] for pk in ids if pk in people])


def _lines(actor: Actor, people: Sequence[Person]) -> list[PersonLine]:
    ids = [person.pk for person in people]
    homes = (
        Placement.objects.unscoped("spells of people the actor may see")
        .on(actor.on)
        .filter(person_id__in=ids, is_primary=True)
    )
    home_of = {person_id: (unit_id, name) for person_id, unit_id, name in _homes(homes)}
    standing_of: dict[int, tuple[str, date]] = {}
    standings = Standing.objects.unscoped("spells of people the actor may see").on(actor.on).filter(person_id__in=ids)
    for person_id, standing, from_on in standings.order_by("pk").values_list("person_id", "standing", "from_on"):
        kept = standing_of.get(person_id)
        if kept is None or STANDINGS.index(standing) < STANDINGS.index(kept[0]):
            standing_of[person_id] = (standing, from_on)
    return [_line(person, home_of.get(person.pk), standing_of.get(person.pk)) for person in people]


def _homes(homes: "QuerySet[Placement]") -> "QuerySet[Placement, tuple[int, int, str]]":
    return homes.order_by("pk").values_list("person_id", "unit_id", "unit__name")


def _line(person: Person, home: tuple[int, str] | None, held: tuple[str, date] | None) -> PersonLine:
    return PersonLine(
        id=person.pk,
        ref=person.ref,
        name=str(person),
        city=person.city,
        region=person.region,
        unit=home[1] if home else "",
        unit_id=home[0] if home else None,
        standing=held[0] if held else "",
        since=held[1] if held else None,
        tags=tuple(filter(None, person.tags.split(";"))),
    )


class _Listing:
    """One list: which rows, in which order, read which way."""

    def __init__(self, actor: Actor, filters: Filters, terms: Terms = Terms()) -> None:
        if filters.at_large and not actor.has_whole("people.view"):
            # Whoever is at large here is placed in some other unit: a region, a committee, a branch that closed.
            actor = actor.within(actor.units_for("people.view") - set(open_branches_and_groups(actor)))
        self.asked = asking.understood(actor, filters.ask, terms) if filters.ask else None
        self.found = asking.found(actor, self.asked) if self.asked else None
        self.actor, self.filters = self.asked.actor if self.asked else actor, filters
        by_day = filters.column == "joined" and filters.standing in CURRENT
        self.columns = _ORDERS["joined" if by_day else filters.column]
        self.by_day = by_day
        self.key = "person_id" if by_day else "pk"
        self.is_small = self._is_small()
        self.by_filter = filters.is_selective and not self.is_small

    def _is_small(self) -> bool:
        if self.found is not None:
            return len(self.found.ids) <= COLLECTED_UP_TO
        if self.actor.has_whole("people.view"):
            return False
        unit_ids = self.actor.units_for("people.view")
        placed = Placement.objects.unscoped("counts the actor's own units").on(self.actor.on)
        return placed.filter(unit_id__in=unit_ids)[: COLLECTED_UP_TO + 1].count() <= COLLECTED_UP_TO

    def rows(self) -> "QuerySet[Any, Any]":
        if self.asked is not None and self.found is not None:
            people = self._visible(row_by_row=True)
            if self.is_small:
                return people.filter(pk__in=self.found.ids.tolist())
            return people.filter(asking.condition_of(self.actor, self.asked))
        visible = self._visible(row_by_row=not self.is_small)
        key = self.key.partition("_")[0]
        return narrowed(visible, self.actor, self.filters, key=key, by_filter=self.by_filter)

    def _visible(self, *, row_by_row: bool) -> "QuerySet[Any, Any]":
        if self.by_day:
            return held(Standing.objects.visible_to(self.actor, row_by_row=row_by_row), self.actor, self.filters)
        return Person.objects.visible_to(self.actor, row_by_row=row_by_row)

    def order(self, *, back: bool) -> list[Any]:
        sign = "-" if back != self.filters.descending else ""
        if not (self.is_small or self.by_filter):
            return [sign + column for column in self.columns]
        # An expression no index has: the database collects the few rows first and sorts them then.
        first = self.columns[0]
        later = Coalesce(first, "to_on") if self.by_day else Concat(F(first), Value(""), output_field=CharField())
        return [later.desc() if sign else later.asc(), *(sign + column for column in self.columns[1:])]

    def boundary(self, row_id: int | None) -> dict[str, Any] | None:
        """Return what the row beside the page holds in the columns of the order, None where it is not to be seen."""
        if row_id is None:
            return None
        rows = self._visible(row_by_row=True).filter(**{self.key: row_id})
        return rows.order_by("pk").values(*self.columns).first()

    def people(self, boundary: dict[str, Any] | None, *, back: bool, limit: int) -> list[Person]:
        walked = self._walked(boundary, back=back, limit=limit)
        if walked is not None:
            return walked
        rows = self.rows()
        if boundary is not None:
            rows = rows.filter(beyond(boundary, "lt" if back != self.filters.descending else "gt"))
        rows = rows.order_by(*self.order(back=back))
        if self.by_day:
            return [spell.person for spell in rows.select_related("person")[:limit]]
        return list(rows[:limit])

    def _walked(self, boundary: dict[str, Any] | None, *, back: bool, limit: int) -> list[Person] | None:
        """Return the first of many whom a question fits; None where there are few, or too few in the first rows."""
        if self.found is None or self.is_small or self.by_day:
            return None
        import numpy as np

        everybody = Person.objects.unscoped("an order of ids, of which those are kept whom the actor sees")
        if boundary is not None:
            everybody = everybody.filter(beyond(boundary, "lt" if back != self.filters.descending else "gt"))
        in_order = everybody.order_by(*self.order(back=back)).values_list("pk", flat=True)
        for most in WALKED:
            ids = np.fromiter(in_order[:most], dtype=np.int64)
            first = ids[np.isin(ids, self.found.ids)][:limit].tolist()
            if len(first) == limit or len(ids) < most:
                people = self._visible(row_by_row=True).in_bulk(first)
                return [people[pk] for pk in first if pk in people]
        return None

    def count_all(self) -> int:
        return len(self.found.ids) if self.found is not None else self.rows().order_by().count()

    def count(self) -> int:
        if self.found is not None:
            return min(len(self.found.ids), COUNTED_UP_TO + 1)
        return self.rows().order_by()[: COUNTED_UP_TO + 1].count()

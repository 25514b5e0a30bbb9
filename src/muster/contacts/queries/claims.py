"""Reads of claims: which unit claims what, who gets an address, and what was changed when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from muster.access import queries as access
from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts.calc import areas
from muster.contacts.calc.areas import Shape
from muster.contacts.calc.claims import Asked, Key, Shapes, claims_after, differences, place_words
from muster.contacts.calc.routing import AREA, COUNTY, POSTCODE, Address, claim_value
from muster.contacts.models import Claim, ClaimChange, ClaimQuerySet
from muster.contacts.queries import plans, routing
from muster.contacts.queries.plans import Effects
from muster.units import queries as units
from muster.units.places import ground

EDIT = "units.edit"
SIZE = 100
# The side of an area's picture, in its own units.
PICTURE = 64
UNDO_DAYS = 30
# Places and rows of a change that its page shows.
SHOWN = 50
# (code, words) of what can be claimed.
KINDS: list[tuple[str, str]] = [(str(code), str(words)) for code, words in Claim.Kind.choices]
PROPOSED, STORED, UNDONE = "proposed", "stored", "undone"
ORDER = ("kind", "country", "value", "pk")


@dataclass(frozen=True, slots=True)
class Line:
    """
    One claim.

    :ivar kind: in words
    :ivar place: as a reader writes it
    :ivar outline: the path of an area's picture, `PICTURE` wide and high; '' of anything else
    """

    id: int
    kind: str
    place: str
    country: str
    unit_id: int
    unit: str
    outline: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """
    Some claims, in order.

    :ivar count: how many there are under the same filter
    :ivar previous, next: id of the claim before or after which the page beside this one begins, None: there is none
    """

    lines: list[Line]
    count: int
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Who gets an address, and why; both empty where that is a unit the reader may not see."""

    unit: str
    because: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place whose claim changes: the names of the units before and after, '' for nobody; of an area, its outline."""

    kind: str
    place: str
    before: str
    after: str
    outline: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """
    A change of claims as its page shows it.

    :ivar places: the first of those whose claim changes
    :ivar place_count: how many those are
    :ivar left_out: (row, column, value, message) of the first rows of the file that cannot be taken
    :ivar effects: what it would do; None once it is stored
    :ivar moved: people and inquiries that it moves, or moved
    :ivar undo_until: the last moment at which it can be taken back, None where it cannot
    """

    id: int
    name: str
    state: str
    made_at: datetime
    is_whole: bool
    places: list[Place]
    place_count: int
    left_out: list[tuple[int, str, str, str]]
    left_out_count: int
    moved: Mapping[str, int]
    effects: Effects | None = None
    undo_until: datetime | None = None
    stored_at: datetime | None = field(default=None)


def claim_page(
    actor: Actor, here: Actor, *, kind: str = "", search: str = "", after: int | None = None, before: int | None = None
) -> Page:
    """
    Return `SIZE` claims of the units where the actor stands; four queries at most.

    :param here: the actor narrowed to where they stand
    :param kind: one of `models.Claim.Kind`; '' for all
    :param search: how a place begins, as somebody types it
    :param after: only those behind this one; `before`: those in front of it. One that the actor may not see is no place
    """
    found = _narrowed(Claim.objects.visible_to(here), kind, search)
    count = found.order_by().count()
    part = slice_of(found, ORDER, size=SIZE, after=after, before=before)
    names = _names(actor, {row.unit_id for row in part.rows})
    lines = [
        Line(
            row.pk,
            row.get_kind_display(),
            place_words(row.kind, row.value, row.country),
            row.country,
            row.unit_id,
            names.get(row.unit_id, ""),
            areas.outline(row.shape, PICTURE) if row.shape else "",
        )
        for row in part.rows
    ]
    return Page(lines, count, part.previous, part.next)


def is_visible(actor: Actor, claim_id: int) -> bool:
    """Say whether there is such a claim that the actor may see; one query."""
    return Claim.objects.visible_to(actor).filter(pk=claim_id).exists()


def answer(actor: Actor, address: Address) -> Answer:
    """Return which unit gets an address now; seven queries."""
    on = ground()
    here = routing.address_of(actor, on, address.postcode, address.city, address.region, address.country)
    decided = routing.decisions(actor, routing.routes_now(actor), {0: here}, on)[0]
    name = _names(actor, [decided.unit_id]).get(decided.unit_id, "")
    return Answer(name, decided.because if name else "")


def changes(actor: Actor, *, most: int) -> list[ClaimChange]:
    """Return the latest changes, to whoever may change units everywhere; else none. One query at most."""
    if not actor.has_whole(EDIT):
        return []
    return list(ClaimChange.objects.order_by("-made_at", "-pk")[:most])


def change(actor: Actor, change_id: int, *, now: datetime) -> Change | None:
    """Return one change, with what it would do where it is not stored yet, None where there is none to see; twenty queries."""
    found = ClaimChange.objects.filter(pk=change_id).order_by("pk").first() if actor.has_whole(EDIT) else None
    if found is None:
        return None
    state, worked_out = state_of(actor, found), None
    done = [(tuple(key), before, after) for *key, before, after in found.done]
    moved = found.moved
    if state == PROPOSED:
        stored, shapes = routing.stored_claims(actor)
        later = claims_after(stored, asked_of(actor, found), whole=found.is_whole)
        worked_out = plans.effects(actor, stored, later, shapes | shapes_of(actor, found))
        moved = {"people": worked_out.moved.people, "inquiries": worked_out.moved.inquiries}
        done = [(key, *both) for key, both in differences(stored, later).items()]
    ends = found.stored_at + timedelta(days=UNDO_DAYS) if found.stored_at and state == STORED else None
    return Change(
        id=found.pk,
        name=found.name,
        state=state,
        made_at=found.made_at,
        is_whole=found.is_whole,
        places=_places(actor, done[:SHOWN], dict(found.shapes)),
        place_count=len(done),
        left_out=[tuple(row) for row in found.left_out[:SHOWN]],
        left_out_count=len(found.left_out),
        moved=moved,
        effects=worked_out,
        undo_until=ends if ends and now <= ends else None,
        stored_at=found.stored_at,
    )


def state_of(actor: Actor, found: ClaimChange) -> str:
    """Return `PROPOSED`, `STORED` or `UNDONE`."""
    return UNDONE if found.undone_at else STORED if found.stored_at else PROPOSED


def asked_of(actor: Actor, found: ClaimChange) -> dict[Key, int | None]:
    """Return what a change asks for, places left out whose unit is gone since; one query."""
    return with_unit(actor, {(kind, country, value): unit for kind, country, value, unit in found.asked})


def shapes_of(actor: Actor, found: ClaimChange) -> Shapes:
    """Return the shapes of the areas that a change names; no query."""
    return {(AREA, "", value): shape for value, shape in found.shapes}


def with_unit(actor: Actor, asked: Asked) -> dict[Key, int | None]:
    """Return what is asked without the places whose unit is gone; one query."""
    there = dict(units.choices({unit for unit in asked.values() if unit is not None}))
    return {key: unit for key, unit in asked.items() if unit is None or unit in there}


def _narrowed(claims: ClaimQuerySet, kind: str, search: str) -> ClaimQuerySet:
    if kind:
        claims = claims.filter(kind=kind)
    if begins := claim_value(POSTCODE, search, ""):
        # A county stands behind its state; an area is called as somebody likes.
        named = Q(kind=COUNTY, value__contains=f" {search.strip().upper()}") | Q(
            kind=AREA, value__icontains=search.strip()
        )
        claims = claims.filter(Q(value__startswith=begins) | named)
    return claims


def _places(actor: Actor, done: list[tuple[Key, int | None, int | None]], shapes: Mapping[str, Shape]) -> list[Place]:
    names = dict(units.choices({unit for _, *both in done for unit in both if unit is not None}))
    kinds = dict(KINDS)
    return [
        Place(
            kinds.get(kind, kind),
            f"{place_words(kind, value, country)} ({country})" if country else place_words(kind, value),
            names.get(before or 0, ""),
            names.get(after or 0, ""),
            areas.outline(shapes[value], PICTURE) if kind == AREA and value in shapes else "",
        )
        for (kind, country, value), before, after in done
    ]


def _names(actor: Actor, unit_ids: Iterable[int]) -> dict[int, str]:
    return dict(access.units(actor).filter(pk__in=list(unit_ids)).values_list("pk", "name"))

"""Who may be one person twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.access.actor import Actor
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.contacts import email_key, phone_parser
from muster.core.sheets.values.names import name_key
from muster.people.calc.fields import CONTACT, Value
from muster.people.calc.fields import OPEN as OPEN_FIELDS
from muster.people.calc.listing import COUNTED_UP_TO, Place
from muster.people.calc.merging import first_to_keep
from muster.people.calc.spells import STANDINGS
from muster.people.models import DuplicatePair, Person
from muster.people.queries.listing import PersonLine, lines_of
from muster.people.queries.merging import mergeable
from muster.units import queries as unit_queries

MOST = 20
OPEN, APART = DuplicatePair.State.OPEN, DuplicatePair.State.APART


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody known already who may be the one in question, and what speaks for it."""

    line: PersonLine
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """
    Two records that may be one person.

    :ivar kept: the one that is better kept in a merge; `other` the other
    :ivar reason: what speaks for it, '' where the actor may not know
    """

    id: int
    kept: PersonLine
    other: PersonLine
    reason: str


@dataclass(frozen=True, slots=True)
class PairPage:
    """
    One page of pairs.

    :ivar previous: id to go back from, None on the first page; `next` to go on from, None on the last
    :ivar count: pairs there are, at most `COUNTED_UP_TO` + 1, which means more than that
    """

    pairs: list[Pair]
    previous: int | None
    next: int | None
    count: int


def find_duplicates(actor: Actor, fields: Mapping[str, Value], *, but: int | None = None) -> list[Alike]:
    """
    Return people whom the actor may see and who may be the person with these fields, those with most reasons first.

    The same name, or, only among people whose contact details the actor may see, the same e-mail or phone. At most six
    queries, at most `MOST` people.

    :param but: a person who is left out
    """
    key = name_key(str(fields.get("given_name") or ""), str(fields.get("family_name") or ""))
    email = email_key(str(fields.get("email") or ""))
    phone = _phone(fields)
    named = Person.objects.visible_to(actor, row_by_row=True).filter(name_key=key).exclude(pk=but or 0)
    reasons: dict[int, list[str]] = {}
    for pk in named.order_by("pk").values_list("pk", flat=True)[:MOST] if key else ():
        reasons.setdefault(pk, []).append("the same name")
    for column, value, reason in (("email_key", email, "the same e-mail"), ("phone_e164", phone, "the same phone")):
        if value:
            reached = Person.objects.visible_to(actor, "people.contact", row_by_row=True).exclude(pk=but or 0)
            # Said twice so that the index of those who have one at all is used.
            found = reached.filter(~Q(**{column: ""}), **{column: value}).order_by("pk")
            for pk in found.values_list("pk", flat=True)[:MOST]:
                reasons.setdefault(pk, []).append(reason)
    best = sorted(reasons, key=lambda pk: (-len(reasons[pk]), pk))[:MOST]
    return [Alike(line, tuple(reasons[line.id])) for line in lines_of(actor, best)]


def _phone(fields: Mapping[str, Value]) -> str:
    text = str(fields.get("phone") or "")
    if not text:
        return ""
    try:
        return phone_parser(str(fields.get("country") or "") or unit_queries.settings().country)(text)
    except BadValue:
        return ""


def pairs(
    actor: Actor,
    *,
    state: str = OPEN,
    unit_ids: frozenset[int] | None = None,
    batch_id: int | None = None,
    place: Place = Place(),
    size: int = 50,
) -> PairPage:
    """
    Return a page of the pairs of whom the actor may merge both, oldest first; seven queries.

    :param state: `OPEN` for those that nobody has decided, `APART` for those found to be two people
    :param unit_ids: only those of which one at least is placed in these units; None for all
    :param batch_id: only those that this import found
    :param place: the pair to go on from
    """
    found = _mergeable_pairs(actor).filter(state=state)
    if unit_ids is not None:
        here = Person.objects.unscoped("narrows pairs that are scoped already").placed_in(unit_ids, actor.on)
        found = found.filter(Q(first_id__in=here.values("pk")) | Q(second_id__in=here.values("pk")))
    if batch_id is not None:
        found = found.filter(batch_id=batch_id)
    count = found.order_by()[: COUNTED_UP_TO + 1].count()
    if place.row_id is not None:
        found = found.filter(**{f"pk__{'lt' if place.back else 'gt'}": place.row_id})
    rows = _as_pairs(actor, found.order_by("-pk" if place.back else "pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if place.back:
        rows.reverse()
    before, after = (more, True) if place.back else (place.row_id is not None, more)
    return PairPage(
        pairs=rows,
        previous=rows[0].id if before and rows else None,
        next=rows[-1].id if after and rows else None,
        count=count,
    )


def pair_of(actor: Actor, pair_id: int) -> Pair | None:
    """Return a pair, decided or not, None where the actor may not decide it; five queries."""
    return next(iter(_as_pairs(actor, _mergeable_pairs(actor).filter(pk=pair_id))), None)


def alike_to(actor: Actor, person_id: int) -> list[Alike]:
    """
    Return whose records may be of the same person and the actor may merge with this one's, as `find_duplicates` does.

    Those found to be somebody else are left out. Nine queries at most.
    """
    person = Person.objects.visible_to(actor, row_by_row=True).filter(pk=person_id).order_by("pk").first()
    if person is None:
        return []
    names: tuple[str, ...] = OPEN_FIELDS
    if Person.objects.visible_to(actor, "people.contact", row_by_row=True).filter(pk=person_id).exists():
        names = (*OPEN_FIELDS, *CONTACT)
    found = find_duplicates(actor, {name: getattr(person, name) for name in names}, but=person_id)
    apart = known_apart(actor, person_id)
    may = mergeable(actor).filter(pk__in=[one.line.id for one in found]).order_by("pk")
    ids = set(may.values_list("pk", flat=True)) - apart
    return [one for one in found if one.line.id in ids]


def pairs_of(actor: Actor, person_id: int) -> list[Pair]:
    """Return the undecided pairs that a person is in and that the actor may decide; six queries."""
    found = _mergeable_pairs(actor).filter(Q(first_id=person_id) | Q(second_id=person_id), state=OPEN)
    return _as_pairs(actor, found.order_by("pk")[:MOST])


def known_apart(actor: Actor, person_id: int) -> frozenset[int]:
    """Return the ids of people who were found to be somebody else than this person; no rights are checked, one query."""
    apart = DuplicatePair.objects.filter(Q(first_id=person_id) | Q(second_id=person_id), state=APART)
    ids = apart.order_by("pk").values_list("first_id", "second_id")
    return frozenset(pk for pair in ids for pk in pair) - {person_id}


def _mergeable_pairs(actor: Actor) -> "QuerySet[DuplicatePair]":
    if actor.has_whole("people.merge"):
        return DuplicatePair.objects.all()
    may = mergeable(actor)
    return DuplicatePair.objects.filter(
        Exists(may.filter(pk=OuterRef("first_id"))), Exists(may.filter(pk=OuterRef("second_id")))
    )


def _as_pairs(actor: Actor, found: "QuerySet[DuplicatePair]") -> list[Pair]:
    rows = list(found.values_list("pk", "first_id", "second_id", "reason"))
    ids = sorted({pk for _, first, second, _ in rows for pk in (first, second)})
    lines = {line.id: line for line in lines_of(actor, ids)}
    reached = Person.objects.visible_to(actor, "people.contact", row_by_row=True).filter(pk__in=ids)
    in_reach = set(reached.order_by("pk").values_list("pk", flat=True))
    return [
        # That two share an address or a number is told only to who may see both.
        _pair(pk, lines[first], lines[second], reason if {first, second} <= in_reach or "name" in reason else "")
        for pk, first, second, reason in rows
        if first in lines and second in lines
    ]


def _pair(pk: int, first: PersonLine, second: PersonLine, reason: str) -> Pair:
    weights = [
        (False, STANDINGS.index(line.standing) if line.standing else len(STANDINGS), line.since, line.id)
        for line in (first, second)
    ]
    kept, other = (first, second) if first_to_keep(weights) == 0 else (second, first)
    return Pair(pk, kept, other, reason)

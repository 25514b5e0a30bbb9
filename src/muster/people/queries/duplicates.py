"""Who may be one person twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.access.actor import Actor
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.contacts import email_key, phone_parser
from muster.core.sheets.values.names import name_key
from muster.people.calc.fields import Value
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
    after: int = 0,
    size: int = 50,
) -> list[Pair]:
    """
    Return pairs of whom the actor may merge both, oldest first; six queries.

    :param state: `OPEN` for those that nobody has decided, `APART` for those found to be two people
    :param unit_ids: only those of which one at least is placed in these units; None for all
    :param batch_id: only those that this import found
    :param after: only those behind this pair, for the next page
    """
    found = _mergeable_pairs(actor).filter(state=state, pk__gt=after)
    if unit_ids is not None:
        here = Person.objects.unscoped("narrows pairs that are scoped already").placed_in(unit_ids, actor.on)
        found = found.filter(Q(first_id__in=here.values("pk")) | Q(second_id__in=here.values("pk")))
    if batch_id is not None:
        found = found.filter(batch_id=batch_id)
    return _as_pairs(actor, found.order_by("pk")[:size])


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

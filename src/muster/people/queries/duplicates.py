"""Who may be one person twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from muster.access.actor import Actor
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.contacts import email_key, phone_parser
from muster.core.sheets.values.names import name_key
from muster.people.calc.fields import Value
from muster.people.models import DuplicatePair, Person
from muster.people.queries.listing import PersonLine, lines_of
from muster.units import queries as unit_queries

MOST = 20


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody known already who may be the one in question, and what speaks for it."""

    line: PersonLine
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person."""

    id: int
    first: PersonLine
    second: PersonLine
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


def open_pairs(actor: Actor, *, after: int = 0, size: int = 50) -> list[Pair]:
    """Return undecided pairs of whom the actor may merge both, oldest first, from a pair on; five queries."""
    mine = Person.objects.visible_to(actor, "people.merge").values("pk")
    pairs = DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN, pk__gt=after)
    if not actor.has_whole("people.merge"):
        pairs = pairs.filter(first_id__in=mine, second_id__in=mine)
    found = list(pairs.order_by("pk").values_list("pk", "first_id", "second_id", "reason")[:size])
    ids = sorted({pk for _, first, second, _ in found for pk in (first, second)})
    lines = {line.id: line for line in lines_of(actor, ids)}
    return [
        Pair(pk, lines[first], lines[second], reason)
        for pk, first, second, reason in found
        if first in lines and second in lines
    ]

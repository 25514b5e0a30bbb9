"""People at large: which unit looks after each, and why, as the rules say now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from muster.access import queries as access
from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts.queries import routing
from muster.people.queries import at_large
from muster.units import queries as units

SIZE = 50
ORDER = ("name_key", "pk")


@dataclass(frozen=True, slots=True)
class Line:
    """
    Somebody at large.

    :ivar unit: who looks after them, '' where the reader may not see that unit; `because` then is empty too
    """

    person_id: int
    name: str
    place: str
    unit: str
    because: str


@dataclass(frozen=True, slots=True)
class Page:
    """
    Some people, by name.

    :ivar previous, next: id of the person before or after whom the page beside this one begins, None: there is none
    """

    lines: list[Line]
    previous: int | None
    next: int | None


def page(actor: Actor, here: Actor, *, after: int | None = None, before: int | None = None) -> Page:
    """
    Return `SIZE` people at large whom the actor sees where they stand; ten queries at most.

    :param here: the actor narrowed to where they stand
    :param after: only those behind this person; `before`: those in front of them. One who is not there is no place
    """
    found = at_large.people_at_large(here)
    part = slice_of(found, ORDER, size=SIZE, after=after, before=before)
    return Page(_lines(actor, part.rows), part.previous, part.next)


def _lines(actor: Actor, rows: Sequence[Any]) -> list[Line]:
    if not rows:
        return []
    at_home = units.settings().country
    lives = {
        row.pk: routing.address_of(actor, row.postcode, row.city, row.region, row.country or at_home) for row in rows
    }
    decided = routing.decisions(actor, routing.routes_now(actor), lives)
    unit_ids = {decision.unit_id for decision in decided.values()}
    names = dict(access.units(actor).filter(pk__in=unit_ids).values_list("pk", "name"))
    return [
        Line(
            row.pk,
            str(row),
            ", ".join(filter(None, (row.city, row.region, row.postcode))),
            names.get(decided[row.pk].unit_id, ""),
            decided[row.pk].because if decided[row.pk].unit_id in names else "",
        )
        for row in rows
    ]

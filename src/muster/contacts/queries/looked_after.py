"""People at large: since when, which unit looks after each and why, as the rules say now, and whom to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from muster.access import queries as access
from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts.models import Case
from muster.contacts.queries import routing
from muster.people.queries import at_large, offices
from muster.units.places import ground

SIZE = 50
ORDER = ("name_key", "pk")
# So many of those who hold an office in the unit are named.
ASKED = 2


@dataclass(frozen=True, slots=True)
class Line:
    """
    Somebody at large.

    :ivar standing, since: what they are, and from which day they have been at large
    :ivar unit: who looks after them, '' where the reader may not see that unit; `because` then is empty too
    :ivar owner: who follows them up, '' where nobody does or the reader may not see that; `next_on`: and when
    :ivar ask: (name, office) of those in the unit who could be asked
    """

    person_id: int
    name: str
    place: str
    standing: str
    since: date | None
    unit: str
    because: str
    owner: str
    next_on: date | None
    ask: list[tuple[str, str]]


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
    Return `SIZE` people at large whom the actor sees where they stand; fourteen queries at most.

    :param here: the actor narrowed to where they stand
    :param after: only those behind this person; `before`: those in front of them. One who is not there is no place
    """
    found = at_large.people_at_large(here)
    part = slice_of(found, ORDER, size=SIZE, after=after, before=before)
    return Page(_lines(actor, part.rows), part.previous, part.next)


def _lines(actor: Actor, rows: Sequence[Any]) -> list[Line]:
    if not rows:
        return []
    on = ground()
    lives = {row.pk: routing.address_of(actor, on, row.postcode, row.city, row.region, row.country) for row in rows}
    decided = routing.decisions(actor, routing.routes_now(actor), lives, on)
    unit_ids = {decision.unit_id for decision in decided.values()}
    names = dict(access.units(actor).filter(pk__in=unit_ids).values_list("pk", "name"))
    since = at_large.at_large_since(actor, [row.pk for row in rows])
    asked, cases = offices.holders_in(actor, names), _cases(actor, rows)
    made = []
    for row in rows:
        unit_id, case = decided[row.pk].unit_id, cases.get(row.pk)
        made.append(
            Line(
                person_id=row.pk,
                name=str(row),
                place=", ".join(filter(None, (row.city, row.region, row.postcode))),
                standing=since[row.pk].standing if row.pk in since else "",
                since=since[row.pk].on if row.pk in since else None,
                unit=names.get(unit_id, ""),
                because=decided[row.pk].because if unit_id in names else "",
                owner=case.owner.trace_label if case and case.owner else "",
                next_on=case.next_on if case else None,
                ask=asked.get(unit_id, [])[:ASKED],
            )
        )
    return made


def _cases(actor: Actor, rows: Sequence[Any]) -> dict[int, Case]:
    found = Case.objects.visible_to(actor).filter(person_id__in=[row.pk for row in rows], closed_at=None)
    return {case.person_id: case for case in found.select_related("owner").order_by("pk")}

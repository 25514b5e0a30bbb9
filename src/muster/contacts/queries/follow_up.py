"""Who is to be followed up, and when: those due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts.models import Case
from muster.people.queries import listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

SIZE = 50
COUNTED_UP_TO = 1_000
# What a list shows → in words; the first is what one begins with.
SHOWN = {"mine": "Mine, due", "nobodys": "Nobody’s", "due": "All due", "all": "All"}


@dataclass(frozen=True, slots=True)
class Line:
    """
    One contact to follow up.

    :ivar late: how many days the next step is overdue, 0 where it is not
    :ivar owner: '' where nobody owns it
    """

    person_id: int
    name: str
    unit: str
    stage: str
    owner: str
    next_step: str
    next_on: date
    late: int


@dataclass(frozen=True, slots=True)
class Page:
    """:ivar previous, next: id of the case before or after which the page beside this one begins, None: there is none"""

    lines: list[Line]
    previous: int | None
    next: int | None


def follow_up(
    actor: Actor,
    here: Actor,
    shown: str,
    *,
    stage_id: int | None = None,
    after: int | None = None,
    before: int | None = None,
) -> Page:
    """
    Return `SIZE` contacts, those due first first; six queries at most.

    :param here: the actor narrowed to where they stand
    :param shown: a key of `SHOWN`
    :param stage_id: only those at this stage
    :param after: only those behind this case; `before`: those in front of it. One that may not be seen is no place
    """
    rows = _rows(actor, here, shown)
    if stage_id is not None:
        rows = rows.filter(stage_id=stage_id)
    found = slice_of(rows.select_related("stage", "owner"), ("next_on", "pk"), size=SIZE, after=after, before=before)
    return Page(_lines(actor, found.rows), found.previous, found.next)


def count(actor: Actor, here: Actor, shown: str) -> int:
    """Return how many there are of that kind, at most `COUNTED_UP_TO` + 1; one query."""
    return _rows(actor, here, shown).order_by()[: COUNTED_UP_TO + 1].count()


def first_due(actor: Actor, *, most: int) -> list[Line]:
    """Return the first of the actor's own contacts that are due, for the first page; five queries at most."""
    rows = _rows(actor, actor, "mine").select_related("stage", "owner").order_by("next_on", "pk")
    return _lines(actor, list(rows[:most]))


def _rows(actor: Actor, here: Actor, shown: str) -> QuerySet[Case]:
    is_small = shown == "mine"
    rows: QuerySet[Case] = Case.objects.visible_to(here, row_by_row=is_small).filter(closed_at=None)
    if shown == "mine":
        rows = rows.filter(owner_id=actor.user_id or 0)
    if shown == "nobodys":
        rows = rows.filter(owner=None)
    return rows.filter(next_on__lte=actor.on) if shown in ("mine", "due") else rows


def _lines(actor: Actor, cases: list[Case]) -> list[Line]:
    people = {line.id: line for line in listing.lines_of(actor, [case.person_id for case in cases])} if cases else {}
    return [
        Line(
            person_id=case.person_id,
            name=people[case.person_id].name,
            unit=people[case.person_id].unit,
            stage=case.stage.name,
            owner=case.owner.trace_label if case.owner else "",
            next_step=case.next_step,
            next_on=case.next_on,
            late=max(0, (actor.on - case.next_on).days),
        )
        for case in cases
        if case.person_id in people
    ]

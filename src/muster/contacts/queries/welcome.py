"""The steps of welcoming new members: whose they are, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts.models import Welcome
from muster.people.queries import listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

SIZE = 50
COUNTED_UP_TO = 1_000
# What a list shows → in words; the first is what one begins with.
SHOWN = {"mine": "Mine, due", "nobodys": "Nobody’s", "all": "All"}


@dataclass(frozen=True, slots=True)
class Line:
    """
    One step for one new member.

    :ivar late: how many days it is overdue, 0 where it is not
    :ivar owner: '' where nobody owns it
    """

    id: int
    person_id: int
    name: str
    unit: str
    step: str
    due_on: date
    late: int
    owner: str
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """:ivar previous, next: id of the step before or after which the page beside this one begins, None: there is none"""

    lines: list[Line]
    previous: int | None
    next: int | None


def page(actor: Actor, here: Actor, shown: str, *, after: int | None = None, before: int | None = None) -> Page:
    """
    Return `SIZE` steps that are to be done, those due first first; five queries at most.

    :param here: the actor narrowed to where they stand
    :param shown: a key of `SHOWN`
    :param after: only those behind this one; `before`: those in front of it. One that may not be seen is no place
    """
    rows = _rows(actor, here, shown).select_related("step", "owner")
    found = slice_of(rows, ("due_on", "pk"), size=SIZE, after=after, before=before)
    return Page(_lines(actor, found.rows), found.previous, found.next)


def count(actor: Actor, here: Actor, shown: str) -> int:
    """Return how many there are of that kind, at most `COUNTED_UP_TO` + 1; one query."""
    return _rows(actor, here, shown).order_by()[: COUNTED_UP_TO + 1].count()


def first_due(actor: Actor, *, most: int) -> list[Line]:
    """Return the first of the actor's own steps that are due, for the first page; five queries at most."""
    rows = _rows(actor, actor, "mine").select_related("step", "owner").order_by("due_on", "pk")
    return _lines(actor, list(rows[:most]))


def of_person(actor: Actor, person_id: int) -> list[Welcome]:
    """Return the steps for a person, in their order; one query. The caller has checked that they may be seen."""
    rows = Welcome.objects.unscoped("the right to see how this person is followed up was checked")
    return list(rows.filter(person_id=person_id).select_related("step", "owner", "done_by").order_by("due_on", "pk"))


def step(actor: Actor, step_id: int) -> Line | None:
    """Return a step that is to be done, None where the actor sees none of that id; five queries at most."""
    rows = Welcome.objects.visible_to(actor).filter(pk=step_id, done_at=None).order_by("pk")
    return next(iter(_lines(actor, list(rows.select_related("step", "owner")))), None)


def _rows(actor: Actor, here: Actor, shown: str) -> QuerySet[Welcome]:
    rows: QuerySet[Welcome] = Welcome.objects.visible_to(here, row_by_row=shown == "mine").filter(done_at=None)
    if shown == "mine":
        return rows.filter(owner_id=actor.user_id or 0, due_on__lte=actor.on)
    return rows.filter(owner=None) if shown == "nobodys" else rows


def _lines(actor: Actor, rows: list[Welcome]) -> list[Line]:
    people = {line.id: line for line in listing.lines_of(actor, [one.person_id for one in rows])} if rows else {}
    return [
        Line(
            id=one.pk,
            person_id=one.person_id,
            name=people[one.person_id].name,
            unit=people[one.person_id].unit,
            step=one.step.name,
            due_on=one.due_on,
            late=max(0, (actor.on - one.due_on).days),
            owner=one.owner.trace_label if one.owner else "",
            owner_id=one.owner_id,
        )
        for one in rows
        if one.person_id in people
    ]

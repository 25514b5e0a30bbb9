"""Applications: those to be decided, what one says, and the steps of a welcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from muster.access import queries as access
from muster.access.actor import Actor
from muster.access.keyset import slice_of
from muster.contacts import sealed
from muster.contacts.models import Application, Case, StageChange, WelcomeStep
from muster.contacts.queries import following, routing
from muster.core.money import money_words
from muster.people.queries import listing, persons
from muster.units import queries as units
from muster.units.places import ground

if TYPE_CHECKING:
    from django.db.models import QuerySet

ADMIT = "contacts.admit"
SIZE = 50
COUNTED_UP_TO = 1_000
# What a list shows → in words; the first is what one begins with.
SHOWN = {"open": "To be decided", "accepted": "Accepted", "ended": "Turned down or withdrawn"}
_STATES = {
    "open": (Application.State.OPEN,),
    "accepted": (Application.State.ACCEPTED,),
    "ended": (Application.State.REJECTED, Application.State.WITHDRAWN),
}


@dataclass(frozen=True, slots=True)
class Line:
    """
    One application of a list.

    :ivar state: in words
    :ivar dues: what they promise to pay, '' where nothing was said
    :ivar waits: days since they applied, of one that is open
    :ivar decided_by: '' where it is open, or nobody did
    """

    person_id: int
    name: str
    unit: str
    state: str
    applied_on: date
    dues: str
    waits: int
    decided_on: date | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class Page:
    """:ivar previous, next: id of the application before or after which the page beside this one begins, None: there is none"""

    lines: list[Line]
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class Filed:
    """
    An application as whoever talks to the person reads it.

    :ivar said, reason: what they wrote, and why it was decided so; '' where that is not noted
    """

    state: str
    is_open: bool
    applied_on: date
    dues_cents: int | None
    dues_every: str
    dues_paid_on: date | None
    dues: str
    said: str
    reason: str
    decided_on: date | None
    decided_by: str
    version: int


def steps(actor: Actor, *, retired: bool = False) -> list[WelcomeStep]:
    """Return what is done for new members, what comes first first; no secret. One query."""
    found = WelcomeStep.objects.order_by("after_days", "name", "pk")
    return list(found if retired else found.filter(retired_on=None))


def may(actor: Actor, person_id: int, permission: str) -> bool:
    """Say whether the actor may do this with a person; one query."""
    return persons.ids_for(actor, permission).filter(pk=person_id).exists()


def filed(actor: Actor, person_id: int) -> list[Filed]:
    """Return the applications of a person, the latest first; two queries. The caller has checked that they may be read."""
    rows = Application.objects.unscoped("the right to talk to the person was checked").filter(person_id=person_id)
    found = list(rows.select_related("decided_by").order_by("-applied_on", "-pk"))
    currency = units.settings().currency if found else ""
    return [
        Filed(
            state=one.get_state_display(),
            is_open=one.state == Application.State.OPEN,
            applied_on=one.applied_on,
            dues_cents=one.dues_cents,
            dues_every=one.dues_every,
            dues_paid_on=one.dues_paid_on,
            dues=_dues(one, currency),
            said=sealed.opened(one, "said"),
            reason=sealed.opened(one, "reason"),
            decided_on=_day(one),
            decided_by=one.decided_by.trace_label if one.decided_by else "",
            version=one.version,
        )
        for one in found
    ]


def applications(actor: Actor, here: Actor, shown: str, *, after: int | None = None, before: int | None = None) -> Page:
    """
    Return `SIZE` applications, those that wait longest first, or those decided latest first; six queries at most.

    :param here: the actor narrowed to where they stand
    :param shown: a key of `SHOWN`
    :param after: only those behind this one; `before`: those in front of it. One that may not be seen is no place
    """
    order = ("applied_on", "pk") if shown == "open" else ("-applied_on", "-pk")
    rows = _rows(here, shown).select_related("decided_by")
    found = slice_of(rows, order, size=SIZE, after=after, before=before)
    return Page(_lines(actor, found.rows), found.previous, found.next)


def count(actor: Actor, here: Actor, shown: str) -> int:
    """Return how many there are of that kind, at most `COUNTED_UP_TO` + 1; one query."""
    return _rows(here, shown).order_by()[: COUNTED_UP_TO + 1].count()


def to_decide(actor: Actor) -> int:
    """Return how many open applications the actor may decide on, at most `COUNTED_UP_TO` + 1; one query."""
    if not actor.may(ADMIT):
        return 0
    rows = Application.objects.visible_to(actor, ADMIT).filter(state=Application.State.OPEN)
    return rows.order_by()[: COUNTED_UP_TO + 1].count()


def places_for(actor: Actor, person_id: int, home: Mapping[str, str]) -> tuple[list[tuple[int, str]], int | None]:
    """
    Return the open units in which the actor may make somebody a member, as (id, name), and the one that is proposed.

    That is where they are placed; of somebody at large, where an inquiry from their address would go. Nine queries at most.

    :param home: their city, region, postcode and country
    """
    found = access.units(actor, "people.edit").filter(closed_on=None)
    choices = list(found.values_list("pk", "name"))
    proposed = following.home_of(actor, person_id)
    if proposed is None:
        on = ground()
        address = routing.address_of(actor, on, home["postcode"], home["city"], home["region"], home["country"])
        proposed = routing.decisions(actor, routing.routes_now(actor), {0: address}, on)[0].unit_id
    return choices, proposed if proposed in dict(choices) else None


def stage_before(actor: Actor, person_id: int) -> int | None:
    """Return the stage at which somebody stood before they applied, None where that is not known; one query."""
    case = Case.objects.unscoped("the right to talk to the person was checked").filter(closed_at=None)
    changes = StageChange.objects.unscoped("the right to talk to the person was checked")
    of_case = changes.filter(person_id=person_id, case__in=case.values("pk"), stage__standing="")
    return of_case.order_by("-changed_at", "-pk").values_list("stage_id", flat=True).first()


def _rows(here: Actor, shown: str) -> QuerySet[Application]:
    return Application.objects.visible_to(here).filter(state__in=_STATES[shown])


def _lines(actor: Actor, rows: list[Application]) -> list[Line]:
    people = {line.id: line for line in listing.lines_of(actor, [one.person_id for one in rows])} if rows else {}
    currency = units.settings().currency if rows else ""
    return [
        Line(
            person_id=one.person_id,
            name=people[one.person_id].name,
            unit=people[one.person_id].unit,
            state=one.get_state_display(),
            applied_on=one.applied_on,
            dues=_dues(one, currency),
            waits=max(0, (actor.on - one.applied_on).days),
            decided_on=_day(one),
            decided_by=one.decided_by.trace_label if one.decided_by else "",
        )
        for one in rows
        if one.person_id in people
    ]


def _dues(one: Application, currency: str) -> str:
    return "" if one.dues_cents is None else f"{money_words(one.dues_cents, currency)} {one.get_dues_every_display()}"


def _day(one: Application) -> date | None:
    return timezone.localdate(one.decided_at) if one.decided_at else None

"""How contacts become members, in figures, for whoever may see contacts there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from muster.access.actor import Actor
from muster.contacts.queries import arrays, following
from muster.core.errors import DomainError
from muster.people.queries.arrays import sources_and_homes
from muster.units import queries as units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from muster.reports.calc.sheet import Contacts
    from muster.reports.calc.way_in import Answers, Cases, Cohort, Group, Load, Step

PERMISSION = "contacts.view"
LONGEST_YEARS = 20
LATELY = timedelta(days=90)
NOT_KNOWN, AT_LARGE = "not known", "at large"


class NoSuchPeriod(DomainError):
    """The figures cannot be drawn up for these days."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """
    :ivar since, on: first and last day of what is looked at
    :ivar funnel: how far the cases begun in that time came until `on`; at the first stage all begin, the last is a member
    :ivar sources, units: the same cases by how they came and by the home unit they have now
    :ivar months: the same by month, with those who joined within so many days
    :ivar answers: of the inquiries received in that time; whether one is taken up is told as it is now
    :ivar loads: what each owner carries now, whenever it began; empty for a day in the past
    """

    since: date
    on: date
    funnel: list[Step]
    sources: list[Group]
    units: list[Group]
    months: list[Cohort]
    answers: Answers
    loads: list[Load]


def build(actor: Actor, unit_id: int | None, since: date, on: date, *, now: datetime) -> WayIn:
    """
    Draw up how contacts become members; some twelve queries.

    People count where they are placed now, and only those whose contacts the actor may see.

    :param unit_id: with all units below it; None for everything the actor may see
    :raises NotAllowed: the actor may not see contacts of that unit
    :raises NoSuchPeriod: `since` after `on`, `on` after today, or more than `LONGEST_YEARS` years
    """
    # NumPy is read here, so that pages without figures start without it.
    from muster.reports.calc import days, way_in

    if unit_id is not None or not actor.may(PERMISSION):
        actor.require(PERMISSION, unit_id=unit_id)
    if since > on or on > actor.on or (on - since).days > 366 * LONGEST_YEARS:
        raise NoSuchPeriod(f"Choose a first day before the last, at most {LONGEST_YEARS} years.", field="since")
    here = actor.standing_in(unit_id)
    names, place = _stages(actor)
    everything = way_in.known_on(_cases(here, place), on)
    joined = way_in.joined_on(everything, len(names) - 1)
    among = everything.began >= days.number(since)
    known = sources_and_homes(here, arrays.people_of_cases(here)) if among.any() else {}
    labels = [known.get(person, ("", "")) for person in everything.person[among].tolist()]
    has_joined = joined[among] != days.OPEN
    return WayIn(
        since=since,
        on=on,
        funnel=way_in.funnel(everything, among, names),
        sources=way_in.groups([source or NOT_KNOWN for source, _ in labels], has_joined),
        units=way_in.groups([home or AT_LARGE for _, home in labels], has_joined),
        months=way_in.cohorts(everything.began[among], joined[among], since, on),
        answers=_answered(arrays.first_answers(here, since=_midnight(since)), since, on, now),
        loads=_loads(here, everything, joined, on) if on == actor.on else [],
    )


def summaries(actor: Actor, unit_id: int | None, on: Collection[date]) -> list[Contacts | None]:
    """
    Return what the balance sheet of a unit says of contacts on each of these days; four queries.

    None for each where the actor may not see contacts everywhere in the unit: a figure of a part would pass for the whole.
    """
    from muster.reports.calc import days, way_in
    from muster.reports.calc.sheet import Contacts

    if not _sees_all(actor, unit_id):
        return [None for _ in on]
    here = actor.standing_in(unit_id)
    names, place = _stages(actor)
    cases = _cases(here, place)
    inquiries = arrays.first_answers(here, since=_midnight(min(on) - LATELY))
    made: list[Contacts | None] = []
    for day in on:
        known = way_in.known_on(cases, day)
        recent = known.began > days.number(days.year_before(day))
        joined = way_in.joined_on(known, len(names) - 1)[recent] != days.OPEN
        answers = _answered(inquiries, day - LATELY, day, _midnight(day + timedelta(days=1)))
        is_open = int((known.closed == days.OPEN).sum())
        made.append(Contacts(is_open, int(recent.sum()), int(joined.sum()), answers.median_hours))
    return made


def _sees_all(actor: Actor, unit_id: int | None) -> bool:
    if actor.has_whole(PERMISSION):
        return True
    tree = actor.tree or units.load_tree()
    return unit_id not in (None, tree.root_id) and tree.below([unit_id or 0]) <= actor.units_for(PERMISSION)


def _stages(actor: Actor) -> tuple[list[str], dict[int, int]]:
    """Return the names of the stages on the way, and id → place; one that is used no more counts as the one before."""
    names: list[str] = []
    place: dict[int, int] = {}
    for stage in sorted(
        following.stages(actor, retired=True), key=lambda stage: (stage.kind == "joined", stage.position)
    ):
        if stage.kind in ("open", "joined") and stage.retired_on is None:
            names.append(stage.name)
        on_the_way = stage.kind in ("open", "joined")
        place[stage.pk] = max(0, len(names) - 1) if on_the_way else 0
    return names, place


def _cases(here: Actor, place: dict[int, int]) -> Cases:
    import numpy as np

    from muster.reports.calc import days
    from muster.reports.calc.way_in import Cases

    ids, person, opened, closed, owner, next_on = arrays.cases(here)
    case, stage, changed = arrays.stage_changes(here)
    order = np.argsort(ids)
    ids = ids[order]
    known = np.isin(case, ids)
    places = np.array([place[pk] for pk in stage[known].tolist()], dtype=np.int64)
    return Cases(
        person=person[order],
        began=_days(opened[order]),
        closed=np.where(closed[order] == arrays.NEVER, days.OPEN, _days(closed[order])),
        owner=owner[order],
        next_on=next_on[order],
        case_of=np.searchsorted(ids, case[known]),
        stage=places,
        changed=_days(changed[known]),
    )


def _answered(found: list[NDArray[np.int64]], since: date, on: date, now: datetime) -> Answers:
    """Return how soon the inquiries of these days were answered, as it is known at the end of the last, or now."""
    import numpy as np

    from muster.reports.calc.way_in import NEVER, answers

    received, answered, taken_up = found
    first, end = (int(_midnight(day).timestamp()) for day in (since, on + timedelta(days=1)))
    known = (received >= first) & (received < end)
    answered = np.where(answered >= end, NEVER, answered)
    return answers(received[known], answered[known], taken_up[known], min(end, int(now.timestamp())))


def _loads(here: Actor, cases: Cases, joined: NDArray[np.int64], on: date) -> list[Load]:
    from muster.reports.calc.way_in import loads

    talked = arrays.talked_since(here, since=_midnight(on - timedelta(days=30)))
    return loads(cases, joined, talked, arrays.names_of_owners(here), on)


def _days(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    from muster.access.arrays import local_days

    return local_days(seconds, timezone.get_current_timezone())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())

"""Contact, applicant, member: what somebody is to the organisation, from when to when."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.core.dates import day_words
from muster.people.calc import spells as calc
from muster.people.calc.spells import STANDING, DoesNotHold, SpellRow
from muster.people.services import _spells as spells


@transaction.atomic
def set_standing(
    *,
    actor: Actor,
    person_id: int,
    standing: str,
    from_on: date,
    now: datetime,
    to_on: date | None = None,
    reason: str = "",
) -> int:
    """
    Begin a standing and return the id of the audit entry; other open standings end that day.

    :param standing: `contact`, `applicant` or `member`
    :param to_on: an end makes it history that is filled in; the other standings stay as they are
    :raises NotAllowed: the actor may not change this person
    :raises AlreadyHolds, SpellsOverlap, EndsTooEarly: see `calc.spells`
    """
    person = spells.locked_person(actor, person_id)
    return spells.change(
        actor=actor,
        person=person,
        kinds=[STANDING],
        plan=lambda rows: calc.with_standing(rows, standing, from_on, to_on=to_on, reason=reason.strip()[:200]),
        action="people.standing.set",
        now=now,
        standing=standing,
    )


@transaction.atomic
def end_standing(*, actor: Actor, person_id: int, standing: str, on: date, now: datetime, reason: str = "") -> int:
    """
    End the standing that holds the day before `on`, which is the first day it no longer does.

    :raises NotAllowed: the actor may not change this person
    :raises DoesNotHold: there is no such standing then
    """
    person = spells.locked_person(actor, person_id)

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        row = _held(rows, standing, on)
        return [*(other for other in rows if other != row), calc.ended(row, on, reason=reason.strip())]

    return spells.change(
        actor=actor,
        person=person,
        kinds=[STANDING],
        plan=plan,
        action="people.standing.ended",
        now=now,
        standing=standing,
    )


def _held(rows: list[SpellRow], standing: str, on: date) -> SpellRow:
    for row in rows:
        if row.what == standing and (row.holds_on(on) or (row.to_on is not None and row.from_on < on <= row.to_on)):
            return row
    raise DoesNotHold(f"Not {standing} on {day_words(on)}.", field="on")

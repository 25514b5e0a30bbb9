"""Ending a spell, and putting right one that was entered wrongly: each an act of its own that leaves both states in the trace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.core.dates import day_words
from muster.people.calc import spells as calc
from muster.people.calc.spells import STANDING, DoesNotHold, SpellRow
from muster.people.models import Person
from muster.people.services import _spells as spells


@transaction.atomic
def end_spell(
    *, actor: Actor, person_id: int, kind: str, spell_id: int, on: date, now: datetime, reason: str = ""
) -> int:
    """
    End a standing, placement, qualification or office, and return the id of the audit entry.

    Without any placement left the person is seen by the whole organisation's officers only.

    :param kind: one of `calc.spells.KINDS`
    :param on: the first day it no longer holds
    :raises NotAllowed: the actor may not change this person, or people in the unit of the placement or office
    :raises DoesNotHold: it has ended by then, or there is no such entry
    :raises EndsTooEarly: it begins that day or later
    """
    person = spells.locked_person(actor, person_id)

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        row = _row(rows, spell_id)
        if row.to_on is not None and row.to_on <= on:
            raise DoesNotHold(f"This ended already, on {day_words(row.to_on)}.", field="on")
        spells.require_for_row(actor, row)
        return calc.replaced(rows, spell_id, calc.ended(row, on, reason=reason.strip() if kind == STANDING else ""))

    return _change(actor, person, kind, plan, f"people.{kind}.ended", now)


@transaction.atomic
def correct_spell(
    *,
    actor: Actor,
    person_id: int,
    kind: str,
    spell_id: int,
    from_on: date,
    to_on: date | None,
    now: datetime,
) -> int:
    """
    Put the days of a wrongly entered spell right, and return the id of the audit entry.

    :raises NotAllowed: the actor may not change this person, or people in the unit of the placement or office
    :raises DoesNotHold: there is no such entry
    :raises SpellsOverlap, EndsTooEarly: the new days do not fit beside the other entries
    """
    person = spells.locked_person(actor, person_id)

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        row = _row(rows, spell_id)
        spells.require_for_row(actor, row)
        return calc.replaced(rows, spell_id, replace(row, from_on=from_on, to_on=to_on))

    return _change(actor, person, kind, plan, f"people.{kind}.corrected", now)


@transaction.atomic
def remove_spell(*, actor: Actor, person_id: int, kind: str, spell_id: int, now: datetime) -> int:
    """
    Take out a spell that never was, and return the id of the audit entry, which keeps it.

    :raises NotAllowed: the actor may not change this person, or people in the unit of the placement or office
    :raises DoesNotHold: there is no such entry
    """
    person = spells.locked_person(actor, person_id)

    def plan(rows: list[SpellRow]) -> list[SpellRow]:
        spells.require_for_row(actor, _row(rows, spell_id))
        return calc.replaced(rows, spell_id, None)

    return _change(actor, person, kind, plan, f"people.{kind}.removed", now)


def _row(rows: Sequence[SpellRow], spell_id: int) -> SpellRow:
    for row in rows:
        if row.id == spell_id:
            return row
    raise DoesNotHold("This entry is not there any more.")


def _change(actor: Actor, person: Person, kind: str, plan: spells.Plan, action: str, now: datetime) -> int:
    return spells.change(actor=actor, person=person, kinds=[kind], plan=plan, action=action, now=now)

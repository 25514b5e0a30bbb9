"""Contacts of the made-up organisation, followed up by the services that the pages call, so that there is something to see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from muster.access.actor import Actor, actor_for
from muster.contacts.calc.dues import Dues
from muster.contacts.queries import following, inbox
from muster.contacts.queries.admission import steps as steps_of_welcome
from muster.contacts.services import (
    admission,
    assessments,
    cases,
    conversations,
    deciding,
    meetings,
    public_forms,
    taking_up,
)
from muster.reports import formation

if TYPE_CHECKING:
    from muster.accounts.models import User

MOST, DAYS = 24, 12
_SAID = (
    ("no_answer", ""),
    ("reached", "Read the paper at a stall. Wants to know what a meeting is like."),
    ("left_message", ""),
    ("reached", "Works nights, free on Sundays."),
    ("call_back", "On the bus. Call again after six."),
)


def open_form(*, user: User, now: datetime) -> None:
    """Switch the organisation's public form on, with the words that it begins with."""
    actor = actor_for(user, on=timezone.localdate(now))
    root_id = actor.tree.root_id if actor.tree else None
    if root_id is not None:
        public_forms.set_form(actor=actor, unit_id=root_id, is_on=True, words=public_forms.FIRST_WORDS, now=now)


@transaction.atomic
def follow_up_some(*, user: User, now: datetime, most: int = MOST) -> int:
    """
    Let an account take up the latest inquiries that wait for it, and talk to some of those people; return how many were taken up.

    The same inquiries always lead to the same: nothing is drawn by lot.
    """
    actor = actor_for(user, on=timezone.localdate(now))
    waiting = [line for line in inbox.inbox(actor, actor, show=inbox.WAITING).lines if line.may_take_up]
    for place, (line, said) in enumerate(zip(waiting[:most], cycle(_SAID), strict=False)):
        # Over the last days, one after the other, whenever they wrote.
        first = min(now, max(line.received_at, now - timedelta(days=DAYS - place * DAYS // most)))
        person_id = taking_up.take_up(actor=_on(actor, first), inquiry_id=line.id, now=first)
        if place % 4:
            _talk(actor, person_id, said, first)
        if place % 3 == 0:
            later = min(now, first + timedelta(days=4))
            _talk(actor, person_id, _SAID[1], later)
            _further(_on(actor, later), person_id, steps=1 + place % 2, now=later)
        if place % 8 == 6:
            _asks_to_join(actor, person_id, accepted=place % 16 == 14, now=min(now, first + timedelta(days=6)))
        if place % 6 == 5:
            cases.assign_case(actor=_on(actor, first), person_id=person_id, owner_id=None, now=first)
    return len(waiting[:most])


@transaction.atomic
def note_meetings(*, user: User, now: datetime, most: int = 6) -> int:
    """Note that the first groups met every other week, each a little less than the one before; return how many meetings."""
    actor = actor_for(user, on=timezone.localdate(now))
    noted = 0
    for place, group in enumerate(formation.groups(actor, actor)[:most]):
        for week in range(1, 2 * max(1, 5 - place), 2):
            on, came = actor.on - timedelta(weeks=week), 4 + (place + week) % 5
            meetings.note_meeting(actor=actor, unit_id=group.unit.pk, held_on=on, people_count=came, now=now)
            noted += 1
    return noted


def _talk(actor: Actor, person_id: int, said: tuple[str, str], now: datetime) -> None:
    result, note = said
    conversations.note_conversation(
        actor=_on(actor, now), person_id=person_id, kind="call", result=result, note=note, now=now
    )


def _further(actor: Actor, person_id: int, *, steps: int, now: datetime) -> None:
    """Bring somebody so many stages beyond the second, and judge them."""
    scale = following.scales(actor)[0]
    assessments.assess(actor=actor, person_id=person_id, scale_id=scale.pk, step=steps, now=now)
    for stage in following.stages(actor)[2 : 2 + steps]:
        cases.move_stage(actor=actor, person_id=person_id, stage_id=stage.pk, now=now)


def _asks_to_join(actor: Actor, person_id: int, *, accepted: bool, now: datetime) -> None:
    """Let somebody apply, and join at once if they are accepted."""
    actor, dues = _on(actor, now), Dues(1200, "month")
    said = "I came to two meetings and want to do my part."
    admission.apply(actor=actor, person_id=person_id, applied_on=actor.on, dues=dues, said=said, now=now)
    if accepted:
        steps = [step.pk for step in steps_of_welcome(actor)]
        paid = replace(dues, paid_on=actor.on)
        deciding.accept(actor=actor, person_id=person_id, unit_id=None, dues=paid, step_ids=steps, now=now)


def _on(actor: Actor, now: datetime) -> Actor:
    """Return the actor of that day, with the rights of today: the account is younger than what it did."""
    return replace(actor, on=timezone.localdate(now))

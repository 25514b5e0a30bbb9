"""Bringing a case that is held to another stage, with what follows from the stage, and taking that back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from muster.access.actor import Actor
from muster.contacts.calc.following import ASK_AGAIN, Proposal
from muster.contacts.models import Case, Stage, StageChange
from muster.contacts.services._cases import bring_to, leave_trace, store
from muster.core.errors import DomainError
from muster.people.services import consents


class DayMissing(DomainError):
    """A day in the future is needed."""


def move(
    actor: Actor,
    case: Case,
    stage: Stage,
    now: datetime,
    *,
    until: date | None = None,
    then: Proposal | None = None,
    entries: Sequence[int] = (),
    more: Mapping[str, Any] | None = None,
) -> StageChange:
    """
    Bring a held case to a stage: "not now" needs a day, "never" ends letters and calls, and some close the case.

    :param until: for a stage of the kind `later`, the day from which they are asked again
    :param then: the next step where the stage says none itself; None: as it was
    :param entries: ids of entries of the trace about spells that changed with it, in their order, to be undone with it
    :param more: what else stood before
    :raises DayMissing: see `until`
    """
    before: dict[str, Any] = {
        "stage": case.stage_id,
        "since": case.stage_since.isoformat(),
        "step": case.next_step,
        "on": case.next_on.isoformat(),
        "version": case.version + 1,
        "entries": list(entries),
        **(more or {}),
    }
    if then is not None:
        case.next_step, case.next_on = then.step, then.on(actor.on)
    if stage.kind == Stage.Kind.LATER:
        if until is None or until <= actor.on:
            raise DayMissing("Say from which day on they may be asked again.", field="until")
        case.next_on, case.next_step = until, ASK_AGAIN
    if stage.kind == Stage.Kind.NEVER:
        said = consents.set_consents(actor=actor, person_id=case.person_id, to=(False, False), now=now)
        before |= {"consents": said.before, "record": said.version}
    case.closed_at = now if stage.closes else None
    change = bring_to(actor, case, stage, now, before=before)
    store(case, "stage", "stage_since", "closed_at", "next_on", "next_step")
    leave_trace(actor, "contacts.case.moved", now, of=case, person_id=case.person_id, stage=[before["stage"], stage.pk])
    return change

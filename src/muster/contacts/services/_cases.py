"""What the services of cases share: who may, the open case held, the trace."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from muster.access.actor import Actor, NotAllowed
from muster.audit import services as audit
from muster.contacts.models import Case, Stage, StageChange
from muster.contacts.queries import following
from muster.contacts.queries.following import WORK
from muster.core.errors import DomainError
from muster.people.queries import persons


class NotFollowedUp(DomainError):
    """There is no open case of this person."""


class ChangedMeanwhile(DomainError):
    """Somebody else worked on the case since it was shown."""


def require_work(actor: Actor, person_id: int, permission: str = WORK) -> None:
    """
    Do nothing if the actor may talk to this person, or do what another permission allows; one query.

    :raises NotAllowed: not in a unit they are placed in, or there is no such person
    """
    if not persons.ids_for(actor, permission).filter(pk=person_id).exists():
        raise NotAllowed("You may not do this here.")


def locked_case(actor: Actor, person_id: int, seen: int | None = None, permission: str = WORK) -> Case:
    """
    Return the open case of a person, held until the transaction ends; three queries.

    :param seen: its version as it was shown; None where that does not matter
    :raises NotAllowed: the actor may not talk to this person
    :raises NotFollowedUp: no case of theirs is open
    :raises ChangedMeanwhile: somebody worked on it since
    """
    require_work(actor, person_id, permission)
    rows = Case.objects.unscoped("the right to talk to the person was checked").select_for_update(of=("self",))
    case = rows.filter(person_id=person_id, closed_at=None).select_related("stage").order_by("pk").first()
    if case is None:
        raise NotFollowedUp("Nobody follows this person up now. Begin anew first.")
    if seen is not None and seen != case.version:
        raise ChangedMeanwhile("Somebody else worked on this meanwhile. Look at what is new below, then send it again.")
    return case


def store(case: Case, *fields: str) -> None:
    """Write down these fields of a case that is held, as a new version."""
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def bring_to(actor: Actor, case: Case, stage: Stage, now: datetime, **back: Any) -> StageChange:
    """
    Note that a case comes to a stage, and set it there; the caller stores the case.

    :param back: what it takes to take that back, fields of `StageChange`
    """
    case.stage, case.stage_since = stage, now
    return StageChange.objects.create(
        person_id=case.person_id, case=case, stage=stage, changed_at=now, changed_by_id=actor.user_id, **back
    )


def leave_trace(
    actor: Actor,
    action: str,
    now: datetime,
    *,
    of: Model | None = None,
    person_id: int | None = None,
    unit_id: int | None = None,
    count: int = 1,
    **details: Any,
) -> None:
    """
    Leave an entry about a case or many, without a word of what was said.

    :param person_id: of whom; the entry belongs to where they are placed
    :param unit_id: to which it belongs where it is of nobody
    """
    if person_id is not None:
        unit_id = following.home_of(actor, person_id)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=of,
        unit_id=unit_id,
        count=count,
        now=now,
        **details,
    )

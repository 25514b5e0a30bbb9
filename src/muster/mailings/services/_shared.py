"""What the services of letters share: the one that is worked on, the trace."""

from datetime import datetime
from typing import Any

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.mailings.models import Mailing


class NoSuchMailing(DomainError):
    """There is no such letter, the actor may not see it, or it is past this."""


class ChangedMeanwhile(DomainError):
    """Somebody else changed the letter, or whom it goes to changed, since it was shown."""


def locked(actor: Actor, mailing_id: int, *states: str) -> Mailing:
    """
    Return a letter, held until the transaction ends; one query.

    :param states: of which it must be in one
    :raises NoSuchMailing: it is not
    """
    seen = Mailing.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=mailing_id, state__in=states)
    for mailing in seen.order_by("pk"):
        return mailing
    raise NoSuchMailing("This letter is not there, or past that by now.")


def require_version(mailing: Mailing, version: int | None) -> None:
    """:raises ChangedMeanwhile: it was shown as another version"""
    if version != mailing.version:
        raise ChangedMeanwhile("Somebody else changed this letter meanwhile. Look at it as it is now, then try again.")


def leave_trace(actor: Actor, action: str, mailing: Mailing, now: datetime, *, count: int, **details: Any) -> None:
    """Leave an entry about a letter, without a word of it."""
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=mailing,
        unit_id=mailing.unit_id,
        count=count,
        now=now,
        **details,
    )

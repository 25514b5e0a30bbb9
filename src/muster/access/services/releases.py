"""
Long lists leave only with a reason, the longest only when a second person agrees; each file once, and within a day.

How long is long: `calc.needed`. Every file of them holds one made-up row, so that one that turns up elsewhere tells whose it was.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from muster.access import queries
from muster.access.actor import Actor, NotAllowed
from muster.access.calc import Needed
from muster.access.models import Release
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.core.refs import new_ref

PERMISSION = "people.export"
FETCHED_WITHIN = timedelta(hours=24)
WAITS = timedelta(days=7)
# A list changes while somebody decides; by more than this it is another one.
MAY_GROW = 20


class NoReason(DomainError):
    """Nothing was said."""


class NotReleased(DomainError):
    """The file cannot be fetched, or not any more."""


class NotYours(DomainError):
    """Nobody agrees to what they asked for themselves."""


@transaction.atomic
def ask_release(
    *, actor: Actor, address: str, unit_id: int | None, count: int, need: Needed, reason: str, now: datetime
) -> Release:
    """
    Write down what a long list is wanted for; it may be fetched at once, or waits for a second person.

    :param address: of the page that answers with the file; it asks for its own rights then as well
    :param count: people on it now
    :raises NotAllowed: the actor may not take lists of that unit out
    :raises NoReason: nothing was said
    """
    actor.require(PERMISSION, unit_id=unit_id)
    if actor.user_id is None:
        raise NotAllowed("Only somebody who signed in takes lists out here.")
    if not reason.strip():
        raise NoReason("Say what the list is for. It stays in the trace.", field="reason")
    release = Release.objects.create(
        ref=new_ref("MF"),
        address=address,
        unit_id=unit_id,
        count=count,
        reason=reason.strip()[:300],
        asked_by_id=actor.user_id,
        asked_at=now,
        allowed_at=None if need is Needed.SECOND else now,
    )
    _record(actor, "access.release.asked", release, now, reason=release.reason, waits=need is Needed.SECOND)
    return release


@transaction.atomic
def decide_release(*, actor: Actor, ref: str, allow: bool, now: datetime) -> Release:
    """
    Agree that somebody else takes a list out, or refuse.

    :raises NotReleased: nothing of that name waits where the actor may take lists out
    :raises NotYours: they asked for it themselves
    """
    if Release.objects.filter(ref=ref, asked_by_id=actor.user_id).exists():
        raise NotYours("Somebody else has to agree to this.")
    release = (
        queries.releases_to_decide(actor, since=now - WAITS).select_for_update(of=("self",)).filter(ref=ref).first()
    )
    if release is None:
        raise NotReleased("Nothing waits here any more.")
    release.decided_by_id = actor.user_id
    if allow:
        release.allowed_at = now
    else:
        release.refused_at, release.address = now, ""
    release.save()
    action = "access.release.allowed" if allow else "access.release.refused"
    _record(actor, action, release, now, asked_by=release.asked_by_id)
    return release


@transaction.atomic
def take_release(*, actor: Actor, ref: str, address: str, count: int, now: datetime) -> Release:
    """
    Use up what was allowed: the file leaves now, once.

    :param address: as it was asked for
    :param count: people on the list now
    :raises NotReleased: it was not allowed, not to the actor, not this list, was fetched before or too long ago
    """
    allowed = Release.objects.filter(ref=ref, asked_by_id=actor.user_id, address=address)
    release = allowed.first()
    if release is None or release.allowed_at is None or release.allowed_at < now - FETCHED_WITHIN:
        raise NotReleased("This file cannot be fetched, or not any more. Ask for it again.")
    if count > release.count + MAY_GROW:
        raise NotReleased(f"The list has {count:,} people by now, not {release.count:,}. Ask for it again.")
    # Of two who fetch it at the same moment one changes the row.
    if not allowed.filter(taken_at=None).update(taken_at=now, address=""):
        raise NotReleased("This file cannot be fetched, or not any more. Ask for it again.")
    release.refresh_from_db()
    _record(actor, "access.release.taken", release, now, rows=count)
    return release


def keep_canary(*, actor: Actor, release: Release, ref: str, name: str) -> None:
    """Keep which made-up row stands in the file of a release of the actor's own."""
    Release.objects.filter(pk=release.pk, asked_by_id=actor.user_id).update(canary_ref=ref, canary_name=name[:200])


def _record(actor: Actor, action: str, release: Release, now: datetime, **details: Any) -> None:
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=release,
        unit_id=release.unit_id,
        count=release.count,
        now=now,
        **details,
    )

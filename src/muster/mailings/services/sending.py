"""Letters on their way: sent, stopped, tried out, and what becomes of those that nobody knows arrived."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from muster.access import calc as long_lists
from muster.access.actor import Actor, NotAllowed
from muster.access.calc import Needed
from muster.core.errors import DomainError
from muster.core.terms import Terms
from muster.mailings.models import SEND, Letter, Mailing, State
from muster.mailings.queries.audience import audience
from muster.mailings.services._shared import ChangedMeanwhile, leave_trace, locked, require_version
from muster.people.queries import listing

MOST = 100_000
# Whom a question finds changes while somebody looks; by more than this it is another letter.
MAY_GROW = 20


class NobodyToWrite(DomainError):
    """Nobody who fits has an address and agreed to e-mail."""


class TooMany(DomainError):
    """More people than one letter goes to."""


class NoReason(DomainError):
    """A long letter without a reason."""


class NotYours(DomainError):
    """Nobody agrees to what they asked for themselves."""


def needed_for(*, actor: Actor, count: int) -> Needed:
    """Return what a letter to so many must have before it is sent, as lists that leave as files (ADR 11); a query for many."""
    return long_lists.needed(count, members=listing.count_members(actor) if count > long_lists.SHORT else 0)


@transaction.atomic
def send_mailing(
    *, actor: Actor, mailing_id: int, version: int, seen: int, reason: str, now: datetime, terms: Terms = Terms()
) -> Mailing:
    """
    Send a letter: a row in the outbox for each reader, all at once; or ask a second person, where it goes to very many.

    A long one is sent by somebody else than asked for it, with the rights of whoever sends it.

    :param version, seen: the letter, and how many get it, as shown
    :raises NoSuchMailing, ChangedMeanwhile: see `_shared`
    :raises NobodyToWrite, TooMany, NoReason, NotYours, WrongQuestion: see there
    """
    mailing = locked(actor, mailing_id, Mailing.State.DRAFT, Mailing.State.WAITING)
    actor.require(SEND, unit_id=mailing.unit_id)
    if actor.user_id is None:
        raise NotAllowed("Only somebody who signed in sends letters.")
    require_version(mailing, version)
    ids = audience(actor, mailing.unit_id, mailing.ask, terms).reach.ids
    _require_size(len(ids), seen)
    need = needed_for(actor=actor, count=len(ids))
    mailing.reason = mailing.reason or reason.strip()[:300]
    if need is not Needed.NOTHING and not mailing.reason:
        raise NoReason("Say what the letter is for. It stays in the trace.", field="reason")
    if need is Needed.SECOND and mailing.state == Mailing.State.DRAFT:
        return _asked(actor, mailing, len(ids), now)
    if need is Needed.SECOND and mailing.asked_by_id == actor.user_id:
        raise NotYours("Somebody else has to send this one.")
    Letter.objects.bulk_create(
        (
            Letter(unit_id=mailing.unit_id, mailing_id=mailing.pk, person_id=pk, due_at=now, changed_at=now)
            for pk in ids
        ),
        batch_size=1_000,
    )
    mailing.state, mailing.sent_by_id, mailing.sent_at = Mailing.State.SENDING, actor.user_id, now
    _store(mailing)
    leave_trace(
        actor,
        "mailings.mailing.sent",
        mailing,
        now,
        count=len(ids),
        reason=mailing.reason,
        asked_by=mailing.asked_by_id,
    )
    return mailing


@transaction.atomic
def stop_mailing(*, actor: Actor, mailing_id: int, now: datetime) -> int:
    """
    Stop a letter that is being sent, and return how many do not get it any more; one that waits goes back to being written.

    :raises NoSuchMailing: there is none that is being sent or waits
    """
    mailing = locked(actor, mailing_id, Mailing.State.SENDING, Mailing.State.WAITING)
    if mailing.state == Mailing.State.WAITING:
        mailing.state, mailing.asked_by = Mailing.State.DRAFT, None
        _store(mailing)
        return 0
    return stop_sending(actor=actor, mailing=mailing, because="Somebody stopped it.", now=now)


def stop_sending(*, actor: Actor, mailing: Mailing, because: str, now: datetime) -> int:
    """As `stop_mailing`, for one that the service has locked and checked."""
    waiting = Letter.objects.unscoped("the letter was checked").filter(mailing_id=mailing.pk, state=State.QUEUED)
    count = waiting.update(state=State.LEFT_OUT, changed_at=now)
    mailing.state, mailing.ended_at, mailing.told = Mailing.State.STOPPED, now, because
    _store(mailing)
    leave_trace(actor, "mailings.mailing.stopped", mailing, now, count=count)
    return count


@transaction.atomic
def settle(*, actor: Actor, mailing_id: int, letter_ids: Collection[int], again: bool, now: datetime) -> int:
    """
    Decide about letters that perhaps were sent, were refused or given up: send them again, or let them count as sent.

    :param letter_ids: of this letter; those in no such state are left alone
    :param again: False: they arrived
    :returns: about how many it was decided
    :raises NoSuchMailing: there is none that was sent
    """
    states = (Mailing.State.SENDING, Mailing.State.DONE, Mailing.State.STOPPED)
    mailing = locked(actor, mailing_id, *states)
    actor.require(SEND, unit_id=mailing.unit_id)
    rows = Letter.objects.visible_to(actor).filter(mailing_id=mailing_id, pk__in=list(letter_ids))
    rows = rows.troublesome(now) if again else rows.doubtful(now)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    state = State.QUEUED if again else State.SENT
    held = Letter.objects.unscoped("they were found among those the actor may see").filter(pk__in=ids)
    count = held.update(state=state, tries=0, answer="", due_at=now, changed_at=now)
    if again and mailing.state != Mailing.State.SENDING:
        mailing.state, mailing.ended_at, mailing.told = Mailing.State.SENDING, None, ""
        mailing.sent_by_id = actor.user_id
        _store(mailing)
    leave_trace(actor, "mailings.letters.settled", mailing, now, count=count, again=again)
    return count


def _require_size(count: int, seen: int) -> None:
    if not count:
        raise NobodyToWrite("Nobody who fits has an address and agreed to e-mail.", field="ask")
    if count > MOST:
        raise TooMany(f"{count:,} people are too many for one letter: at most {MOST:,}. Ask more narrowly.")
    if count > seen + MAY_GROW:
        raise ChangedMeanwhile(f"It would go to {count:,} people by now, not {seen:,}. Look again, then send it.")


def _asked(actor: Actor, mailing: Mailing, count: int, now: datetime) -> Mailing:
    mailing.state, mailing.asked_by_id = Mailing.State.WAITING, actor.user_id
    _store(mailing)
    leave_trace(actor, "mailings.mailing.asked", mailing, now, count=count, reason=mailing.reason)
    return mailing


def _store(mailing: Mailing) -> None:
    mailing.version += 1
    mailing.save()

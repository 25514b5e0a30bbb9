"""Call lists: made of whoever a question finds, handed out one by one, so that nobody is called by two."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from muster.access.actor import Actor
from muster.contacts.models import Call, CallList, Conversation
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import leave_trace
from muster.contacts.services.choices import NameMissing
from muster.contacts.services.conversations import note_conversation
from muster.core.errors import DomainError
from muster.core.terms import Terms
from muster.people.queries import asking
from muster.people.queries import persons as people

MOST = 5_000
LONGEST_NAME, LONGEST_SCRIPT = 120, 10_000
# Whoever was handed somebody and did nothing for so long has gone away.
HOLD = timedelta(minutes=30)


class NobodyToCall(DomainError):
    """The question finds nobody with a phone whom the actor may call."""


class TooMany(DomainError):
    """More people than one list holds."""


class NoSuchList(DomainError):
    """There is no such list, the actor may not see it, or it is closed."""


@transaction.atomic
def make_list(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    ask: str,
    script: str,
    cooldown_days: int,
    now: datetime,
    terms: Terms = Terms(),
) -> tuple[CallList, int]:
    """
    Make a list of everyone whom a question finds, who may be called and has a number; return it with how many those are.

    Whoever joins the question's people later is not on it.

    :param unit_id: whose callers work on it
    :param ask: as `people.calc.questions` reads it; asked where the unit is and below
    :raises NotAllowed: the actor may not talk to contacts there
    :raises WrongQuestion: see `people.queries.asking.understood`
    :raises NobodyToCall, TooMany, NameMissing: see there
    """
    actor.require(WORK, unit_id=unit_id)
    if not name.strip():
        raise NameMissing("Give the list a name.", field="name")
    caller = actor.standing_in(unit_id).where_may(WORK).where_may("people.contact")
    asked = asking.understood(caller, ask, terms)
    ids = people.callable_among(asked.actor, sorted(asking.found(caller, asked).ids.tolist()))
    if not ids:
        raise NobodyToCall("Nobody who fits has a phone number and may be called.", field="ask")
    if len(ids) > MOST:
        raise TooMany(
            f"{len(ids):,} people are too many for one list: at most {MOST:,}. Ask more narrowly.", field="ask"
        )
    made = CallList.objects.create(
        unit_id=unit_id,
        name=" ".join(name.split())[:LONGEST_NAME],
        script=script.strip()[:LONGEST_SCRIPT],
        cooldown_days=cooldown_days,
        made_by_id=actor.user_id,
        made_at=now,
    )
    Call.objects.bulk_create((Call(call_list=made, person_id=pk) for pk in ids), batch_size=1_000)
    leave_trace(actor, "contacts.call_list.made", now, of=made, unit_id=unit_id, count=len(ids))
    return made, len(ids)


@transaction.atomic
def hand_out(*, actor: Actor, list_id: int, now: datetime) -> int | None:
    """
    Give the actor the next person of a list to call, and return their id; None where nobody is left for now.

    Whoever holds somebody already gets the same one again. Passed over are those whom somebody else holds, who were talked to or
    tried lately, who said no to calls since, and whom the actor may not talk to.

    :raises NoSuchList: see there
    """
    call_list = _open_list(actor, list_id)
    calls = Call.objects.visible_to(actor, WORK, row_by_row=True).filter(call_list_id=list_id, done_at=None)
    held = calls.filter(handed_to_id=actor.user_id or 0, handed_at__gte=now - HOLD).order_by("pk").first()
    if held is not None:
        return held.person_id
    free = Q(handed_at=None) | Q(handed_at__lt=now - HOLD)
    since = datetime.combine(actor.on - timedelta(days=call_list.cooldown_days), time.min)
    lately = Conversation.objects.unscoped("whether somebody was called lately is the list's rule").filter(
        person_id=OuterRef("person_id"), held_at__gte=timezone.make_aware(since)
    )
    # Somebody stands twice on a list where two records became one.
    twice = Call.objects.unscoped("whether somebody else holds them is the list's rule").filter(
        ~Q(pk=OuterRef("pk")),
        Q(handed_at__gte=now - HOLD) | Q(done_at__isnull=False),
        call_list_id=list_id,
        person_id=OuterRef("person_id"),
    )
    may = people.who_may_be_called(actor).filter(pk=OuterRef("person_id"))
    found = calls.filter(free, ~Exists(lately), ~Exists(twice), Exists(may))
    # Two who ask at once: the second passes over what the first has locked.
    call = found.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    if call is None:
        return None
    call.handed_to_id, call.handed_at = actor.user_id, now
    call.save(update_fields=["handed_to", "handed_at"])
    return call.person_id


@transaction.atomic
def note_call(*, actor: Actor, list_id: int, person_id: int, said: Mapping[str, Any], now: datetime) -> int | None:
    """
    Note a conversation with somebody of a list and return whom to call next, as `hand_out`.

    :param said: further arguments of `conversations.note_conversation`, `kind` and `result` at least
    :raises NoSuchList: see there
    :raises NotAllowed, SpokenToday, NoteTooLong, DayMissing: see `conversations.note_conversation`
    """
    _open_list(actor, list_id)
    note_conversation(actor=actor, person_id=person_id, now=now, **said)
    _done(list_id, person_id, now, said["result"])
    return hand_out(actor=actor, list_id=list_id, now=now)


@transaction.atomic
def pass_over(*, actor: Actor, list_id: int, person_id: int, now: datetime) -> int | None:
    """
    Leave somebody of a list out for good and return whom to call next, as `hand_out`.

    :raises NoSuchList: see there, or they are not the actor's to call
    """
    _open_list(actor, list_id)
    calls = Call.objects.visible_to(actor, WORK, row_by_row=True).filter(
        call_list_id=list_id, person_id=person_id, done_at=None, handed_to_id=actor.user_id or 0
    )
    if not calls.exists():
        raise NoSuchList("They are not yours to call any more.")
    _done(list_id, person_id, now, "")
    return hand_out(actor=actor, list_id=list_id, now=now)


@transaction.atomic
def close_list(*, actor: Actor, list_id: int, now: datetime) -> CallList:
    """
    End a list: nobody is handed out any more, its figures stay.

    :raises NoSuchList: see there
    """
    call_list = _open_list(actor, list_id)
    call_list.closed_at = now
    call_list.save(update_fields=["closed_at"])
    leave_trace(actor, "contacts.call_list.closed", now, of=call_list, unit_id=call_list.unit_id)
    return call_list


def _open_list(actor: Actor, list_id: int) -> CallList:
    found = CallList.objects.visible_to(actor).filter(pk=list_id, closed_at=None).order_by("pk").first()
    if found is None:
        raise NoSuchList("This call list is not there, or closed.")
    return found


def _done(list_id: int, person_id: int, now: datetime, result: str) -> None:
    calls = Call.objects.unscoped("the person was checked just now").filter(
        call_list_id=list_id, person_id=person_id, done_at=None
    )
    calls.update(done_at=now, result=result)

"""Noting what was said, or that it was tried, with what is next."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from muster.access.actor import Actor
from muster.contacts import sealed
from muster.contacts.calc.following import proposed
from muster.contacts.models import Case, Conversation, Stage
from muster.contacts.queries import following
from muster.contacts.services._cases import bring_to, leave_trace, require_work, store
from muster.contacts.services._moving import DayMissing
from muster.contacts.services.cases import LONGEST_STEP
from muster.core.errors import DomainError

LONGEST_NOTE = 4_000


class SpokenToday(DomainError):
    """Somebody else talked to this person today, which was not on the page yet."""


class NoteTooLong(DomainError):
    """More was typed than is kept."""


@transaction.atomic
def note_conversation(
    *,
    actor: Actor,
    person_id: int,
    kind: str,
    result: str,
    now: datetime,
    note: str = "",
    next_step: str = "",
    next_on: date | None = None,
    seen: int | None = None,
) -> Conversation:
    """
    Write down a conversation, and what is next in the open case if there is one.

    Whoever was reached for the first time comes from the first stage to the second.

    :param kind, result: of `Conversation`
    :param next_step, next_on: '' and None: as `calc.following` proposes after that result
    :param seen: id of the latest conversation that the page showed, 0: none; None where that does not matter
    :raises NotAllowed: the actor may not talk to this person
    :raises SpokenToday: somebody else did today, and the page did not show it
    :raises NoteTooLong, DayMissing: see there
    """
    require_work(actor, person_id)
    if len(note) > LONGEST_NOTE:
        raise NoteTooLong(f"Please shorten it: at most {LONGEST_NOTE:,} letters.", field="note")
    if next_on is not None and next_on < actor.on:
        raise DayMissing("Choose today or a later day.", field="next_on")
    cases = Case.objects.unscoped("the right to talk to the person was checked").select_for_update(of=("self",))
    case = cases.filter(person_id=person_id, closed_at=None).select_related("stage").order_by("pk").first()
    if seen is not None:
        _require_seen(actor, person_id, seen, now)
    conversation = Conversation.objects.create(
        person_id=person_id, kind=kind, result=result, held_at=now, held_by_id=actor.user_id
    )
    conversation.note = sealed.seal(conversation, "note", note.replace("\r\n", "\n").strip())
    if conversation.note:
        conversation.save(update_fields=["note"])
    if case is not None:
        _go_on(actor, case, result, next_step, next_on, now)
    leave_trace(
        actor,
        "contacts.conversation.noted",
        now,
        of=conversation,
        person_id=person_id,
        what=kind,
        result=result,
    )
    return conversation


def _require_seen(actor: Actor, person_id: int, seen: int, now: datetime) -> None:
    newer = Conversation.objects.unscoped("the right to talk to the person was checked").filter(
        person_id=person_id, pk__gt=seen
    )
    others = newer.exclude(held_by_id=actor.user_id).select_related("held_by").order_by("-held_at", "-pk")
    for other in others[:1]:
        if timezone.localdate(other.held_at) == timezone.localdate(now):
            who = other.held_by.trace_label if other.held_by else "Somebody"
            raise SpokenToday(
                f"{who} was quicker: {other.get_kind_display().lower()} today at"
                f" {timezone.localtime(other.held_at):%H:%M}, {other.get_result_display().lower()}."
                " If you talked to them as well, send it again."
            )


def _go_on(actor: Actor, case: Case, result: str, next_step: str, next_on: date | None, now: datetime) -> None:
    proposal = proposed(result)
    case.next_step = " ".join(next_step.split())[:LONGEST_STEP] or proposal.step
    case.next_on = next_on or proposal.on(actor.on)
    changed = ["next_step", "next_on"]
    on_the_way = [one for one in following.stages(actor) if one.kind == Stage.Kind.OPEN]
    if result == Conversation.Result.REACHED and len(on_the_way) > 1 and case.stage_id == on_the_way[0].pk:
        bring_to(actor, case, on_the_way[1], now)
        changed += ["stage", "stage_since"]
    store(case, *changed)

"""Call lists, and how far each is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from muster.access.actor import Actor
from muster.contacts.models import Call, CallList, Conversation

LISTS = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """
    A call list and how far it is.

    :ivar done: how many were called or passed over, `reached` of them reached
    :ivar results: (words, how many) of each result there was, the most first
    :ivar callers: who calls just now
    """

    call_list: CallList
    total: int
    done: int
    reached: int
    results: list[tuple[str, int]]
    callers: list[str]


def call_lists(actor: Actor, here: Actor) -> list[Progress]:
    """
    Return the latest `LISTS` lists whose callers the actor is one of, those that are open first; two queries.

    :param here: the actor narrowed to where they stand
    """
    seen = CallList.objects.visible_to(here).select_related("unit")
    rows = list(seen.order_by("closed_at", "-made_at", "-pk")[:LISTS])
    rows.sort(key=lambda row: row.closed_at is not None)
    counted = _counted([row.pk for row in rows])
    return [_progress(row, counted.get(row.pk, {}), []) for row in rows]


def call_list(actor: Actor, list_id: int, *, now: datetime, hold: object) -> Progress | None:
    """
    Return one list with who calls just now, None where the actor may not see it; three queries.

    :param hold: a timedelta, for how long somebody handed out is held
    """
    row = CallList.objects.visible_to(actor).filter(pk=list_id).select_related("unit").order_by("pk").first()
    if row is None:
        return None
    held = _calls([list_id]).filter(done_at=None, handed_at__gte=now - hold)  # type: ignore[operator]
    users = held.exclude(handed_to=None).select_related("handed_to").order_by("handed_to__name", "handed_to_id", "pk")
    callers = list(dict.fromkeys(call.handed_to.trace_label for call in users if call.handed_to))
    return _progress(row, _counted([list_id]).get(list_id, {}), callers)


def is_handed(actor: Actor, list_id: int, person_id: int) -> bool:
    """Say whether somebody of a list is the actor's to call; one query."""
    mine = Call.objects.visible_to(actor, "contacts.work", row_by_row=True)
    return mine.filter(
        call_list_id=list_id, person_id=person_id, done_at=None, handed_to_id=actor.user_id or 0
    ).exists()


def _calls(list_ids: list[int]) -> "QuerySet[Call]":
    return Call.objects.unscoped("how far a list is says nothing of anybody on it").filter(call_list_id__in=list_ids)


def _counted(list_ids: list[int]) -> dict[int, dict[str, int]]:
    rows = _calls(list_ids).order_by("call_list_id", "result").values_list("call_list_id", "result")
    found: dict[int, dict[str, int]] = {}
    for list_id, result, total, done in rows.annotate(total=Count("pk"), done=Count("pk", filter=~Q(done_at=None))):
        each = found.setdefault(list_id, {"": 0, "left": 0})
        each[result] = each.get(result, 0) + done
        each["left"] += total - done
    return found


def _progress(row: CallList, counted: dict[str, int], callers: list[str]) -> Progress:
    words = dict(Conversation.Result.choices) | {"": "Passed over"}
    left = counted.get("left", 0)
    results = [(words[code], number) for code, number in counted.items() if code != "left" and number]
    done = sum(number for _, number in results)
    return Progress(
        row, left + done, done, counted.get("reached", 0), sorted(results, key=lambda pair: -pair[1]), callers
    )

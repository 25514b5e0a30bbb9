"""Merging two records of one person, and taking that back: what the register does, and what other domains hold of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from muster.access.actor import Actor
from muster.contacts.services import person_rows as contacts
from muster.mailings.services import person_rows as letters
from muster.people.services import merging, parting
from muster.people.services.parting import CannotPart
from muster.workflows.models import ErasureRequest


@transaction.atomic
def merge_people(
    *, actor: Actor, kept_id: int, dropped_id: int, chosen: Mapping[str, int], seen: str, now: datetime
) -> int:
    """
    Make two records one, with all that points at either, and return the id of the merge.

    :param chosen, seen: see `people.services.merging`
    :raises NotAllowed: the actor may not merge in every unit that either is placed in
    :raises SameRecord, ChangedSinceShown, BadTag, NameMissing: see there
    """
    merging.lock_both(actor=actor, kept_id=kept_id, dropped_id=dropped_id)
    moved = contacts.move_contact(actor=actor, from_person_id=dropped_id, to_person_id=kept_id, now=now)
    sent = letters.move_letters(actor=actor, from_person_id=dropped_id, to_person_id=kept_id)
    return merging.merge_records(
        actor=actor,
        kept_id=kept_id,
        dropped_id=dropped_id,
        chosen=chosen,
        seen=seen,
        elsewhere={"contacts": moved, "letters": sent, "requests": _unite_requests(kept_id, dropped_id)},
        now=now,
    )


@transaction.atomic
def undo_merge(*, actor: Actor, merge_id: int, now: datetime) -> tuple[int, int]:
    """
    Take a merge back within thirty days: every row is as it was. Return the ids of both people.

    :raises NotAllowed: there is no such merge, or the actor may not merge where the person is placed
    :raises CannotPart, ContactsChanged, LettersChanged: too late, or something was worked on since
    """
    kept_id, dropped_id, elsewhere = parting.part_records(actor=actor, merge_id=merge_id, now=now)
    # Merges from before contacts were followed up know of inquiries only.
    moved = elsewhere.get("contacts") or {"inquiries": elsewhere.get("inquiries", [])}
    contacts.move_back(actor=actor, from_person_id=kept_id, to_person_id=dropped_id, moved=moved)
    sent = elsewhere.get("letters", [])
    letters.move_back(actor=actor, from_person_id=kept_id, to_person_id=dropped_id, moved=sent)
    _part_requests(kept_id, elsewhere["requests"])
    return kept_id, dropped_id


def forget_merges(now: datetime) -> str:
    """Forget what merges would need to be taken back once it is too late for that."""
    return f"{merging.forget_old_merges(now=now):,} merges can no longer be taken back."


def _unite_requests(kept_id: int, dropped_id: int) -> dict[str, list[dict[str, Any]]]:
    """Let what either asked be asked by the kept one, the open request before a decided one; return the rows before and after."""
    asked = ErasureRequest.objects.filter(person_id__in=(kept_id, dropped_id)).order_by("pk")
    before = _plain(asked)
    if not before:
        return {"before": [], "after": []}
    counts = max(asked, key=lambda request: (request.decided_at is None, request.asked_at, request.pk))
    asked.exclude(pk=counts.pk).delete()
    asked.filter(pk=counts.pk).update(person_id=kept_id)
    return {"before": before, "after": _plain(asked)}


def _part_requests(kept_id: int, requests: dict[str, list[dict[str, Any]]]) -> None:
    asked = ErasureRequest.objects.filter(person_id=kept_id).order_by("pk")
    if _plain(asked) != requests["after"]:
        raise CannotPart(
            "Since the merge they asked to be erased, or that was decided. The merge cannot be taken back."
        )
    asked.delete()
    ErasureRequest.objects.bulk_create(
        ErasureRequest(
            **row | {name: row[name] and datetime.fromisoformat(row[name]) for name in ("asked_at", "decided_at")}
        )
        for row in requests["before"]
    )


def _plain(asked: "QuerySet[ErasureRequest]") -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in asked.values()
    ]

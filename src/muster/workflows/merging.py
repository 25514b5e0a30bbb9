"""Merging two records of one person, and taking that back: what the register does, and what other domains hold of them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts import services as contacts
from muster.people.services import merging, parting


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
    inquiries = contacts.move_inquiries(actor=actor, from_person_id=dropped_id, to_person_id=kept_id)
    return merging.merge_records(
        actor=actor,
        kept_id=kept_id,
        dropped_id=dropped_id,
        chosen=chosen,
        seen=seen,
        elsewhere={"inquiries": inquiries},
        now=now,
    )


@transaction.atomic
def undo_merge(*, actor: Actor, merge_id: int, now: datetime) -> tuple[int, int]:
    """
    Take a merge back within thirty days: every row is as it was. Return the ids of both people.

    :raises NotAllowed: there is no such merge, or the actor may not merge where the person is placed
    :raises CannotPart, InquiriesChanged: too late, or something was worked on since
    """
    kept_id, dropped_id, elsewhere = parting.part_records(actor=actor, merge_id=merge_id, now=now)
    contacts.move_inquiries(actor=actor, from_person_id=kept_id, to_person_id=dropped_id, only=elsewhere["inquiries"])
    return kept_id, dropped_id


def forget_merges(now: datetime) -> str:
    """Forget what merges would need to be taken back once it is too late for that."""
    return f"{merging.forget_old_merges(now=now):,} merges can no longer be taken back."

"""Deciding that two records are two people."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.people.models import DuplicatePair, Person
from muster.people.services import _spells as spells
from muster.people.services.merging import lock_both

BY_HAND = "chosen by hand"


@transaction.atomic
def keep_apart(*, actor: Actor, person_ids: tuple[int, int], now: datetime) -> int:
    """
    Write down that two records are two people, so that they are not offered again, and return the id of the pair.

    :raises NotAllowed, SameRecord: see `merging.lock_both`
    """
    people = lock_both(actor=actor, kept_id=person_ids[0], dropped_id=person_ids[1])
    first_id, second_id = sorted(person.pk for person in people)
    pair, _ = DuplicatePair.objects.get_or_create(
        first_id=first_id, second_id=second_id, defaults={"reason": BY_HAND, "found_at": now}
    )
    _decide(actor, pair, DuplicatePair.State.APART, people, "people.pair.parted", now)
    return pair.pk


@transaction.atomic
def offer_again(*, actor: Actor, pair_id: int, now: datetime) -> None:
    """
    Take back that two records are two people; they are offered for a look again.

    :raises NotAllowed: the actor may not merge them
    :raises DuplicatePair.DoesNotExist: there is no such pair
    """
    pair = DuplicatePair.objects.select_for_update().get(pk=pair_id)
    people = lock_both(actor=actor, kept_id=pair.first_id, dropped_id=pair.second_id)
    _decide(actor, pair, DuplicatePair.State.OPEN, people, "people.pair.reopened", now)


def _decide(
    actor: Actor, pair: DuplicatePair, state: str, people: tuple[Person, Person], action: str, now: datetime
) -> None:
    if pair.state == state:
        return
    DuplicatePair.objects.filter(pk=pair.pk).update(state=state)
    for person, other in (people, people[::-1]):
        audit.record(
            user_id=actor.user_id,
            actor_label=actor.label,
            action=action,
            target=person,
            unit_id=spells.home_unit_id(person.pk, actor.on),
            now=now,
            other=other.ref,
        )

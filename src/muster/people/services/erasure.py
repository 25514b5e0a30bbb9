"""Forgetting who somebody was: what they were and when stays in the figures, nothing says any more that it was them."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.core.privacy import columns
from muster.people.calc.spells import SpellRow
from muster.people.models import DuplicatePair, Merge, Person, PersonExternalId
from muster.people.services import _spells as spells
from muster.people.services._private import forget_private
from muster.people.services._reasons import forget_reasons

PERMISSION = "people.erase"


def require_erasable(*, actor: Actor, person_id: int) -> Person:
    """
    Return the person, held until the transaction ends; one query.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    return spells.locked_person(actor, person_id, PERMISSION)


@transaction.atomic
def erase_person(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Empty every personal column of a person and of what hangs on them; what goes on ends today.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    person = require_erasable(actor=actor, person_id=person_id)
    home = spells.home_unit_id(person.pk, actor.on)
    today = timezone.localdate(now)
    before = spells.rows_of(person.pk)
    spells.write(actor, person.pk, before, [row for old in before if (row := _nameless(old, today))])
    forget_private(person.pk)
    forget_reasons(person.pk)
    PersonExternalId.objects.unscoped("the service has checked the person").filter(person_id=person.pk).delete()
    DuplicatePair.objects.filter(Q(first_id=person.pk) | Q(second_id=person.pk)).delete()
    Merge.objects.filter(kept_id=person.pk).delete()
    nameless = Person(ref=person.ref, created_at=person.created_at)
    for name in columns("people.Person", "personal"):
        setattr(person, name, getattr(nameless, name))
    person.version += 1
    person.save()
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="people.person.erased",
        target=person,
        unit_id=home,
        now=now,
    )


def _nameless(row: SpellRow, today: date) -> SpellRow | None:
    """Return a spell that ends today at the latest and gives no reason; None where it would begin today or later."""
    kept = replace(row, reason="")
    if row.to_on is not None and row.to_on <= today:
        return kept
    return replace(kept, to_on=today) if row.from_on < today else None

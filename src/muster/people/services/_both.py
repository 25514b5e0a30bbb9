"""What merging and parting two records have in common."""

from datetime import datetime
from typing import Any

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.people.models import Merge, Person, PersonExternalId
from muster.people.services import _spells as spells


def row_of(person: Person) -> Any:
    """Return the row of a person, as a set that can be changed."""
    return Person.objects.unscoped("held and checked by `lock_both`").filter(pk=person.pk)


def identifiers_of(person: Person) -> Any:
    """Return what other systems call a person, as a set that can be changed."""
    return PersonExternalId.objects.unscoped("held and checked by `lock_both`").filter(person_id=person.pk)


def point_merges(from_id: int, to_id: int, *, only: list[int] | None = None) -> list[int]:
    """Let earlier merges into one person be merges into another, and return which; a chain of merges ends at one record."""
    merges = Merge.objects.filter(kept_id=from_id)
    ids = list(merges.order_by("pk").values_list("pk", flat=True)) if only is None else only
    merges.filter(pk__in=ids).update(kept_id=to_id)
    return ids


def leave_trace(actor: Actor, action: str, person: Person, now: datetime, **details: Any) -> None:
    """Write down what was done to two records."""
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=person,
        unit_id=spells.home_unit_id(person.pk, actor.on),
        now=now,
        count=2,
        **details,
    )

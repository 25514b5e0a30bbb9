"""What all acts on units share: whom one may speak of, and the trace."""

from datetime import datetime

from django.db.models import Model

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.units.services.rules import Sees


def sees(actor: Actor) -> Sees:
    """Return whether the actor may be told of a unit, by its id."""
    return lambda unit_id: actor.may("units.view", unit_id=unit_id)


def record(actor: Actor, action: str, unit: Model, now: datetime, *, count: int = 1, **details: object) -> None:
    """Leave an entry about a unit in the trace."""
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        now=now,
        target=unit,
        unit_id=unit.pk,
        count=count,
        **details,
    )

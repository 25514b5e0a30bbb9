"""What closings and splits of units keep of people: forgotten when they cannot be taken back, and with whoever is erased."""

from datetime import datetime

from muster.access.actor import Actor
from muster.people.queries import merging
from muster.people.services import erasure, unit_spells
from muster.units.services import kept_spells


def forget_spells(now: datetime) -> str:
    """Every night: forget whose spells ended with a unit where that cannot be taken back any more."""
    count = kept_spells.forget_old_spells(now=now)
    return f"Closings and splits that cannot be taken back any more: {count:,}." if count else "Nothing to forget."


def erase_spells(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Take somebody, and the records merged into theirs, out of what is kept; taking back leaves what they were as it is.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    erasure.require_erasable(actor=actor, person_id=person_id)
    ids = frozenset([person_id, *merging.merged_ids(actor, person_id)])
    kept_spells.change_spells(change=lambda spells: unit_spells.without(actor=actor, spells=spells, person_ids=ids))

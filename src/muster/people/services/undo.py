"""Taking back a move or another change of spells, exactly, by the rows that its audit entry holds."""

from datetime import datetime, timedelta

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.audit import queries as trace
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.people.calc import spells as calc
from muster.people.calc.spells import SpellRow
from muster.people.models import Person
from muster.people.services import _spells as spells
from muster.people.services._reasons import forget_reasons_before, with_reasons

UNDO_MINUTES = 15


class CannotUndo(DomainError):
    """Something else happened since, or it is too late."""


@transaction.atomic
def undo_change(*, actor: Actor, entry_id: int, now: datetime) -> Person:
    """
    Put back the spells as they were before the actor's own change, and return the person.

    The person need not be visible any more (the placement that showed them may be what ended): what counts is that the
    change was the actor's own and that its rights hold still in every unit that the changed rows name.

    :raises NotAllowed: it was not the actor's own change, or the rights are gone
    :raises CannotUndo: it is older than `UNDO_MINUTES`, or the rows have changed since
    """
    entry = trace.entry(entry_id)
    if entry is None or entry.user_id != actor.user_id or "after" not in entry.details:
        raise NotAllowed("You may not do this here.")
    if now - entry.happened_at > timedelta(minutes=UNDO_MINUTES):
        raise CannotUndo("It is too late to undo this. Correct the entry instead.")
    person = _locked(entry.target)
    old, new = with_reasons(entry)
    _require(actor, person, old + new)
    current = spells.rows_of(person.pk)
    restored = [row for row in current if row not in new] + old
    if not set(new) <= set(current) or calc.clash(restored):
        raise CannotUndo("This has been changed again since, so it cannot be undone.")
    spells.write(actor, person.pk, current, restored, back=True)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="people.change.undone",
        target=person,
        unit_id=spells.home_unit_id(person.pk, actor.on),
        now=now,
        undid=entry.pk,
        what=entry.action,
    )
    return person


def _locked(target: str) -> Person:
    people = Person.objects.unscoped("the change was the actor's own; its units are checked next")
    for person in people.select_for_update().filter(pk=int(target.rpartition(":")[2])).order_by("pk"):
        return person
    raise CannotUndo("This record is not there any more.")


def _require(actor: Actor, person: Person, rows: list[SpellRow]) -> None:
    for row in rows:
        spells.require_for_row(actor, row)
    if all(row.unit_id is None for row in rows):
        spells.locked_person(actor, person.pk)


def forget_old_reasons(*, now: datetime) -> int:
    """Forget the reasons of changes that can no longer be undone, and return of how many."""
    return forget_reasons_before(now - timedelta(minutes=UNDO_MINUTES))

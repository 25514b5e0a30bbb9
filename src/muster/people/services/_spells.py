"""How every service writes spells: read the rows of one person, plan the change on them, check, write, leave a trace."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from muster.access.actor import Actor, NotAllowed
from muster.audit import services as audit
from muster.core.dates import day_words
from muster.core.errors import DomainError
from muster.people.calc import spells
from muster.people.calc.spells import KINDS, OFFICE, PLACEMENT, QUALIFICATION, STANDING, SpellRow
from muster.people.models import Office, Person, Placement, Qualification, Standing
from muster.people.services import _office_rights as office_rights
from muster.people.services._reasons import keep_reasons
from muster.units import queries as unit_queries


class UnitClosed(DomainError):
    """The unit is not open when the spell begins."""


Plan = Callable[[list[SpellRow]], list[SpellRow]]
MODELS: dict[str, Any] = {
    STANDING: Standing,
    PLACEMENT: Placement,
    QUALIFICATION: Qualification,
    OFFICE: Office,
}
# Column of each table → field of SpellRow, besides the id and the days.
_COLUMNS: dict[str, dict[str, str]] = {
    STANDING: {"standing": "what", "reason": "reason"},
    PLACEMENT: {"unit_id": "unit_id", "is_primary": "is_primary"},
    QUALIFICATION: {"qualification": "what"},
    OFFICE: {"role": "what", "unit_id": "unit_id"},
}


def locked_person(actor: Actor, person_id: int, permission: str = "people.edit") -> Person:
    """
    Return a person, held until the transaction ends; one query.

    :raises NotAllowed: the permission is held in no unit this person is placed in, or there is no such person
    """
    seen = Person.objects.visible_to(actor, permission).select_for_update().filter(pk=person_id)
    for person in seen.order_by("pk"):
        return person
    raise NotAllowed("You may not do this here.")


def rows_of(person_id: int, kinds: Iterable[str] = KINDS) -> list[SpellRow]:
    """Return the spells of one person, oldest first within each kind; one query per kind."""
    found: list[SpellRow] = []
    for kind in kinds:
        columns = _COLUMNS[kind]
        table = MODELS[kind].objects.unscoped("the service has checked the person").filter(person_id=person_id)
        for row in table.order_by("from_on", "pk").values("id", "from_on", "to_on", *columns):
            named = {columns.get(column, column): value for column, value in row.items()}
            found.append(SpellRow(kind, **named))
    return found


def write(
    actor: Actor, person_id: int, before: Sequence[SpellRow], after: Sequence[SpellRow], *, back: bool = False
) -> None:
    """
    Make the stored rows `after` where they were `before`; rows that differ are taken out and put in again, ids kept.

    :param back: they are put back exactly as they were, so that the rights by an office are too
    """
    if not back:
        office_rights.before_change(actor, set(before) - set(after))
    for row in set(before) - set(after):
        MODELS[row.kind].objects.unscoped("the service has checked the person").filter(pk=row.id).delete()
    for row in sorted(set(after) - set(before), key=lambda row: row.from_on):
        values = {column: getattr(row, name) for column, name in _COLUMNS[row.kind].items()}
        MODELS[row.kind].objects.create(id=row.id, person_id=person_id, from_on=row.from_on, to_on=row.to_on, **values)


def change(
    *,
    actor: Actor,
    person: Person,
    kinds: Iterable[str],
    plan: Plan,
    action: str,
    now: datetime,
    unit_id: int | None = None,
    **details: Any,
) -> int:
    """
    Change spells of a person whom the service has locked and checked, and return the id of the audit entry.

    The entry holds the rows that changed, before and after, but for the reasons: it is what `undo.undo_change` takes back.

    :param plan: rows of these kinds in, rows as they should be out; may raise a `DomainError`
    :raises SpellsOverlap, EndsTooEarly: the planned rows may not stand beside each other
    """
    kinds = list(kinds)
    before = rows_of(person.pk, kinds)
    after = plan(list(before))
    spells.check(after)
    write(actor, person.pk, before, after)
    stored = rows_of(person.pk, kinds)
    office_rights.after_change(actor, person, [row for row in stored if row not in before], now)
    gone, new = [row for row in before if row not in stored], [row for row in stored if row not in before]
    entry_id = audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=person,
        unit_id=unit_id or home_unit_id(person.pk, actor.on),
        now=now,
        before=[row.as_json() for row in gone],
        after=[row.as_json() for row in new],
        **details,
    )
    keep_reasons(entry_id, person.pk, gone, new, now)
    return entry_id


def home_unit_id(person_id: int, on: date) -> int | None:
    """Return the unit of the primary placement on a day, for the trace; one query."""
    homes = Placement.objects.unscoped("the service has checked the person").on(on)
    for unit_id in homes.filter(person_id=person_id, is_primary=True).order_by("pk").values_list("unit_id", flat=True):
        return int(unit_id)
    return None


def require_for_row(actor: Actor, row: SpellRow) -> None:
    """
    Do nothing if the actor may change people in the unit that the spell names, if it names one.

    :raises NotAllowed: not there
    """
    if row.kind in (PLACEMENT, OFFICE):
        actor.require("people.edit", unit_id=row.unit_id)


def require_open(unit_id: int, on: date) -> None:
    """
    Do nothing if the unit is open on that day; one query.

    :raises UnitClosed: it is closed then, or there is no such unit
    """
    unit = unit_queries.units().filter(pk=unit_id).first()
    if unit is None:
        raise UnitClosed("There is no such unit.", field="unit")
    if unit.closed_on is not None and unit.closed_on <= on:
        raise UnitClosed(f"{unit.name} closed on {day_words(unit.closed_on)}.", field="unit")

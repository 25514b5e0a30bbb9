"""The page of one person: what is known, since when, who did what, who can see it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from muster.access.actor import Actor
from muster.audit import queries as trace
from muster.core.refs import plain_source
from muster.people.calc.fields import CONTACT, OPEN, Value
from muster.people.calc.history import sentence
from muster.people.calc.spells import PLACEMENT, current_standing
from muster.people.models import (
    CustomField,
    Merge,
    Person,
    PersonExternalId,
)
from muster.people.queries._parts import SpellLine, own_fields_of, spell_lines
from muster.units import queries as unit_queries

HISTORY_LENGTH = 100
_HISTORY = ("people.edit", "audit.view")


@dataclass(frozen=True, slots=True)
class Rights:
    """
    What the actor may do with one person, by the units the person is placed in now; to merge and link, by all of them.

    :ivar history: read what was done to them
    :ivar follow: see how they are followed up
    """

    edit: bool
    history: bool
    contact: bool
    private: bool
    merge: bool
    erase: bool
    link: bool
    follow: bool


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """
    What the page of a person shows to whoever may see the person; contact details and the private part are not in it.

    :ivar spells: the latest first
    :ivar own_fields: label → value of the organisation's own fields, for those who may change the person
    :ivar identifiers: (source, id) in other systems
    """

    id: int
    ref: str
    name: str
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    standing: str
    since: date | None
    home: str
    home_id: int | None
    unit_ids: frozenset[int]
    spells: list[SpellLine]
    own_fields: Mapping[str, str]
    identifiers: list[tuple[str, str]]
    rights: Rights


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to a person."""

    at: datetime
    who: str
    what: str


def visible_person(actor: Actor, person_id: int) -> Person | None:
    """Return the person if the actor may see them; one query."""
    return Person.objects.visible_to(actor, row_by_row=True).filter(pk=person_id).order_by("pk").first()


def person_record(actor: Actor, person_id: int) -> PersonRecord | None:
    """Return what the page of a person shows, None where the actor may not see them; seven queries at most."""
    person = visible_person(actor, person_id)
    if person is None:
        return None
    lines = spell_lines(person_id, actor.on)
    rows = [line.row for line in lines]
    now = [line for line in lines if line.is_now]
    unit_ids = frozenset(line.row.unit_id for line in now if line.row.kind == PLACEMENT and line.row.unit_id)
    standing = current_standing(rows, actor.on)
    home = next((line for line in now if line.row.is_primary), None)
    later = {row.unit_id for row in rows if row.kind == PLACEMENT and row.unit_id and row.from_on > actor.on}
    rights = _rights(actor, unit_ids, unit_ids | later)
    identifiers = (
        PersonExternalId.objects.visible_to(actor, row_by_row=True).filter(person_id=person_id).order_by("source", "pk")
    )
    return PersonRecord(
        id=person.pk,
        ref=person.ref,
        name=str(person),
        fields={name: getattr(person, name) for name in OPEN},
        tags=tuple(filter(None, person.tags.split(";"))),
        standing=standing,
        since=next((line.row.from_on for line in now if line.row.what == standing and standing), None),
        home=home.unit if home else "",
        home_id=home.row.unit_id if home else None,
        unit_ids=unit_ids,
        spells=[replace(line, may_change=rights.edit and _may_change(actor, line.row.unit_id)) for line in lines],
        own_fields=own_fields_of(person) if rights.edit else {},
        identifiers=[(plain_source(source), value) for source, value in identifiers.values_list("source", "value")],
        rights=rights,
    )


def _may_change(actor: Actor, unit_id: int | None) -> bool:
    return unit_id is None or actor.may("people.edit", unit_id=unit_id)


def stored_fields(actor: Actor, person_id: int, *, contact: bool) -> dict[str, Value]:
    """Return field → value for a form of who may change the person, `custom:key` for own fields; one query."""
    person = Person.objects.visible_to(actor, "people.edit", row_by_row=True).get(pk=person_id)
    names = (*OPEN, *CONTACT) if contact else OPEN
    own = {f"custom:{key}": str(value) for key, value in person.custom.items()}
    return {name: getattr(person, name) for name in names} | own


def custom_fields(actor: Actor) -> list[tuple[str, str]]:
    """Return (key, label) of the organisation's own fields, by label; their names are no secret."""
    return list(CustomField.objects.order_by("label", "pk").values_list("key", "label"))


def history_of(actor: Actor, person_id: int) -> list[Done] | None:
    """
    Return what was done to a person, latest first; five queries at most.

    None where the actor may neither change them nor read the trace there. What was done to records that were merged into
    this one counts.
    """
    allowed = (Person.objects.visible_to(actor, permission, row_by_row=True) for permission in _HISTORY)
    person = next((found for rows in allowed for found in rows.filter(pk=person_id).order_by("pk")), None)
    if person is None:
        return None
    merged = Merge.objects.filter(kept_id=person_id).order_by("pk").values_list("dropped_id", flat=True)
    entries = list(trace.entries_about(person, *(Person(pk=pk) for pk in merged))[:HISTORY_LENGTH])
    named = {row["unit_id"] for entry in entries for row in entry.details.get("after", []) if row.get("unit_id")}
    names = dict(unit_queries.choices(named)) if named else {}
    return [
        Done(entry.happened_at, entry.actor_label, sentence(entry.action, entry.details, names)) for entry in entries
    ]


def _rights(actor: Actor, unit_ids: frozenset[int], now_or_later: frozenset[int]) -> Rights:
    def may(permission: str) -> bool:
        return actor.has_whole(permission) or bool(actor.units_for(permission) & unit_ids)

    # As `merging.mergeable` has it: those who see one record will see the other.
    merge = may("people.merge") and (actor.has_whole("people.merge") or now_or_later <= actor.units_for("people.merge"))
    link = may("access.grant") and (actor.has_whole("access.grant") or unit_ids <= actor.units_for("access.grant"))
    history = any(map(may, _HISTORY))
    return Rights(
        edit=may("people.edit"),
        history=history,
        contact=may("people.contact"),
        private=may("people.private"),
        merge=merge,
        erase=may("people.erase"),
        link=link,
        follow=may("contacts.view"),
    )

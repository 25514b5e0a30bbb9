"""Everything the register holds about whoever asks, for them alone."""

from dataclasses import dataclass
from datetime import datetime

from muster.access.actor import Actor
from muster.audit import queries as trace
from muster.core.refs import plain_source
from muster.people.calc.fields import CONTACT, OPEN, PRIVATE, Value
from muster.people.models import PersonExternalId, PersonPrivate
from muster.people.queries._parts import SpellLine, own_fields_of, spell_lines
from muster.people.queries.persons import own_person

_READS = {
    "people.contact.shown": "looked at your phone and e-mail",
    "people.private.shown": "looked at your birth date, address and notes",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at what is shown on demand only."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """
    One's own record, whole.

    :ivar fields: of `calc.fields`, all three groups, as stored
    :ivar own_fields: label → value of the organisation's own fields
    :ivar spells: the latest first
    :ivar identifiers: (source, id) in other systems
    :ivar looks: the latest first
    """

    person_id: int
    ref: str
    name: str
    fields: dict[str, Value]
    tags: list[str]
    own_fields: dict[str, str]
    spells: list[SpellLine]
    identifiers: list[tuple[str, str]]
    looks: list[Look]


def own_record(actor: Actor) -> OwnRecord:
    """
    Return all that the register holds about whoever acts; nine queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    person = own_person(actor)
    private = (
        PersonPrivate.objects.unscoped("part of one's own record").filter(person_id=person.pk).order_by("pk").first()
    )
    identifiers = PersonExternalId.objects.unscoped("of one's own record").filter(person_id=person.pk)
    fields: dict[str, Value] = {name: getattr(person, name) for name in (*OPEN, *CONTACT)}
    fields |= private.opened() if private else dict.fromkeys(PRIVATE, "")
    looks = [entry for entry in trace.entries_about(person) if entry.action in _READS]
    return OwnRecord(
        person_id=person.pk,
        ref=person.ref,
        name=str(person),
        fields=fields,
        tags=[tag for tag in person.tags.split(";") if tag],
        own_fields=own_fields_of(person),
        spells=spell_lines(person.pk, actor.on),
        identifiers=[
            (plain_source(source), value)
            for source, value in identifiers.order_by("source", "pk").values_list("source", "value")
        ],
        looks=[Look(entry.happened_at, entry.actor_label, _READS[entry.action]) for entry in looks],
    )

"""What members do with their own record, whatever their roles: correct it, take it out, and leave."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.people.calc import spells as calc
from muster.people.calc.fields import CONTACT, Value
from muster.people.calc.spells import OFFICE, PLACEMENT, STANDING
from muster.people.models import Person
from muster.people.queries.persons import own_person
from muster.people.services import _spells as spells
from muster.people.services import persons

# What somebody knows best about themselves. Who they are to the organisation is not theirs alone to say.
CORRECTED = (
    "given_name",
    "family_name",
    "preferred_name",
    "city",
    "region",
    "postcode",
    "country",
    "language",
    *CONTACT,
)
CORRECTED_PRIVATE = ("street", "birth_date", "gender", "ethnicity")


@transaction.atomic
def correct_own(*, actor: Actor, wanted: Mapping[str, Value], seen: Mapping[str, Value], now: datetime) -> list[str]:
    """
    Change fields of one's own record and return which were changed; others are left as they are.

    :param wanted: field → value, of `CORRECTED` and `CORRECTED_PRIVATE`
    :param seen: field → value that was shown
    :raises NoOwnRecord: the account belongs to nobody in the register
    :raises ChangedSince: somebody else changed one of them too; nothing is written
    :raises NameMissing, TooLong: see `persons.edit_person`
    """
    person = _locked(actor)

    def of(names: tuple[str, ...], values: Mapping[str, Value]) -> dict[str, Value]:
        return {name: value for name, value in values.items() if name in names}

    changed = persons.write_fields(
        actor=actor, person=person, wanted=of(CORRECTED, wanted), seen=of(CORRECTED, seen), now=now
    )
    return changed + persons.write_private(
        actor=actor, person=person, wanted=of(CORRECTED_PRIVATE, wanted), seen=of(CORRECTED_PRIVATE, seen), now=now
    )


@transaction.atomic
def leave(*, actor: Actor, on: date, reason: str, now: datetime) -> int:
    """
    Leave: every standing, placement and office of one's own that goes on ends that day. Return the id of the audit entry.

    :raises NoOwnRecord: the account belongs to nobody in the register
    :raises EndsTooEarly: something began that day or later
    """
    told = reason.strip() or "left"
    return spells.change(
        actor=actor,
        person=_locked(actor),
        kinds=[STANDING, PLACEMENT, OFFICE],
        plan=lambda rows: calc.left(rows, on, reason=told, stays=False),
        action="people.person.left",
        now=now,
    )


def note_own_file(*, actor: Actor, now: datetime) -> None:
    """
    Write down that somebody takes out all that is held about them, as JSON.

    :raises NoOwnRecord: the account belongs to nobody in the register
    """
    person = own_person(actor)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="people.own_record.exported",
        target=person,
        unit_id=spells.home_unit_id(person.pk, actor.on),
        now=now,
        kind="json",
    )


def _locked(actor: Actor) -> Person:
    person = own_person(actor)
    held = Person.objects.unscoped("everybody may change their own record").select_for_update()
    return held.filter(pk=person.pk).order_by("pk").get()

"""Showing what is not on the page: each look is written down."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.people import private
from muster.people.calc.fields import PRIVATE
from muster.people.models import Person, PersonPrivate
from muster.people.services import _spells as spells


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """
    How somebody is reached, and whether they agreed to it (None: never asked).

    :ivar is_refused: a mail server would not take letters to that address
    """

    email: str
    phone: str
    phone_e164: str
    email_opt_in: bool | None
    phone_opt_in: bool | None
    is_refused: bool = False


@transaction.atomic
def show_contact(*, actor: Actor, person_id: int, now: datetime) -> ContactDetails:
    """
    Return phone and e-mail, and write down that they were looked at.

    :raises NotAllowed: the actor may not see contact details of this person
    """
    person = spells.locked_person(actor, person_id, "people.contact")
    _record(actor, "people.contact.shown", person, now)
    is_refused = bool(person.email_refused) and person.email_refused == private.refused_mark(person.email_key)
    return ContactDetails(
        person.email, person.phone, person.phone_e164, person.email_opt_in, person.phone_opt_in, is_refused
    )


@transaction.atomic
def show_private(*, actor: Actor, person_id: int, now: datetime) -> dict[str, str]:
    """
    Return the private part as field → text, and write down that it was looked at.

    :raises NotAllowed: the actor may not see the private part of this person
    """
    person = spells.locked_person(actor, person_id, "people.private")
    _record(actor, "people.private.shown", person, now)
    private = (
        PersonPrivate.objects.visible_to(actor, row_by_row=True).filter(person_id=person_id).order_by("pk").first()
    )
    return private.opened() if private else dict.fromkeys(PRIVATE, "")


def _record(actor: Actor, action: str, person: Person, now: datetime) -> None:
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=person,
        unit_id=spells.home_unit_id(person.pk, actor.on),
        now=now,
    )

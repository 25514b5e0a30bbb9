"""Showing how somebody who wrote is reached: each look is written down."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.contacts.models import Inquiry
from muster.contacts.services.routing import NoSuchInquiry

PERMISSION = "people.contact"


@dataclass(frozen=True, slots=True)
class Reached:
    """What an inquiry says of who wrote it and how they are reached, '' where it does not."""

    name: str
    email: str
    phone: str


@transaction.atomic
def show_contact(*, actor: Actor, inquiry_id: int, now: datetime) -> Reached:
    """
    Return phone and e-mail of an inquiry, and write down that they were looked at.

    :raises NoSuchInquiry: there is none that the actor may see
    :raises NotAllowed: the actor may not see contact details in the unit it was sent to, or, while it waits, everywhere
    """
    found = Inquiry.objects.visible_to(actor, row_by_row=True).filter(pk=inquiry_id).order_by("pk").first()
    if found is None:
        raise NoSuchInquiry("There is no such inquiry.")
    actor.require(PERMISSION, unit_id=found.unit_id)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="contacts.inquiry.shown",
        target=found,
        unit_id=found.unit_id,
        now=now,
    )
    return Reached(found.name, found.email, found.phone)

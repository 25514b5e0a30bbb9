"""Writes to inquiries."""

from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.models import Inquiry, InquiryExternalId
from muster.core.privacy import columns
from muster.people.services import erasure


@transaction.atomic
def erase_inquiries(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Empty the inquiries of a person; that there was one, when and by which channel, stays in the figures.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    erasure.require_erasable(actor=actor, person_id=person_id)
    theirs = Inquiry.objects.unscoped("the right to erase the person was checked").filter(person_id=person_id)
    InquiryExternalId.objects.filter(inquiry_id__in=theirs.values("pk")).delete()
    theirs.update(**dict.fromkeys(columns("contacts.Inquiry", "personal"), ""))

"""Writes to inquiries."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts.models import Inquiry, InquiryExternalId
from muster.core.errors import DomainError
from muster.core.privacy import columns
from muster.people.services import erasure


class InquiriesChanged(DomainError):
    """Inquiries that are to go back belong to somebody else by now."""


def move_inquiries(
    *, actor: Actor, from_person_id: int, to_person_id: int, only: Sequence[int] | None = None
) -> list[int]:
    """
    Let inquiries of one person be another's, and return their ids; two queries.

    Whoever calls asks for the rights to both people first, and leaves the trace.

    :param only: ids of the inquiries, all of that person's where it is None
    :raises InquiriesChanged: one of `only` is not that person's any more
    """
    theirs = Inquiry.objects.unscoped("the caller has checked both people").filter(person_id=from_person_id)
    if only is not None:
        theirs = theirs.filter(pk__in=only)
    ids = list(theirs.order_by("pk").values_list("pk", flat=True))
    if only is not None and len(ids) != len(only):
        raise InquiriesChanged("An inquiry was given to somebody else since.")
    theirs.update(person_id=to_person_id)
    return ids


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

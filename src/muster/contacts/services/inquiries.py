"""Writes to inquiries."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.contacts.models import Inquiry, InquiryExternalId, InquiryLetter, RawLetter
from muster.core.privacy import columns
from muster.people.services import erasure

CONSENTS = ("email_opt_in", "phone_opt_in")
TEXTS = tuple(name for name in columns("contacts.Inquiry", "personal") if name not in CONSENTS)


@transaction.atomic
def erase_inquiries(*, actor: Actor, person_id: int, now: datetime) -> None:
    """
    Empty the inquiries of a person; that there was one, when and by which channel, stays in the figures.

    :raises NotAllowed: the actor may not erase people where this one is placed
    """
    erasure.require_erasable(actor=actor, person_id=person_id)
    rows = Inquiry.objects.unscoped("the right to erase the person was checked")
    # What repeats one of theirs says the same of them, whoever it may be of.
    ids = list(
        rows.filter(Q(person_id=person_id) | Q(repeats__person_id=person_id, person=None)).values_list("pk", flat=True)
    )
    theirs = rows.filter(pk__in=ids)
    RawLetter.objects.filter(letter__inquiry_id__in=ids).delete()
    # Without its token nothing that still comes is joined to it.
    InquiryLetter.objects.filter(inquiry_id__in=ids).update(
        token="", **dict.fromkeys(columns("contacts.InquiryLetter", "personal"), "")
    )
    InquiryExternalId.objects.filter(inquiry_id__in=ids).delete()
    theirs.update(**dict.fromkeys(CONSENTS), **dict.fromkeys(TEXTS, ""))

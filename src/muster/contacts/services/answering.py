"""Answering an inquiry by e-mail: the one way in which Muster writes to somebody who wrote, and only when an officer does."""

import secrets
from datetime import datetime

from django.db import transaction

from muster.access.actor import Actor
from muster.contacts import tasks
from muster.contacts.models import Inquiry, InquiryLetter
from muster.contacts.queries.following import WORK
from muster.contacts.queries.letters import REACH
from muster.contacts.services._cases import leave_trace
from muster.contacts.services._letters import keep_text
from muster.contacts.services.routing import NoSuchInquiry
from muster.core.errors import DomainError

LONGEST = 10_000


class NothingToSay(DomainError):
    """An answer needs words, and not more than a letter holds."""


class NoAddress(DomainError):
    """There is no address to write to, or it is spam."""


@transaction.atomic
def answer(*, actor: Actor, inquiry_id: int, text: str, now: datetime) -> int:
    """
    Write to the address that an inquiry names, and return the letter's id; a job sends it once this is stored.

    :raises NoSuchInquiry: there is none that the actor may see
    :raises NotAllowed: the actor may not talk to contacts, or not see how they are reached, in the unit it was sent to
    :raises NothingToSay, NoAddress: see there
    """
    inquiry = Inquiry.objects.visible_to(actor, row_by_row=True).filter(pk=inquiry_id).order_by("pk").first()
    if inquiry is None:
        raise NoSuchInquiry("There is no such inquiry.")
    for permission in (WORK, REACH):
        actor.require(permission, unit_id=inquiry.unit_id)
    words = text.replace("\r\n", "\n").strip()
    if not 0 < len(words) <= LONGEST:
        raise NothingToSay(f"Write from 1 to {LONGEST:,} letters.", field="text")
    if not inquiry.email or inquiry.mark == Inquiry.Mark.SPAM:
        raise NoAddress("There is no address to write to.")
    letter = InquiryLetter.objects.create(
        inquiry=inquiry,
        at=now,
        is_ours=True,
        name=inquiry.name[:120],
        email=inquiry.email,
        token=secrets.token_hex(16),
        written_by_id=actor.user_id,
    )
    keep_text(letter, text=words)
    leave_trace(actor, "contacts.letter.sent", now, of=inquiry, unit_id=inquiry.unit_id)
    tasks.send_answer.enqueue(letter.pk)
    return letter.pk

"""What an officer says of an inquiry: it is spam, or it is not; and the end of spam."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from muster.access.actor import Actor
from muster.contacts.models import Inquiry
from muster.contacts.queries import following
from muster.contacts.queries.following import WORK
from muster.contacts.services._cases import leave_trace
from muster.contacts.services.routing import NoSuchInquiry
from muster.core.errors import DomainError

# How long somebody can still find out that it was none.
SPAM_KEPT = timedelta(days=90)


class NotToJudge(DomainError):
    """It is of somebody the actor knows, or somebody answers for it already."""


@transaction.atomic
def mark_spam(*, actor: Actor, inquiry_id: int, now: datetime) -> None:
    """
    Call an inquiry spam, with all that repeat it: it leaves lists and figures, and goes after `SPAM_KEPT`.

    :raises NoSuchInquiry: there is none that the actor may see
    :raises NotAllowed: the actor may not talk to contacts in the unit it was sent to
    :raises NotToJudge: it is taken up, or of somebody whom the actor sees
    """
    inquiry = _held(actor, inquiry_id)
    if inquiry.case_id is not None or following.writer_of(actor, inquiry) is not None:
        raise NotToJudge("This is of somebody we know. It cannot be spam.")
    _set(actor, inquiry, Inquiry.Mark.SPAM, now)
    leave_trace(actor, "contacts.inquiry.spam", now, of=inquiry, unit_id=inquiry.unit_id)


@transaction.atomic
def clear_mark(*, actor: Actor, inquiry_id: int, now: datetime) -> None:
    """
    Say that an inquiry, and what repeats it, is none: it is read like any other from now on.

    :raises NoSuchInquiry: there is none that the actor may see
    :raises NotAllowed: the actor may not talk to contacts in the unit it was sent to
    """
    inquiry = _held(actor, inquiry_id)
    _set(actor, inquiry, "", now)
    leave_trace(actor, "contacts.inquiry.cleared", now, of=inquiry, unit_id=inquiry.unit_id)


@transaction.atomic
def forget_spam(*, actor: Actor, now: datetime) -> int:
    """Delete what has been spam for `SPAM_KEPT`, and return how many those were; nobody is asked for rights."""
    rows = Inquiry.objects.unscoped("spam of everybody goes after its time")
    old = rows.filter(mark=Inquiry.Mark.SPAM, marked_at__lt=now - SPAM_KEPT, person=None, case=None)
    ids = list(old.order_by("pk").values_list("pk", flat=True))
    rows.filter(pk__in=ids).delete()
    if ids:
        leave_trace(actor, "contacts.spam.forgotten", now, count=len(ids))
    return len(ids)


def _held(actor: Actor, inquiry_id: int) -> Inquiry:
    if not Inquiry.objects.visible_to(actor).filter(pk=inquiry_id).exists():
        raise NoSuchInquiry("There is no such inquiry.")
    inquiry = Inquiry.objects.unscoped("it was seen just now").select_for_update().get(pk=inquiry_id)
    actor.require(WORK, unit_id=inquiry.unit_id)
    return inquiry


def _set(actor: Actor, inquiry: Inquiry, mark: str, now: datetime) -> None:
    # Whatever repeats it elsewhere by now is for those to judge who see it there.
    rows = Inquiry.objects.unscoped("the right to judge in this unit was checked").filter(case=None)
    together = Q(pk=inquiry.pk) | Q(repeats_id=inquiry.pk, unit_id=inquiry.unit_id)
    rows.filter(together).update(mark=mark, marked_at=now if mark else None)

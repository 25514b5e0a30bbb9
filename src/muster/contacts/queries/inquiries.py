"""Reads of inquiries."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from muster.access.actor import Actor
from muster.access.arrays import Seconds, columns, local_days
from muster.contacts.models import Inquiry, InquiryQuerySet
from muster.people.queries import arrays, persons

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOBODY = -1
# What is doubtful is counted once somebody has looked at it, spam never, and what was sent twice once.
COUNTED = Q(mark="", repeats=None)


def inquiries_received(actor: Actor, unit_ids: frozenset[int] | None, *, until: date) -> list[NDArray[np.int64]]:
    """
    Return the day (a number since 1970, in the site's time zone) and the person of the inquiries of a report; one query.

    :param unit_ids: those of people a report about these units may count; None for all, those of NOBODY known included
    """
    found = Inquiry.objects.unscoped("narrowed to the units of the report").filter(COUNTED)
    if unit_ids is not None:
        found = found.filter(person_id__in=arrays.ids_of_report(actor, unit_ids, until=until))
    elif not actor.has_whole(arrays.PERMISSION):
        found = found.none()
    zone = timezone.get_current_timezone()
    after = datetime.combine(until + timedelta(days=1), time.min, tzinfo=zone)
    received = found.filter(received_at__lt=after)
    seconds, person = columns(received.values_list(Seconds("received_at"), Coalesce("person_id", Value(NOBODY))), 2)
    return [local_days(seconds, zone), person]


def inquiries_between(
    actor: Actor, unit_ids: frozenset[int] | None, first: date, last: date, on: date
) -> InquiryQuerySet:
    """
    Return the inquiries received from the first to the last day that the actor may see, latest first; one query.

    :param unit_ids: those of people the actor may see whose primary placement on the day `on` lies in these units; None for all
    """
    found = (
        Inquiry.objects.visible_to(actor)
        .filter(COUNTED)
        .annotate(day=TruncDate("received_at"))
        .filter(day__gte=first, day__lte=last)
    )
    if unit_ids is not None:
        found = found.filter(person_id__in=persons.ids_with_home_in(actor, unit_ids, on))
        # One that was sent here and is of somebody who has moved away since: whose it is, is theirs there.
        found = found.filter(person_id__in=persons.ids_for(actor, "people.view"))
    return found.order_by("-received_at", "pk")


def own_inquiries(actor: Actor) -> InquiryQuerySet:
    """
    Return the inquiries of whoever acts, latest first; two queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    own = Inquiry.objects.unscoped("one's own are one's own to read").filter(person_id=persons.own_person(actor).pk)
    return own.order_by("-received_at", "pk")

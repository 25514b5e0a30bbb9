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
    Return what the inquiries of a report say, a row each; one query.

    That is the day (a number since 1970, in the site's time zone), the person, and the id of the first of those that are one
    message, NOBODY for one alone: which of them counts depends on whose are counted together.

    :param unit_ids: those of people a report about these units may count; None for all, those of NOBODY known included
    """
    import numpy as np

    found = Inquiry.objects.unscoped("narrowed to the units of the report").filter(COUNTED)
    if unit_ids is not None:
        found = found.filter(person_id__in=arrays.ids_of_report(actor, unit_ids, until=until))
    elif not actor.has_whole(arrays.PERMISSION):
        found = found.none()
    zone = timezone.get_current_timezone()
    after = datetime.combine(until + timedelta(days=1), time.min, tzinfo=zone)
    received = found.filter(received_at__lt=after)
    facts = (Coalesce("person_id", Value(NOBODY)), "pk", Coalesce("part_of_id", Value(NOBODY)))
    seconds, person, own, part_of = columns(received.values_list(Seconds("received_at"), *facts), 4)
    with_others = np.isin(own, part_of[part_of != NOBODY])
    return [local_days(seconds, zone), person, np.where(with_others, own, part_of)]


def inquiries_between(
    actor: Actor, unit_ids: frozenset[int] | None, first: date, last: date, on: date
) -> InquiryQuerySet:
    """
    Return the inquiries received from the first to the last day that the actor may see, latest first; one query.

    :param unit_ids: those of people the actor may see whose primary placement on the day `on` lies in these units; None for all
    """
    found = Inquiry.objects.visible_to(actor).filter(COUNTED)
    if unit_ids is not None:
        found = found.filter(person_id__in=persons.ids_with_home_in(actor, unit_ids, on))
        # One that was sent here and is of somebody who has moved away since: whose it is, is theirs there.
        found = found.filter(person_id__in=persons.ids_for(actor, "people.view"))
    days = found.once().annotate(day=TruncDate("received_at")).filter(day__gte=first, day__lte=last)
    return days.order_by("-received_at", "pk")


def own_inquiries(actor: Actor) -> InquiryQuerySet:
    """
    Return the inquiries of whoever acts, latest first; two queries.

    :raises NoOwnRecord: their account belongs to nobody in the register
    """
    own = Inquiry.objects.unscoped("one's own are one's own to read").filter(person_id=persons.own_person(actor).pk)
    return own.order_by("-received_at", "pk")

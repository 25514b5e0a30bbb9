"""Reads of inquiries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Value
from django.db.models.functions import Coalesce, TruncDate

from muster.access.actor import Actor
from muster.access.arrays import DayNumber, columns
from muster.contacts.models import Inquiry
from muster.people.queries import arrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOBODY = -1


def inquiries_received(actor: Actor, unit_ids: frozenset[int] | None, *, until: date) -> list[NDArray[np.int64]]:
    """
    Return the day (a number since 1970, in the site's time zone) and the person of the inquiries of a report; one query.

    :param unit_ids: those of people a report about these units may count; None for all, those of NOBODY known included
    """
    found = Inquiry.objects.unscoped("narrowed to the units of the report")
    if unit_ids is not None:
        found = found.filter(person_id__in=arrays.ids_of_report(actor, unit_ids, until=until))
    elif not actor.has_whole(arrays.PERMISSION):
        found = found.none()
    received = found.annotate(day=TruncDate("received_at")).filter(day__lte=until)
    return columns(received.values_list(DayNumber("day"), Coalesce("person_id", Value(NOBODY))), 2)

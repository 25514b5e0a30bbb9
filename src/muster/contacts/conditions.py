"""What may be asked about the inquiries of people."""

from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone

from muster.contacts.models import Inquiry
from muster.people.calc.conditions import Asked, Kind, Meaning, Rows, Takes, any_of


def _inquiries(fits: Q) -> Rows:
    rows = Inquiry.objects.unscoped("a set that people over whom one sees inquiries are compared with")
    return Rows(rows.filter(person__isnull=False), fits)


def _received(asked: Asked) -> Meaning:
    days: dict[str, Any] = {}
    if asked.days.first:
        days["received_at__gte"] = _midnight(asked.days.first)
    if asked.days.after:
        days["received_at__lt"] = _midnight(asked.days.after)
    return _inquiries(Q(**days))


def _by_channel(asked: Asked) -> Meaning:
    return any_of(_inquiries(Q(channel__iexact=channel)) for channel in asked.values)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


CONDITIONS = (
    Kind("wrote", "Wrote to us", Takes.DAYS, "wrote to us {}", "did not write to us {}", _received, "contacts.view"),
    Kind(
        "channel",
        "Wrote by",
        Takes.TEXT,
        "wrote to us by {}",
        "did not write to us by {}",
        _by_channel,
        "contacts.view",
    ),
)

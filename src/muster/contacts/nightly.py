"""Inquiries that wait, sent on in the night: those from before there were rules, and whatever nothing else has sent."""

from datetime import datetime

from django.utils import timezone

from muster.access.actor import system_actor
from muster.contacts.services import routing


def send_waiting(now: datetime) -> str:
    """Send the inquiries that wait where the rules say."""
    actor = system_actor("routing", on=timezone.localdate(now))
    sent = routing.route_inquiries(actor=actor, now=now)
    return f"Sent to a unit: {sent:,}." if sent else "None waited."

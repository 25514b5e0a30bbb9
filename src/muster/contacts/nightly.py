"""
In the night: inquiries that wait are sent on, also those from before there were rules; old spam and old changes of claims go; and
whoever became a member is followed up no more.
"""

from datetime import datetime

from django.utils import timezone

from muster.access.actor import system_actor
from muster.contacts.services import cases, claims, deciding, judging, letters, routing


def send_waiting(now: datetime) -> str:
    """Send the inquiries that wait where the rules say, also those in units that closed."""
    actor = system_actor("routing", on=timezone.localdate(now))
    sent = routing.route_inquiries(actor=actor, now=now) + routing.leave_closed(actor=actor, now=now)
    return f"Sent to a unit: {sent:,}." if sent else "None waited."


def forget_spam(now: datetime) -> str:
    """Delete spam that nobody took back in time."""
    gone = judging.forget_spam(actor=system_actor("spam", on=timezone.localdate(now)), now=now)
    return f"Spam deleted: {gone:,}." if gone else "Nothing to delete."


def forget_raw_letters(now: datetime) -> str:
    """Delete letters as they came; what they say stays with their inquiries."""
    gone = letters.forget_raw(now=now)
    return f"Letters as they came deleted: {gone:,}." if gone else "Nothing to delete."


def forget_changes(now: datetime) -> str:
    """Forget changes of claims that nobody stored, and those that can no longer be taken back."""
    gone = claims.forget_old_changes(now=now)
    return f"Changes of claims forgotten: {gone:,}." if gone else "Nothing to forget."


def close_joined(now: datetime) -> str:
    """End the cases of people who became members otherwise, by an import perhaps."""
    ended = cases.close_joined(actor=system_actor("contacts", on=timezone.localdate(now)), now=now)
    return f"Became members: {ended:,}." if ended else "Nobody became a member otherwise."


def settle_applications(now: datetime) -> str:
    """Decide on applications of people who became members or left otherwise, by an import perhaps."""
    decided = deciding.settle(actor=system_actor("contacts", on=timezone.localdate(now)), now=now)
    return f"Decided otherwise: {decided:,}." if decided else "No application was decided otherwise."

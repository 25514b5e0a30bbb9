"""What rights must know of offices and owners of accounts. `people`, which stands above, says it at start (docs/adr/0008)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.db.models import Exists, Q

if TYPE_CHECKING:
    from muster.access.actor import Actor


class Offices(Protocol):
    """Conditions on a grant that names an office by `office_id`, `office`, `unit` and `user`."""

    def held(self, day: date) -> Exists:
        """The user holds that office in that unit on the day."""

    def not_over(self, day: date) -> Exists:
        """The user holds it on the day, or will."""

    def opens_a_record_beyond(self, actor: Actor, user_id: int) -> bool:
        """The account opens the own record of somebody, and the actor may not see and do there what it shows."""


_known: list[Offices] = []


def register(offices: Offices) -> None:
    """Say who knows of offices; once, when the application starts."""
    _known[:] = [offices]


def held(day: date) -> Q:
    """Return the condition on grants that the office they came with is held on that day; nothing where nobody knows."""
    return Q(_known[0].held(day)) if _known else Q(pk__in=())


def not_over(day: date) -> Q:
    """Return the condition on grants that the office they came with is held on that day or later."""
    return Q(_known[0].not_over(day)) if _known else Q(pk__in=())


def opens_a_record_beyond(actor: Actor, user_id: int) -> bool:
    """Say whether whoever signs in with the account reads a record that the actor may not; it does where nobody knows."""
    return not _known or _known[0].opens_a_record_beyond(actor, user_id)


def key_of(office: str) -> str:
    """Return what two ways to write an office have in common: blanks and case do not count."""
    return " ".join(office.split()).casefold()[:60]

"""What rights must know of offices. `people`, which stands above, says it once at start (docs/adr/0008)."""

from datetime import date
from typing import Protocol

from django.db.models import Exists, Q


class Offices(Protocol):
    """Conditions on a grant that names an office by `office_id`, `office`, `unit` and `user`."""

    def held(self, day: date) -> Exists:
        """The user holds that office in that unit on the day."""

    def not_over(self, day: date) -> Exists:
        """The user holds it on the day, or will."""


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


def key_of(office: str) -> str:
    """Return what two ways to write an office have in common: blanks and case do not count."""
    return " ".join(office.split()).casefold()[:60]

"""Whatever is done to roles and grants, somebody is left who can give every role again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from muster.access.calc import GIVE, Holding, nobody_can_give
from muster.access.models import Grant
from muster.access.permissions import PERMISSIONS
from muster.core.errors import DomainError
from muster.core.spells import Spell


class LastAdministrator(DomainError):
    """On some day nobody would be left who can give a right in the whole organisation."""


@contextmanager
def keeping_givers(on: date) -> Iterator[None]:
    """
    Let a change happen inside a transaction, and take it back if from that day on something could no longer be given.

    What nobody could give before need not be giveable after. Two queries; the grants over everything are held until the
    transaction ends, so that two administrators cannot each take the other's role at once.

    :raises LastAdministrator: there would be a day on which nobody can give a right that somebody can give now
    """
    before = _nobody_can_give(on)
    yield
    lost = _nobody_can_give(on) - before
    if GIVE in lost:
        raise LastAdministrator("This is the last administrator. Give somebody else the role first.")
    if lost:
        words = ", ".join(text for code, text in PERMISSIONS.items() if code in lost)
        raise LastAdministrator(f"Nobody could give this right any more: {words}. Give it to somebody else first.")


def _nobody_can_give(on: date) -> frozenset[str]:
    # What comes with an office does not count: it ends with the office, and nobody asks here then.
    over_everything = Grant.objects.not_over(on).by_hand().filter(unit__parent=None)
    held = over_everything.select_related("role", "user").select_for_update(of=("self", "role", "user")).order_by("pk")
    holdings = [
        Holding(grant.user_id, frozenset(grant.role.permissions), Spell(grant.from_on, grant.to_on))
        for grant in held
        if grant.user.is_active
    ]
    return nobody_can_give(holdings, PERMISSIONS, since=on)

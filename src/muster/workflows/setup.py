"""The first hour: an organisation, its root unit and its first administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from muster.access.actor import system_actor
from muster.access.services import grants as access
from muster.accounts import services as accounts
from muster.audit import services as audit
from muster.units import queries as units_queries
from muster.units.calc import REQUIRED
from muster.units.services import tree as units

if TYPE_CHECKING:
    from muster.accounts.models import User


@transaction.atomic
def found_organisation(
    *, name: str, admin_email: str, admin_password: str, country: str, now: datetime, second_factor: str = REQUIRED
) -> int:
    """
    Make the root unit, the first account and its grant of the administrator's role over everything.

    :param country: ISO 3166-1 alpha-2, taken where a row names none
    :param second_factor: "required" of whoever holds a role beyond member, or "offered"
    :returns: id of the root unit
    :raises AlreadyFounded: there is an organisation here already
    :raises BadEmail: the address cannot be one
    """
    root = units.found(name=name, country=country, second_factor=second_factor)
    user = accounts.create_account(email=admin_email, name="", password=admin_password)
    today = now.date()
    system = system_actor("setup", on=today)
    access.grant_role(actor=system, user_id=user.pk, role_code="administrator", unit_id=root.pk, from_on=today, now=now)
    audit.record(
        user_id=None, actor_label=system.label, action="organisation.founded", target=root, unit_id=root.pk, now=now
    )
    return root.pk


@transaction.atomic
def add_demo_accounts(
    sign_ins: Iterable[tuple[str, str, str | None, str]], *, password: str, now: datetime
) -> list[User]:
    """
    Make accounts to look around with, and return them in that order.

    :param sign_ins: (e-mail, role code, kind of unit or None for the whole organisation, name); of a kind the unit with most
        units below it is taken, then the first by name
    """
    today = now.date()
    system = system_actor("setup", on=today)
    made = []
    for email, role, kind, name in sign_ins:
        user = accounts.create_account(email=email, name=name.split(",")[0], password=password)
        unit_id = units_queries.largest_of_kind(kind)
        access.grant_role(actor=system, user_id=user.pk, role_code=role, unit_id=unit_id, from_on=today, now=now)
        made.append(user)
    return made

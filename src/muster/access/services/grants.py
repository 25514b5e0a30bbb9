"""Giving and taking roles, and letting in whoever was given one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from muster.access import offices
from muster.access.actor import Actor, NotAllowed
from muster.access.models import Grant, Role
from muster.access.services._givers import keeping_givers
from muster.accounts import queries as account_queries
from muster.accounts import services as accounts
from muster.accounts import tasks
from muster.audit import services as audit
from muster.core.errors import DomainError


class GrantExists(DomainError):
    """The user already holds that role in that unit."""


class GrantOfOffice(DomainError):
    """The role came with an office and ends with it, not by hand."""


class BadDates(DomainError):
    """The role would end before it begins."""


@dataclass(frozen=True, slots=True)
class Invited:
    """
    Who was given a role.

    :ivar password_path: where a new user sets the password, once; '' for an account that was there before, and for whoever
        may not know whether it was
    """

    user_id: int
    grant_id: int
    password_path: str


@transaction.atomic
def invite(
    *,
    actor: Actor,
    email: str,
    name: str,
    role_code: str,
    unit_id: int,
    from_on: date,
    now: datetime,
    site: str,
    to_on: date | None = None,
) -> Invited:
    """
    Give a role to whoever has that e-mail address; where there is no such account it is made.

    Who has accounts elsewhere is nothing to whoever may give roles in a part of the organisation: they are told the same
    either way, and a new account gets its link by letter.

    :param name: taken for a new account only
    :param site: address of the site, without a slash at its end, for the letter
    :raises NotAllowed, BadDates, GrantExists: as `grant_role`
    :raises BadEmail: the address cannot be one
    """
    actor.require("access.grant", unit_id=unit_id)
    user = account_queries.find_by_email(email)
    is_new = user is None
    if user is None:
        user = accounts.create_account(email=email, name=name, password=None)
        audit.record(
            user_id=actor.user_id,
            actor_label=actor.label,
            action="access.account.made",
            target=user,
            unit_id=unit_id,
            now=now,
        )
    grant = grant_role(
        actor=actor, user_id=user.pk, role_code=role_code, unit_id=unit_id, from_on=from_on, to_on=to_on, now=now
    )
    told = actor.has_whole("access.grant")
    if is_new and not told:
        tasks.send_password_link.enqueue(user.email, site)
    return Invited(user.pk, grant.pk, accounts.password_path(user_id=user.pk) if is_new and told else "")


@transaction.atomic
def renew_password_link(*, actor: Actor, user_id: int, now: datetime) -> str:
    """
    Return an address at which somebody can set a new password, once: for who lost it, or never set one.

    Whoever holds the address can sign in as that user, so it is made only for accounts that may do nothing the actor
    may not, in units where the actor may give roles.

    :raises NotAllowed: the account reaches further than the actor
    """
    unit_id = check_reaches_no_further(actor=actor, user_id=user_id)
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="access.password_link.made",
        now=now,
        unit_id=unit_id,
        user=user_id,
    )
    return accounts.password_path(user_id=user_id)


@transaction.atomic
def grant_role(
    *, actor: Actor, user_id: int, role_code: str, unit_id: int, from_on: date, now: datetime, to_on: date | None = None
) -> Grant:
    """
    Give a user a role in a unit and all below it.

    :raises NotAllowed: the actor may not give roles there, or the role holds more than the actor does there
    :raises BadDates: it would end before it begins
    :raises GrantExists: the user holds it there already, without an end
    """
    actor.require("access.grant", unit_id=unit_id)
    role = Role.objects.get(code=role_code)
    check_holds(actor=actor, permissions=role.permissions, unit_id=unit_id)
    if to_on is not None and to_on <= from_on:
        raise BadDates("The role cannot end before it begins.", field="to_on")
    if Grant.objects.by_hand().filter(user_id=user_id, role=role, unit_id=unit_id, to_on=None).exists():
        raise GrantExists("This person already has that role there.")
    grant = Grant.objects.create(
        user_id=user_id, role=role, unit_id=unit_id, from_on=from_on, to_on=to_on, granted_by_id=actor.user_id
    )
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="access.role.granted",
        target=grant,
        unit_id=unit_id,
        now=now,
        role=role_code,
        user=user_id,
    )
    return grant


@transaction.atomic
def end_grant(*, actor: Actor, grant_id: int, on: date, now: datetime) -> None:
    """
    Take a role away from that day on; a grant that began that day or later is removed as if it had never been.

    :raises NotAllowed: the actor may not give roles there
    :raises GrantOfOffice: it came with an office
    :raises LastAdministrator: on some day nobody would be left who can give what this role gives
    """
    with keeping_givers(actor.on):
        grant = Grant.objects.select_related("role").get(pk=grant_id)
        actor.require("access.grant", unit_id=grant.unit_id)
        if grant.office_id is not None:
            raise GrantOfOffice(f"This role comes with the office “{grant.office}”. It ends when the office ends.")
        audit.record(
            user_id=actor.user_id,
            actor_label=actor.label,
            action="access.role.ended",
            target=grant,
            unit_id=grant.unit_id,
            now=now,
            role=grant.role.code,
            user=grant.user_id,
        )
        if grant.from_on >= on:
            grant.delete()
        elif grant.to_on is None or grant.to_on > on:
            grant.to_on = on
            grant.save(update_fields=["to_on"])


def check_reaches_no_further(*, actor: Actor, user_id: int) -> int | None:
    """
    Do nothing if an account may do nothing that the actor may not, in units where the actor may give roles.

    It opens its owner's own record too, wherever that is: giving the account a role here does not bring it within reach.

    :returns: a unit the account has a role in, None without one
    :raises NotAllowed: the account reaches further than the actor
    """
    holding = Grant.objects.not_over(actor.on).filter(user_id=user_id)
    roles = list(holding.values_list("unit_id", "role__permissions"))
    if not roles:
        actor.require("access.grant", unit_id=None)
    for unit_id, permissions in roles:
        actor.require("access.grant", unit_id=unit_id)
        check_holds(actor=actor, permissions=permissions, unit_id=unit_id)
    if offices.opens_a_record_beyond(actor, user_id):
        raise NotAllowed("This account reaches further than you do.")
    return roles[0][0] if roles else None


def check_holds(*, actor: Actor, permissions: Iterable[str], unit_id: int) -> None:
    """
    Do nothing if the actor holds all of these in that unit.

    :raises NotAllowed: one of them not
    """
    if not all(actor.may(permission, unit_id=unit_id) for permission in permissions):
        raise NotAllowed("Nobody can give more than they hold.")

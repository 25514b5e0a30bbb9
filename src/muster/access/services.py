"""Giving and taking roles."""

from datetime import date, datetime

from django.db import transaction

from muster.access.actor import Actor, NotAllowed
from muster.access.models import Grant, Role
from muster.audit import services as audit
from muster.core.errors import DomainError


class GrantExists(DomainError):
    """The user already holds that role in that unit."""


class LastAdministrator(DomainError):
    """Nobody would be left who may give roles in the whole organisation."""


@transaction.atomic
def grant_role(
    *, actor: Actor, user_id: int, role_code: str, unit_id: int, from_on: date, now: datetime, to_on: date | None = None
) -> Grant:
    """
    Give a user a role in a unit and all below it.

    :raises NotAllowed: the actor may not give roles there, or the role holds more than the actor does there
    :raises GrantExists: the user holds it there already, without an end
    """
    actor.require("access.grant", unit_id=unit_id)
    role = Role.objects.get(code=role_code)
    if not all(actor.may(permission, unit_id=unit_id) for permission in role.permissions):
        raise NotAllowed("Nobody can give more than they hold.")
    if Grant.objects.filter(user_id=user_id, role=role, unit_id=unit_id, to_on=None).exists():
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
    :raises LastAdministrator: it is the last grant that lets anybody give roles
    """
    grant = Grant.objects.select_for_update().select_related("role", "unit").get(pk=grant_id)
    actor.require("access.grant", unit_id=grant.unit_id)
    if "access.grant" in grant.role.permissions:
        others = Grant.objects.exclude(pk=grant_id).filter(to_on=None, unit__parent=None, user__is_active=True)
        if not any("access.grant" in permissions for permissions in others.values_list("role__permissions", flat=True)):
            raise LastAdministrator("This is the last administrator. Give somebody else the role first.")
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
    else:
        grant.to_on = on
        grant.save(update_fields=["to_on"])

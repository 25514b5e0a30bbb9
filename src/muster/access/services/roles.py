"""Roles as data: made, changed, taken out; what a role gives, it gives from the next request on to everybody who has it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from muster.access.actor import Actor, NotAllowed
from muster.access.models import Grant, OfficeRole, Role
from muster.access.permissions import DEFAULT_ROLES, PERMISSIONS
from muster.access.services._givers import keeping_givers
from muster.audit import services as audit
from muster.core.errors import DomainError


class BadRole(DomainError):
    """A role needs a name, and rights that there are."""


class RoleExists(DomainError):
    """There is a role of that name already."""


class RoleInUse(DomainError):
    """The role was given to somebody, or comes with Muster: it stays."""


class RoleChanged(DomainError):
    """Somebody else changed the role since it was looked at."""


@transaction.atomic
def add_role(*, actor: Actor, name: str, permissions: Collection[str], now: datetime) -> Role:
    """
    Make a role.

    :raises NotAllowed: the actor may not give roles in the whole organisation, or holds less there than the role would
    :raises BadRole, RoleExists: see there
    """
    actor.require("access.grant", unit_id=None)
    _check_may_change(actor, permissions)
    name = _clean_name(name)
    role = Role.objects.create(code=_free_code(name), name=name, permissions=_in_order(permissions))
    _record(actor, "access.role.added", role, now, name=name, permissions=role.permissions)
    return role


@transaction.atomic
def change_role(
    *, actor: Actor, role_id: int, name: str, permissions: Collection[str], seen: Collection[str], now: datetime
) -> list[str]:
    """
    Rename a role and say what it gives, and return the rights that were added or taken out.

    :param seen: the rights it gave when the actor looked at it
    :raises NotAllowed: the actor may not give roles in the whole organisation, or does not hold there what changes
    :raises BadRole, RoleExists: see there
    :raises RoleChanged: it gives something else by now; nothing is written
    :raises LastAdministrator: nobody would be left who can give a right
    """
    actor.require("access.grant", unit_id=None)
    with keeping_givers(actor.on):
        role = Role.objects.select_for_update().get(pk=role_id)
        if set(seen) != set(role.permissions):
            raise RoleChanged(
                "Somebody else changed this role since you opened the page. Open it again, then change it."
            )
        changed = set(permissions) ^ set(role.permissions)
        _check_may_change(actor, changed)
        before = {"name": role.name, "permissions": role.permissions}
        role.name, role.permissions = _clean_name(name, but=role), _in_order(permissions)
        after = {"name": role.name, "permissions": role.permissions}
        if after == before:
            return []
        role.save(update_fields=["name", "permissions"])
    told = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    _record(actor, "access.role.edited", role, now, changed=told)
    return sorted(changed)


@transaction.atomic
def reset_role(*, actor: Actor, role_id: int, now: datetime) -> list[str]:
    """
    Give a role that comes with Muster its first name and rights again, and return the rights that changed.

    :raises NotAllowed, LastAdministrator: as `change_role`
    :raises BadRole: it does not come with Muster
    """
    actor.require("access.grant", unit_id=None)
    role = Role.objects.get(pk=role_id)
    if role.code not in DEFAULT_ROLES:
        raise BadRole("This role is your own; it has nothing to be reset to.")
    name, permissions = DEFAULT_ROLES[role.code]
    return change_role(actor=actor, role_id=role_id, name=name, permissions=permissions, seen=role.permissions, now=now)


@transaction.atomic
def remove_role(*, actor: Actor, role_id: int, now: datetime) -> None:
    """
    Take out a role that nobody ever had.

    :raises NotAllowed: the actor may not give roles in the whole organisation
    :raises RoleInUse: somebody has or had it, an office gives it, or it comes with Muster
    """
    actor.require("access.grant", unit_id=None)
    role = Role.objects.select_for_update().get(pk=role_id)
    if role.code in DEFAULT_ROLES:
        raise RoleInUse("This role comes with Muster and stays. You can change what it gives.")
    if Grant.objects.filter(role=role).exists():
        raise RoleInUse("Somebody has or had this role, so it stays. You can change what it gives.")
    if OfficeRole.objects.filter(role=role).exists():
        raise RoleInUse("An office gives this role. Let the office give another one first.")
    _record(actor, "access.role.removed", role, now, name=role.name, permissions=role.permissions)
    role.delete()


def _check_may_change(actor: Actor, permissions: Collection[str]) -> None:
    if unknown := set(permissions) - set(PERMISSIONS):
        raise BadRole(f"There is no such right: {', '.join(sorted(unknown))}.", field="permissions")
    if not all(actor.has_whole(permission) for permission in permissions):
        raise NotAllowed("Nobody can give more than they hold.")


def _in_order(permissions: Collection[str]) -> list[str]:
    return [permission for permission in PERMISSIONS if permission in permissions]


def _clean_name(name: str, *, but: Role | None = None) -> str:
    clean = " ".join(name.replace("\x00", "").split())[:80]
    if not clean:
        raise BadRole("Give the role a name.", field="name")
    others = Role.objects.filter(name__iexact=clean)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise RoleExists("There is a role of that name already.", field="name")
    return clean


def _free_code(name: str) -> str:
    wanted = slugify(name)[:30] or "role"
    taken = set(Role.objects.filter(code__startswith=wanted).values_list("code", flat=True)) | set(DEFAULT_ROLES)
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (wanted, *numbered) if code not in taken)


def _record(actor: Actor, action: str, role: Role, now: datetime, **details: Any) -> None:
    audit.record(
        user_id=actor.user_id, actor_label=actor.label, action=action, target=role, now=now, role=role.code, **details
    )

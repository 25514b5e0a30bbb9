"""Who acts, and what they may do where: made once per request from the grants that hold on that day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from muster.access.models import Grant
from muster.access.permissions import PERMISSIONS, PLAIN_ROLE
from muster.accounts.models import User
from muster.units.queries import Tree, load_tree


class NotAllowed(PermissionDenied):
    """The actor lacks the permission in that unit. Django turns it into a 403."""


@dataclass(frozen=True, slots=True)
class Actor:
    """
    A signed-in user, a job or nobody.

    :ivar label: how the trace calls them; never an address
    :ivar on: the day rights and current spells are judged by
    :ivar everywhere: a job of the system itself; may see and do all
    :ivar unit_ids: permission → ids of the units it holds in, subtrees resolved
    :ivar whole: permissions held at the root; they reach people without a unit too
    :ivar is_officer: holds a role beyond that of a plain member
    :ivar top_unit_id: the highest unit one may see (of several, the one with most below), where one stands at first
    :ivar tree: the tree the rights were resolved with, so that a page need not read it again
    """

    label: str
    on: date
    user_id: int | None = None
    everywhere: bool = False
    unit_ids: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    whole: frozenset[str] = frozenset()
    is_officer: bool = False
    top_unit_id: int | None = None
    tree: Tree | None = field(default=None, compare=False, repr=False)

    def units_for(self, permission: str) -> frozenset[int]:
        """Return the ids of the units in which the permission is held (empty for a system actor: ask `has_whole`)."""
        return self.unit_ids.get(permission, frozenset())

    def has_whole(self, permission: str) -> bool:
        """Say whether the permission reaches everyone, those without a unit included."""
        return self.everywhere or permission in self.whole

    def within(self, unit_ids: frozenset[int]) -> Actor:
        """Return the same actor with rights in these units only: how a list is narrowed to where one stands."""
        if self.everywhere:
            held = dict.fromkeys(PERMISSIONS, unit_ids)
        else:
            held = {permission: ids & unit_ids for permission, ids in self.unit_ids.items()}
        return replace(self, everywhere=False, whole=frozenset(), unit_ids=MappingProxyType(held))

    def where_may(self, permission: str) -> Actor:
        """Return the actor narrowed to the units in which a permission is held."""
        return self if self.has_whole(permission) else self.within(self.units_for(permission))

    def standing_in(self, unit_id: int | None) -> Actor:
        """Return the actor narrowed to a unit and all below it; the same where that is everything. No query as a rule."""
        tree = self.tree or load_tree()
        if unit_id is None or unit_id == tree.root_id:
            return self
        return self.within(tree.below([unit_id]))

    def may(self, permission: str, *, unit_id: int | None = None) -> bool:
        """Say whether the permission is held in that unit, or anywhere at all where no unit is named."""
        if self.has_whole(permission):
            return True
        held = self.units_for(permission)
        return bool(held) if unit_id is None else unit_id in held

    def require(self, permission: str, *, unit_id: int | None) -> None:
        """
        Do nothing if allowed.

        :param unit_id: the unit it is about; None for the whole organisation or somebody without a unit
        :raises NotAllowed: the permission is not granted there
        """
        allowed = self.has_whole(permission) if unit_id is None else self.may(permission, unit_id=unit_id)
        if not allowed:
            raise NotAllowed("You may not do this here.")


def nobody(on: date) -> Actor:
    """Return the actor that may do nothing."""
    return Actor(label="nobody", on=on)


def system_actor(name: str, *, on: date) -> Actor:
    """Return the actor of a job or command that nobody in particular asked for."""
    return Actor(label=f"system:{name}", on=on, everywhere=True)


def actor_for(user: User | AnonymousUser, *, on: date) -> Actor:
    """Load the grants of a user that hold on that day; two queries, and the result answers every later question."""
    if not user.is_authenticated or not user.is_active:
        return nobody(on)
    holding = Grant.objects.holding(on).filter(user_id=user.pk)
    roots: dict[str, set[int]] = {}
    is_officer = False
    for code, permissions, unit_id in holding.values_list("role__code", "role__permissions", "unit_id"):
        is_officer |= code != PLAIN_ROLE
        for permission in permissions:
            roots.setdefault(permission, set()).add(unit_id)
    tree = load_tree() if roots else None
    # Most permissions are held in the same units: each set is resolved once.
    below = {ids: tree.below(ids) for ids in set(map(frozenset, roots.values()))} if tree else {}
    tops = sorted(roots.get("units.view", ()))
    return Actor(
        label=user.trace_label,
        on=on,
        user_id=user.pk,
        unit_ids=MappingProxyType({p: below[frozenset(ids)] for p, ids in roots.items()} if tree else {}),
        whole=frozenset(p for p, ids in roots.items() if tree and tree.root_id in ids),
        is_officer=is_officer,
        top_unit_id=max(tops, key=lambda pk: len(tree.below([pk])), default=None) if tree else None,
        tree=tree,
    )

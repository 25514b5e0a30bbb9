"""Reads of units, roles and grants under an actor's rights (units themselves know nothing of rights: they stand below)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Model, Q, QuerySet

from muster.access.actor import Actor
from muster.access.models import Grant, OfficeRole, Release, Role
from muster.audit import queries as audit_queries
from muster.audit.models import Entry
from muster.core.spells import Spell
from muster.units import queries as unit_queries
from muster.units.queries import Tree


def unit_ids(actor: Actor, permission: str = "units.view") -> frozenset[int]:
    """Return the ids of the units the permission reaches; one query for a job of the system, else none."""
    if actor.everywhere:
        return frozenset(_whole_tree(actor).parents)
    return actor.units_for(permission)


def units(actor: Actor, permission: str = "units.view"):  # type: ignore[no-untyped-def]  # the Unit model is private to units
    """Return the units the actor may see, with their kind, by name; a QuerySet of `units.Unit`."""
    found = unit_queries.units()
    return found if actor.has_whole(permission) else found.filter(pk__in=actor.units_for(permission))


def open_choices(actor: Actor, found: Any, search: str, *, chosen: int | None, most: int) -> list[tuple[int, str]]:
    """
    Return the first open ones of some units, as (id, name with the unit above where that may be seen); three queries at most.

    :param found: a QuerySet of `units.Unit`, of those the actor may choose
    :param search: a part of the name
    :param chosen: always among them
    """
    still_open = found.filter(closed_on=None)
    rows = list(still_open.filter(name__icontains=search)[:most])
    if chosen is not None and chosen not in {unit.pk for unit in rows}:
        rows += still_open.filter(pk=chosen)
    seen = tree(actor).parents
    parents = {unit.pk: parent for unit in rows if (parent := seen.get(unit.pk)) is not None}
    names = dict(unit_queries.choices(set(parents.values())))
    return [(unit.pk, f"{unit.name} ({names[parents[unit.pk]]})" if unit.pk in parents else unit.name) for unit in rows]


def tree(actor: Actor) -> Tree:
    """
    Return the part of the tree the actor may see; a visible unit below an unseen one becomes a root of its own.

    No query, save for a job of the system.
    """
    whole = _whole_tree(actor)
    seen = unit_ids(actor)
    return Tree({pk: (parent if parent in seen else None) for pk, parent in whole.parents.items() if pk in seen})


def top_unit_id(actor: Actor, permission: str = "units.view") -> int | None:
    """Return the highest unit the permission reaches (of several, the one with most below), or None; no query."""
    reached = unit_ids(actor, permission)
    whole = _whole_tree(actor)
    tops = [pk for pk in reached if whole.parents.get(pk) not in reached]
    return max(tops, key=lambda pk: (len(whole.below([pk])), -pk), default=None)


def unit_history(actor: Actor, unit: Model) -> QuerySet[Entry]:
    """Return what was done to a unit, latest first, to whoever may change it or read the whole trace; else nothing."""
    found = audit_queries.entries_about(unit)
    allowed = actor.may("units.edit", unit_id=unit.pk) or actor.may("audit.view", unit_id=unit.pk)
    return found if allowed else found.none()


def trace(actor: Actor) -> QuerySet[Entry]:
    """
    Return what was done in the units where the actor may read the trace, latest first.

    Entries that belong to no unit are for those only who may read it over everything.
    """
    found = audit_queries.entries()
    return found if actor.has_whole("audit.view") else found.filter(unit_id__in=actor.units_for("audit.view"))


def roles(actor: Actor) -> QuerySet[Role]:
    """Return every role, by name; their names are no secret."""
    return Role.objects.order_by("name", "pk")


def role(actor: Actor, role_id: int) -> Role | None:
    """Return one role to whoever may change roles, else None; one query."""
    found = roles(actor) if actor.has_whole("access.grant") else Role.objects.none()
    return found.filter(pk=role_id).first()


def holders_by_role(actor: Actor) -> dict[int, int]:
    """
    Return how many accounts have each role on the actor's day, roles that nobody has left out; one query.

    Empty for whoever may not give roles in the whole organisation.
    """
    if not actor.has_whole("access.grant"):
        return {}
    now = Grant.objects.holding(actor.on).filter(user__is_active=True)
    counted = now.order_by().values("role_id").annotate(number=Count("user_id", distinct=True))
    return dict(counted.values_list("role_id", "number"))


def roles_held(actor: Actor, user_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the codes of the roles that these accounts hold on the actor's day; no rights are checked. One query."""
    rows = Grant.objects.holding(actor.on).filter(user_id__in=frozenset(user_ids)).order_by("pk")
    found: dict[int, set[str]] = {}
    for user_id, code in rows.values_list("user_id", "role__code"):
        found.setdefault(user_id, set()).add(code)
    return {user_id: frozenset(codes) for user_id, codes in found.items()}


def office_roles(actor: Actor) -> dict[str, OfficeRole]:
    """Return what offices give, by `offices.key_of` the office, in the order of their names; no secret. One query."""
    found = OfficeRole.objects.select_related("role").order_by("office", "pk")
    return {row.key: row for row in found}


def given_with_offices(actor: Actor, office_ids: Iterable[int]) -> dict[tuple[int, int], list[Spell]]:
    """
    Return on which days somebody's word gives the role of these offices: (office, user) → spells.

    One query. No rights are checked: the caller narrows the offices.
    """
    rows = Grant.objects.filter(office_id__in=frozenset(office_ids)).order_by("pk")
    found: dict[tuple[int, int], list[Spell]] = {}
    for office_id, user_id, from_on, to_on in rows.values_list("office_id", "user_id", "from_on", "to_on"):
        assert office_id is not None
        found.setdefault((office_id, user_id), []).append(Spell(from_on, to_on))
    return found


def offices_with_grants(actor: Actor) -> frozenset[int]:
    """Return the ids of the offices with which a grant came that is not over; no rights are checked. One query."""
    rows = Grant.objects.filter(office_id__isnull=False).exclude(to_on__lte=actor.on).order_by("pk")
    return frozenset(rows.values_list("office_id", flat=True))  # type: ignore[arg-type]


def may_give(actor: Actor, role: Role, unit_id: int) -> bool:
    """Say whether the actor may give a role in that unit; no query."""
    needed = ["access.grant", *role.permissions]
    return all(actor.may(permission, unit_id=unit_id) for permission in needed)


def roles_to_give(actor: Actor, unit_id: int) -> list[Role]:
    """Return the roles that hold no more than the actor does in that unit, by name; one query."""
    return [
        role for role in roles(actor) if all(actor.may(permission, unit_id=unit_id) for permission in role.permissions)
    ]


def grants(
    actor: Actor,
    *,
    unit_ids: Iterable[int] | None = None,
    search: str = "",
    ended: bool | None = None,
    after: str = "",
) -> QuerySet[Grant]:
    """
    Return the grants in units where the actor may give roles, by the user's e-mail.

    :param unit_ids: only those in these units
    :param search: part of the user's name or e-mail
    :param ended: True for those that hold no more on the actor's day, False for those that do or will, None for all
    :param after: only those behind this one in the list: `<id>|<e-mail>` of the last row of a page
    """
    found = Grant.objects.select_related("user", "role", "unit", "granted_by").order_by("user__email", "pk")
    if not actor.has_whole("access.grant"):
        found = found.filter(unit_id__in=actor.units_for("access.grant"))
    if unit_ids is not None:
        found = found.filter(unit_id__in=frozenset(unit_ids))
    if search:
        found = found.filter(Q(user__name__icontains=search) | Q(user__email__icontains=search))
    if ended is not None:
        lasting = Grant.objects.not_over(actor.on).values("pk")
        found = found.exclude(pk__in=lasting) if ended else found.filter(pk__in=lasting)
    pk, _, email = after.partition("|")
    if pk.isdecimal() and len(pk) < 18 and email:
        found = found.filter(Q(user__email__gt=email) | Q(user__email=email, pk__gt=int(pk)))
    return found


def holders(actor: Actor, permissions: Collection[str], unit_ids: frozenset[int]) -> list[Grant]:
    """
    Return the grants that give any of the permissions over some of these units on the actor's day, by name; two queries.

    Callers say first why the actor may know: whoever sees a record may know who else does.

    :param unit_ids: none for somebody without a unit, whom only grants over everything reach
    """
    whole = _whole_tree(actor)
    above = {step for unit_id in unit_ids for step in whole.above(unit_id)}
    above |= {whole.root_id} if whole.root_id is not None else set()
    holding = Grant.objects.holding(actor.on).select_related("user", "role", "unit")
    holding = holding.filter(unit_id__in=above, user__is_active=True).order_by("pk")
    found = [grant for grant in holding if not set(permissions).isdisjoint(grant.role.permissions)]
    return sorted(found, key=lambda grant: (str(grant.user).casefold(), grant.role.name, grant.pk))


def has_open_grants(actor: Actor, user_id: int) -> bool:
    """Say whether an account was given a role, other than by an office, that holds on that day or will; one query."""
    return Grant.objects.not_over(actor.on).filter(user_id=user_id, office_id=None).exists()


def has_role_where_may_give(actor: Actor, user_id: int) -> bool:
    """Say whether an account has a role, on the actor's day or later, in a unit where the actor may give roles; one query."""
    found = Grant.objects.not_over(actor.on).filter(user_id=user_id)
    if not actor.has_whole("access.grant"):
        found = found.filter(unit_id__in=actor.units_for("access.grant"))
    return found.exists()


def _whole_tree(actor: Actor) -> Tree:
    return actor.tree or unit_queries.load_tree()


def releases_to_decide(actor: Actor, *, since: datetime) -> QuerySet[Release]:
    """Return the long lists that others asked for since then, oldest first, and to which the actor may agree."""
    waiting = Release.objects.filter(allowed_at=None, refused_at=None, asked_at__gte=since)
    if not actor.has_whole("people.export"):
        waiting = waiting.filter(unit_id__in=actor.units_for("people.export"))
    return waiting.exclude(asked_by_id=actor.user_id).select_related("asked_by", "unit").order_by("asked_at", "pk")


def own_releases(actor: Actor, *, since: datetime) -> QuerySet[Release]:
    """Return the long lists the actor asked for since then, latest first."""
    own = Release.objects.filter(asked_by_id=actor.user_id, asked_at__gte=since)
    return own.select_related("decided_by", "unit").order_by("-asked_at", "-pk")


def releases_with_canary(actor: Actor, text: str) -> list[Release]:
    """
    Return the files whose made-up row has that number or name, latest first; at most fifty.

    :raises NotAllowed: the actor may not read the whole trace
    """
    actor.require("audit.view", unit_id=None)
    wanted = " ".join(text.split())
    if not wanted:
        return []
    found = Release.objects.filter(Q(canary_ref__iexact=wanted) | Q(canary_name__iexact=wanted)).exclude(taken_at=None)
    return list(found.select_related("asked_by", "decided_by", "unit").order_by("-taken_at", "-pk")[:50])

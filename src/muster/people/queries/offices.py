"""Offices that give a role, held by people who have an account: which of them wait for the word of whoever may give it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from muster.access import queries as access_queries
from muster.access.actor import Actor
from muster.access.calc import covers
from muster.access.offices import key_of
from muster.core.spells import Spell
from muster.people.models import Office, Person, SpellQuerySet


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    An office whose role nobody has given yet, or not for all its days.

    :ivar name: of the person, '' where the actor may not see them
    :ivar account: what the account is called
    :ivar may_give: whether the actor's word is enough
    """

    office_id: int
    office: str
    role: str
    unit_id: int
    unit: str
    person_id: int
    name: str
    user_id: int
    account: str
    from_on: date
    to_on: date | None
    may_give: bool


def waiting(actor: Actor, *, person_id: int | None = None, unit_ids: Iterable[int] | None = None) -> list[Waiting]:
    """
    Return the offices whose role waits, in units where the actor may give roles, by office and name; four queries.

    :param person_id: only this person's
    :param unit_ids: only in these units
    """
    if not actor.may("access.grant"):
        return []
    found = Office.objects.unscoped("narrowed to units where the actor may give roles")
    if not actor.has_whole("access.grant"):
        found = found.filter(unit_id__in=actor.units_for("access.grant"))
    if person_id is not None:
        found = found.filter(person_id=person_id)
    if unit_ids is not None:
        found = found.filter(unit_id__in=frozenset(unit_ids))
    roles = access_queries.office_roles(actor)
    rows = _without_word(actor, found, roles)
    seen = set(
        Person.objects.visible_to(actor).filter(pk__in=[row.person_id for row in rows]).values_list("pk", flat=True)
    )
    listed = [
        Waiting(
            office_id=row.pk,
            office=row.role,
            role=roles[key_of(row.role)].role.name,
            unit_id=row.unit_id,
            unit=row.unit.name,
            person_id=row.person_id,
            name=str(row.person) if row.person_id in seen else "",
            user_id=row.person.user_id or 0,
            account=str(row.person.user),
            from_on=row.from_on,
            to_on=row.to_on,
            may_give=access_queries.may_give(actor, roles[key_of(row.role)].role, row.unit_id),
        )
        for row in rows
    ]
    return sorted(listed, key=lambda each: (each.office.casefold(), each.account.casefold(), each.office_id))


def waits(actor: Actor, person_id: int) -> bool:
    """Say whether some office of a person, whom the caller has found the actor may change, waits for a word; two queries."""
    offices = Office.objects.unscoped("of a person the actor may change").filter(person_id=person_id)
    return bool(_without_word(actor, offices, access_queries.office_roles(actor)))


def holders_in(actor: Actor, unit_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return unit → (name, office) of whoever holds one there on the actor's day and may be seen, by office; one query."""
    held = Office.objects.visible_to(actor).on(actor.on).filter(unit_id__in=set(unit_ids)).select_related("person")
    found: dict[int, list[tuple[str, str]]] = {}
    for office in held.order_by("unit_id", "role", "person__name_key", "pk"):
        found.setdefault(office.unit_id, []).append((str(office.person), office.role))
    return found


def names(actor: Actor) -> list[str]:
    """Return how the offices held on the actor's day in units where they see people are called, each once; one query."""
    held = Office.objects.visible_to(actor).on(actor.on).order_by("role")
    return list(held.values_list("role", flat=True).distinct())


def _without_word(actor: Actor, found: SpellQuerySet[Office], roles: Collection[str]) -> list[Office]:
    """Keep the offices that give a role, are not over, are of somebody with an account, and wait for a word."""
    if not roles:
        return []
    found = found.filter(Q(to_on=None) | Q(to_on__gt=actor.on), person__user__is_active=True)
    rows = [row for row in found.select_related("unit", "person__user").order_by("pk") if key_of(row.role) in roles]
    given = access_queries.given_with_offices(actor, [row.pk for row in rows])
    return [
        row
        for row in rows
        if not covers(given.get((row.pk, row.person.user_id or 0), ()), Spell(row.from_on, row.to_on), since=actor.on)
    ]

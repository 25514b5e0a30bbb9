"""Reads about who is in a unit: counts, people and offices."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from muster.access.actor import Actor
from muster.people.models import Office, Person, PersonQuerySet, Placement, Qualification, Standing

ORGANISER = "organiser"


@dataclass(frozen=True, slots=True)
class Holder:
    """
    Who holds an office of a unit.

    :ivar person_id: None where the actor may not see the person
    :ivar name: empty where the actor may not see the person
    """

    role: str
    person_id: int | None
    name: str
    from_on: date


@dataclass(frozen=True, slots=True)
class Vacancy:
    """An office that was held in a unit and is not now; `since` is the day the last holder left it."""

    role: str
    since: date


def members_by_unit(
    actor: Actor,
    on: date,
    *,
    unit_ids: Iterable[int] | None = None,
    qualification: str = "",
    among: QuerySet[Any, Any] | None = None,
) -> dict[int, int]:
    """
    Count the members of each unit whose primary placement on that day lies in it, units below not included; one query.

    Units without a member are left out, and so are those in which the actor may not see people.

    :param unit_ids: count in these units only
    :param qualification: count only members who hold it on that day
    :param among: ids of people; count only these
    """
    members = Standing.objects.unscoped("counts rows narrowed by unit").on(on).filter(standing=Standing.Kind.MEMBER)
    placed = Placement.objects.unscoped("counts only in the units the actor may see").on(on).filter(is_primary=True)
    if not actor.has_whole("people.view"):
        placed = placed.filter(unit_id__in=actor.units_for("people.view"))
    if unit_ids is not None:
        placed = placed.filter(unit_id__in=frozenset(unit_ids))
    if qualification:
        held = Qualification.objects.unscoped("narrows rows that are narrowed by unit").on(on)
        placed = placed.filter(person_id__in=held.filter(qualification=qualification).values("person_id"))
    if among is not None:
        placed = placed.filter(person_id__in=among)
    counted = placed.filter(person_id__in=members.values("person_id")).order_by().values("unit_id")
    return dict(counted.annotate(number=Count("pk")).values_list("unit_id", "number"))


def members_since(actor: Actor, ids: Collection[int]) -> dict[int, date]:
    """Return who of these people is a member today → since when; the caller has checked that they may be seen. One query."""
    held = Standing.objects.unscoped("of people whom the caller has checked").on(actor.on)
    found = held.filter(person_id__in=ids, standing=Standing.Kind.MEMBER)
    return dict(found.order_by("person_id").values_list("person_id", "from_on"))


def members_without_home(actor: Actor, on: date) -> int:
    """Count the members without a primary placement on that day; 0 for whoever does not see everybody. One query at most."""
    if not actor.has_whole("people.view"):
        return 0
    members = Standing.objects.unscoped("counted for whoever sees everybody").on(on)
    homes = Placement.objects.unscoped("counted for whoever sees everybody").on(on).filter(is_primary=True)
    homeless = members.filter(standing=Standing.Kind.MEMBER).exclude(person_id__in=homes.values("person_id"))
    return homeless.values("person_id").distinct().count()


def placed_in(
    actor: Actor, unit_ids: Iterable[int], on: date, *, standing: str = "", primary_only: bool = False
) -> PersonQuerySet:
    """Return the people placed in these units on that day whom the actor may see, by name; with that standing, if given."""
    found = Person.objects.visible_to(actor).placed_in(frozenset(unit_ids), on, primary_only=primary_only)
    if standing:
        found = found.with_standing(standing, on)
    return found.order_by("name_key", "pk")


@dataclass(frozen=True, slots=True)
class Resident:
    """
    Somebody placed in a unit.

    :ivar offices: what they hold in that unit
    """

    id: int
    name: str
    city: str
    region: str
    postcode: str
    is_member: bool
    is_organiser: bool
    offices: tuple[str, ...]


def residents_of(actor: Actor, unit_id: int, on: date) -> list[Resident]:
    """Return everybody placed in a unit on a day whom the actor may see, by name; four queries."""
    people = placed_in(actor, [unit_id], on)
    in_unit = people.order_by().values("pk")
    members = Standing.objects.unscoped("of people who are seen").on(on).filter(standing=Standing.Kind.MEMBER)
    trained = Qualification.objects.unscoped("of people who are seen").on(on).filter(qualification=ORGANISER)
    offices = Office.objects.unscoped("of people who are seen").on(on).filter(unit_id=unit_id, person_id__in=in_unit)
    is_member = set(members.filter(person_id__in=in_unit).values_list("person_id", flat=True))
    is_trained = set(trained.filter(person_id__in=in_unit).values_list("person_id", flat=True))
    held: dict[int, list[str]] = {}
    for person_id, role in offices.order_by("role", "pk").values_list("person_id", "role"):
        held.setdefault(person_id, []).append(role)
    return [
        Resident(
            id=person.pk,
            name=str(person),
            city=person.city,
            region=person.region,
            postcode=person.postcode,
            is_member=person.pk in is_member,
            is_organiser=person.pk in is_trained,
            offices=tuple(held.get(person.pk, ())),
        )
        for person in people
    ]


def offices_of(actor: Actor, unit_id: int, on: date) -> tuple[list[Holder], list[Vacancy]]:
    """
    Return who holds which office of a unit on that day, and which are vacant, by role; two queries.

    Nothing where the actor may not see people in the unit. Whoever holds an office here but is placed elsewhere is named
    only to who may see them.
    """
    if not actor.may("people.view", unit_id=unit_id):
        return [], []
    offices = Office.objects.unscoped("the unit was checked; names are narrowed below").filter(
        unit_id=unit_id, from_on__lte=on
    )
    rows = list(offices.order_by("role", "from_on", "pk").values_list("role", "person_id", "from_on", "to_on"))
    now = [row for row in rows if row[3] is None or row[3] > on]
    names = {
        person.pk: str(person) for person in Person.objects.visible_to(actor).filter(pk__in=[row[1] for row in now])
    }
    held = [
        Holder(role, person_id if person_id in names else None, names.get(person_id, ""), from_on)
        for role, person_id, from_on, _ in now
    ]
    last: dict[str, date] = {}
    for role, _, _, to_on in rows:
        if to_on is not None:
            last[role] = max(to_on, last.get(role, to_on))
    taken = {holder.role for holder in held}
    return held, [Vacancy(role, since) for role, since in sorted(last.items()) if role not in taken]

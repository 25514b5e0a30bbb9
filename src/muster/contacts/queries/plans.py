"""What new claims or places would change: for inquiries, which are sent on, and for people at large, whom others look after."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from muster.access.actor import Actor
from muster.contacts.calc.claims import ClaimRow, Key, ReadClaims, Rejected, Shapes, Unknown, claims_after, read_claims
from muster.contacts.calc.routing import Decision
from muster.contacts.models import Inquiry
from muster.contacts.queries import routing
from muster.core.places import Atlas
from muster.units import queries as units
from muster.units.places import ground


@dataclass(frozen=True, slots=True)
class Count:
    people: int
    inquiries: int


@dataclass(frozen=True, slots=True)
class Moves:
    """
    What new claims mean for one unit.

    :ivar ref: what the sending system calls it, else its own id
    :ivar gains, loses: how many come to it and leave it
    """

    unit_id: int
    ref: str
    name: str
    gains: Count
    loses: Count


@dataclass(frozen=True, slots=True)
class Effects:
    """
    What other claims do.

    :ivar routed: inquiry id → where it would go, of those that go elsewhere or for another reason
    :ivar moved: how many of these come to another unit, and how many people at large are then looked after by another
    :ivar units: what it means for each unit that gains or loses, by name
    """

    routed: Mapping[int, Decision]
    moved: Count
    units: Sequence[Moves]


@dataclass(frozen=True, slots=True)
class Plan(Effects):
    """
    What a list of claims would do.

    :ivar claims: place → unit id, of the rows that can be taken
    :ivar unknown, rejected: rows that cannot be taken, and why
    """

    claims: Mapping[Key, int]
    unknown: Sequence[Unknown]
    rejected: Sequence[Rejected]


class _Shifts:
    """Who comes and goes, unit by unit."""

    def __init__(self) -> None:
        self.gains, self.loses = Counter[int](), Counter[int]()

    def add(self, before: int | None, after: int) -> None:
        if before != after:
            self.gains[after] += 1
            if before is not None:
                self.loses[before] += 1


def read_list(actor: Actor, rows: Sequence[ClaimRow]) -> ReadClaims:
    """Take the rows of a list that can be taken; four queries."""
    on, called, closed = ground(), units.by_any_name(), _closed(actor)
    has_counties, region_named = on.atlas.has_counties, on.atlas.region_named
    country = on.settings.country
    return read_claims(rows, called, closed, country=country, has_counties=has_counties, region_named=region_named)


def plan(actor: Actor, rows: Sequence[ClaimRow], *, replace: bool) -> Plan:
    """
    Work out what a list of claims would do; some twenty queries.

    :param replace: the list is all there is; without it, other claims stay
    """
    read = read_list(actor, rows)
    stored, shapes = routing.stored_claims(actor)
    after = claims_after(stored, read.claims, whole=replace)
    found = effects(actor, stored, after, shapes | read.shapes)
    return Plan(found.routed, found.moved, found.units, read.claims, read.unknown, read.rejected)


def effects(actor: Actor, before: Mapping[Key, int], after: Mapping[Key, int], shapes: Shapes) -> Effects:
    """
    Work out what it does that these claims take the place of those; some twelve queries.

    Inquiries that wait are counted too, as they would be routed along the way.

    :param shapes: of every area among them
    """
    on = ground()
    now, then = routing.routes(actor, before, shapes, on=on), routing.routes(actor, after, shapes, on=on)
    found, homes = routing.addresses(actor, waiting=False, on=on), routing.homes(actor, on=on)
    where, point_of = _sent_to(actor), routing.point_on(actor, on)
    altered = then.differing(now, {*found.values(), *homes.values()}, point_of)
    routed = routing.decisions(
        actor, then, {pk: address for pk, address in found.items() if where[pk] is None or address in altered}, on
    )
    living = {pk: address for pk, address in homes.items() if address in altered}
    was, will_be = routing.decisions(actor, now, living, on), routing.decisions(actor, then, living, on)
    return _effects(where, routed, was, will_be)


def effects_of_places(actor: Actor, then: Atlas) -> Effects:
    """
    Work out what it does that places lie where another atlas has them; some twenty queries.

    Inquiries that wait are counted too. Whoever stays where they are for another reason is told the new one.
    """
    on = ground()
    later = replace(on, atlas=then)
    claims = routing.stored_claims(actor)
    where, sides = _sent_to(actor), []
    for side in (on, later):
        routes = routing.routes(actor, *claims, on=side)
        found = routing.decisions(actor, routes, routing.addresses(actor, waiting=False, on=side), side)
        sides.append((found, routing.decisions(actor, routes, routing.homes(actor, on=side), side)))
    (now_found, was), (then_found, will_be) = sides
    routed = {pk: to for pk, to in then_found.items() if where[pk] is None or to != now_found[pk]}
    return _effects(where, routed, was, will_be)


def _effects(
    where: Mapping[int, int | None],
    routed: Mapping[int, Decision],
    was: Mapping[int, Decision],
    will_be: Mapping[int, Decision],
) -> Effects:
    inquiries, people = _Shifts(), _Shifts()
    for pk, decision in routed.items():
        inquiries.add(where[pk], decision.unit_id)
    for pk, decision in will_be.items():
        people.add(was[pk].unit_id, decision.unit_id)
    moved = Count(people.gains.total(), inquiries.gains.total())
    return Effects(routed, moved, _moves(people, inquiries))


def _moves(people: _Shifts, inquiries: _Shifts) -> list[Moves]:
    touched = units.units().filter(pk__in={*people.gains, *people.loses, *inquiries.gains, *inquiries.loses})
    called = units.called(touched)
    return [
        Moves(
            unit.pk,
            called[unit.pk],
            unit.name,
            Count(people.gains[unit.pk], inquiries.gains[unit.pk]),
            Count(people.loses[unit.pk], inquiries.loses[unit.pk]),
        )
        for unit in touched
    ]


def _closed(actor: Actor) -> frozenset[int]:
    return frozenset(units.units().filter(closed_on__lte=actor.on).values_list("pk", flat=True))


def _sent_to(actor: Actor) -> dict[int, int | None]:
    rows = Inquiry.objects.unscoped("where an inquiry goes is decided for all alike").order_by("pk")
    return dict(rows.values_list("pk", "unit_id"))

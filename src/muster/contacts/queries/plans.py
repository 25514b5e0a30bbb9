"""What new claims would change: for inquiries, which are sent on, and for people at large, who are looked after elsewhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.access.actor import Actor
from muster.contacts.calc.claims import ClaimRow, Key, ReadClaims, Rejected, Shapes, Unknown, claims_after, read_claims
from muster.contacts.calc.routing import Decision
from muster.contacts.models import Inquiry
from muster.contacts.queries import routing
from muster.units import queries as units


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
    return read_claims(rows, units.by_any_name(), _closed(actor), country=units.settings().country)


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
    Work out what it does that these claims take the place of those; some fifteen queries.

    Inquiries that wait are counted too, as they would be routed along the way.

    :param shapes: of every area among them
    """
    now, then = routing.routes(actor, before, shapes), routing.routes(actor, after, shapes)
    found, homes, where = routing.addresses(actor, waiting=False), routing.homes(actor), _sent_to(actor)
    altered = then.differing(now, {*found.values(), *homes.values()}, routing.point_of)
    changed = {pk: address for pk, address in found.items() if where[pk] is None or address in altered}
    routed = routing.decisions(actor, then, changed)
    inquiries, people = _Shifts(), _Shifts()
    for pk, decision in routed.items():
        inquiries.add(where[pk], decision.unit_id)
    living = [address for address in homes.values() if address in altered]
    was, will_be = now.decide(living, routing.point_of), then.decide(living, routing.point_of)
    for address in living:
        people.add(was[address].unit_id, will_be[address].unit_id)
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

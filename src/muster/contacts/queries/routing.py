"""What routing looks at: everybody's claims, the open units, and where inquiries come from; and what new claims would change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q

from muster.access.actor import Actor
from muster.contacts.calc.claims import ClaimRow, Key, Rejected, Unknown, read_claims
from muster.contacts.calc.routing import Address, Claim, Decision, Routes, Unit
from muster.contacts.models import Claim as StoredClaim
from muster.contacts.models import Inquiry
from muster.core import places
from muster.core.places import Point
from muster.units import queries as units

POINTS = 50_000


@dataclass(frozen=True, slots=True)
class Moves:
    """
    What new claims mean for one unit.

    :ivar ref: what the sending system calls it, else its own id
    :ivar gains, loses: how many inquiries come to it and leave it
    """

    unit_id: int
    ref: str
    name: str
    gains: int
    loses: int


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What a list of claims would do.

    :ivar claims: place → unit id, of the rows that can be taken
    :ivar stored: place → unit id, as it stands now
    :ivar unknown, rejected: rows that cannot be taken, and why
    :ivar routed: inquiry id → where it would go, of those that go elsewhere or for another reason
    :ivar moved: how many of these come to another unit
    :ivar units: what it means for each unit that gains or loses, by name
    """

    claims: Mapping[Key, int]
    stored: Mapping[Key, int]
    unknown: Sequence[Unknown]
    rejected: Sequence[Rejected]
    routed: Mapping[int, Decision]
    moved: int
    units: Sequence[Moves]


def stored_claims(actor: Actor) -> dict[Key, int]:
    """Return place → unit id of every claim; one query."""
    rows = StoredClaim.objects.unscoped("where an inquiry goes follows from all claims").order_by()
    return {
        (kind, country, value): unit
        for kind, country, value, unit in rows.values_list("kind", "country", "value", "unit_id")
    }


def routes(actor: Actor, claims: Mapping[Key, int]) -> Routes:
    """Return claims and the units that are open on the actor's day, ready to be asked; three queries."""
    settings = units.settings()
    is_open = Q(closed_on=None) | Q(closed_on__gt=actor.on)
    found = units.units().filter(is_open, Q(opened_on=None) | Q(opened_on__lte=actor.on) | Q(parent=None))
    open_units = [
        Unit(unit.pk, unit.name, unit.kind.code, country, unit.region, _point_of_unit(unit, country))
        for unit in found
        for country in [unit.country or settings.country]
    ]
    root_id = units.load_tree().root_id or 0
    return Routes(
        (Claim(*key, unit) for key, unit in claims.items()), open_units, root_id=root_id, radius_km=settings.routing_km
    )


def addresses(actor: Actor, among: Collection[int] | range | None = None, *, waiting: bool) -> dict[int, Address]:
    """
    Return inquiry id → where it comes from, of those that nobody assigned by hand; two queries.

    :param among: only these ids, however many
    :param waiting: only those that were not routed yet
    """
    if among is not None and not among:
        return {}
    rows = Inquiry.objects.unscoped("where an inquiry goes is decided for all alike").exclude(
        routed_by=Inquiry.Rule.HAND
    )
    if waiting:
        rows = rows.filter(unit=None)
    if isinstance(among, range):
        rows = rows.filter(pk__gte=among.start, pk__lt=among.stop)
    at_home = units.settings().country
    found = rows.order_by("pk").values_list("pk", "postcode", "city", "region", "country")
    # More of them than a statement takes as parameters, where a large import is undone.
    wanted = None if among is None or isinstance(among, range) else frozenset(among)
    return {
        pk: Address(postcode, city, region, country or at_home)
        for pk, postcode, city, region, country in found
        if wanted is None or pk in wanted
    }


def decisions(actor: Actor, asked: Routes, found: Mapping[int, Address]) -> dict[int, Decision]:
    """Return inquiry id → where it goes; no query."""
    decided = asked.decide(list(found.values()), point_of)
    return {pk: decided[address] for pk, address in found.items()}


def plan(actor: Actor, rows: Sequence[ClaimRow], *, replace: bool) -> Plan:
    """
    Work out what a list of claims would do; some fifteen queries.

    Inquiries that wait are counted too, as they would be routed along the way.

    :param replace: the list is all there is; without it, other claims stay
    """
    known, closed = units.by_any_name(), _closed(actor)
    read = read_claims(rows, known, closed, country=units.settings().country)
    stored = stored_claims(actor)
    after = dict(read.claims) if replace else stored | read.claims
    now, then = routes(actor, stored), routes(actor, after)
    found = addresses(actor, waiting=False)
    where = _sent_to(actor)
    changed = {
        pk: address
        for pk, address in found.items()
        if where[pk] is None or now.claimed(address) != then.claimed(address)
    }
    routed = decisions(actor, then, changed)
    gains, loses = dict[int, int](), dict[int, int]()
    for pk, decision in routed.items():
        if (before := where[pk]) != decision.unit_id:
            gains[decision.unit_id] = gains.get(decision.unit_id, 0) + 1
            if before is not None:
                loses[before] = loses.get(before, 0) + 1
    touched = units.units().filter(pk__in={*gains, *loses})
    called = units.called(touched)
    moves = [
        Moves(unit.pk, called[unit.pk], unit.name, gains.get(unit.pk, 0), loses.get(unit.pk, 0)) for unit in touched
    ]
    return Plan(read.claims, stored, read.unknown, read.rejected, routed, sum(gains.values()), moves)


@lru_cache(maxsize=POINTS)
def point_of(address: Address) -> Point | None:
    """Return where an address lies: its post code, else its city; None where the gazetteer cannot tell."""
    return places.point_of(address.postcode, address.city, address.region, address.country)


def _point_of_unit(unit: Any, country: str) -> Point | None:
    if unit.latitude is not None and unit.longitude is not None:
        return unit.latitude, unit.longitude
    return point_of(Address(unit.postcode, unit.city, unit.region, country))


def _closed(actor: Actor) -> frozenset[int]:
    return frozenset(units.units().filter(closed_on__lte=actor.on).values_list("pk", flat=True))


def _sent_to(actor: Actor) -> dict[int, int | None]:
    rows = Inquiry.objects.unscoped("where an inquiry goes is decided for all alike").order_by("pk")
    return dict(rows.values_list("pk", "unit_id"))

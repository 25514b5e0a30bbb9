"""What routing looks at: everybody's claims, the open units, and where inquiries come from and people live."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from muster.access.actor import Actor
from muster.contacts.calc.claims import Key, Shapes, as_placed
from muster.contacts.calc.routing import Address, Claim, Decision, PointOf, Routes, Unit
from muster.contacts.models import Claim as StoredClaim
from muster.contacts.models import Inquiry
from muster.core.places import Point
from muster.people.queries import at_large
from muster.units import queries as units
from muster.units.places import Ground, ground

# Up to so many inquiries are named to the database; of more all are read.
MOST_NAMED = 500


def stored_claims(actor: Actor) -> tuple[dict[Key, int], Shapes]:
    """Return place → unit id of every claim, and place → its shape of those that are areas; one query."""
    rows = StoredClaim.objects.unscoped("where an inquiry goes follows from all claims").order_by()
    claims, shapes = dict[Key, int](), Shapes()
    for kind, country, value, unit_id, shape in rows.values_list("kind", "country", "value", "unit_id", "shape"):
        claims[kind, country, value] = unit_id
        if shape is not None:
            shapes[kind, country, value] = shape
    return claims, shapes


def routes(actor: Actor, claims: Mapping[Key, int], shapes: Shapes, *, on: Ground | None = None) -> Routes:
    """
    Return claims, the shapes of areas among them, and the units open on the actor's day, ready to be asked; three queries.

    :param on: where places lie; None for now
    """
    on = on or ground()
    settings = on.settings
    is_open = Q(closed_on=None) | Q(closed_on__gt=actor.on)
    found = units.units().filter(is_open, Q(opened_on=None) | Q(opened_on__lte=actor.on) | Q(parent=None))
    open_units = [
        Unit(unit.pk, unit.name, unit.kind.code, country, region, _point_of_unit(unit, country, on))
        for unit in found
        for country in [unit.country or settings.country]
        for region in [on.atlas.region_named(unit.region, country)]
    ]
    root_id = units.load_tree().root_id or 0
    return Routes(
        _as_placed(claims, shapes, on),
        open_units,
        root_id=root_id,
        radius_km=settings.routing_km,
    )


def addresses(
    actor: Actor, among: Collection[int] | range | None = None, *, waiting: bool, on: Ground | None = None
) -> dict[int, Address]:
    """
    Return inquiry id → where it comes from, of those that nobody assigned by hand; two queries.

    :param among: only these ids, however many
    :param waiting: only those that were not routed yet
    :param on: where places lie; None for now
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
    wanted = None if among is None or isinstance(among, range) else frozenset(among)
    # Where a large import is undone they are more than a statement takes as parameters.
    if wanted is not None and len(wanted) <= MOST_NAMED:
        rows = rows.filter(pk__in=wanted)
    on = on or ground()
    found = rows.order_by("pk").values_list("pk", "postcode", "city", "region", "country")
    return {
        pk: address_of(actor, on, postcode, city, region, country)
        for pk, postcode, city, region, country in found
        if wanted is None or pk in wanted
    }


def homes(actor: Actor, *, on: Ground | None = None) -> dict[int, Address]:
    """Return person id → where they live, of those whom routing looks after: the people at large; three queries."""
    on = on or ground()
    return {
        pk: address_of(actor, on, postcode, city, region, country)
        for pk, postcode, city, region, country in at_large.homes_at_large(actor)
    }


def routes_now(actor: Actor, *, on: Ground | None = None) -> Routes:
    """Return the claims there are and the open units, ready to be asked; four queries."""
    return routes(actor, *stored_claims(actor), on=on)


def decisions(actor: Actor, asked: Routes, found: Mapping[int, Address], on: Ground) -> dict[int, Decision]:
    """Return the id of each → where it goes; no query."""
    decided = asked.decide(list(found.values()), point_on(actor, on))
    return {pk: decided[address] for pk, address in found.items()}


def address_of(actor: Actor, on: Ground, postcode: str, city: str, region: str, country: str) -> Address:
    """
    Return an address with the county that its post code lies in, and the region, where none is written; no query.

    A region that the uploaded places know by another name, or by a code, has the name that it has there.

    :param country: '' for the organisation's own
    """
    country, atlas = country or on.settings.country, on.atlas
    region = atlas.region_named(region, country) or atlas.region_of(postcode, country)
    return Address(postcode, city, region, country, atlas.county_of(postcode, country))


def point_on(actor: Actor, on: Ground) -> PointOf:
    """Return what says where an address lies: its post code, else its city; None where nobody can tell."""

    def point_of(address: Address) -> Point | None:
        return on.atlas.point_of(address.postcode, address.city, address.region, address.country)

    return point_of


def _as_placed(claims: Mapping[Key, int], shapes: Shapes, on: Ground) -> list[Claim]:
    """Return the claims, each place once; of a region that is claimed by its code and by its name the name counts."""
    found: dict[Key, Claim] = {}
    for key, unit_id in claims.items():
        placed = as_placed(key, on.atlas.region_named)
        if placed == key or placed not in claims:
            found[placed] = Claim(*placed, unit_id, shapes.get(key))
    return list(found.values())


def _point_of_unit(unit: Any, country: str, on: Ground) -> Point | None:
    if unit.latitude is not None and unit.longitude is not None:
        return unit.latitude, unit.longitude
    return on.atlas.point_of(unit.postcode, unit.city, unit.region, country)

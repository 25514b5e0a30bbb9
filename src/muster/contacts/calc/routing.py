"""To which unit an inquiry goes: claims first, then what is near, then the region, then the whole organisation's desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from muster.contacts.calc import areas
from muster.contacts.calc.areas import Shape
from muster.core.places import Point, distances_km
from muster.core.places.codes import postcode
from muster.core.sheets.values.places import region_code

POSTCODE, PREFIX, COUNTY, AREA, REGION = "postcode", "prefix", "county", "area", "region"
# In the order in which they are asked; as `models.Inquiry.Rule` stores them.
CLAIM_POSTCODE, CLAIM_PREFIX = "claim_postcode", "claim_prefix"
CLAIM_COUNTY, CLAIM_AREA, CLAIM_REGION = "claim_county", "claim_area", "claim_region"
NEAREST, REGION_UNIT, NATIONAL = "nearest", "region_unit", "national"
NEAR_KINDS = frozenset({"branch", "group"})
REGION_KIND = "region"

_ZIP_PLUS_4 = re.compile(r"(\d{5})-?\d{4}")
# A city beside its county keeps its word: Baltimore City is not in Baltimore County.
_SORT_OF_COUNTY = re.compile(r" (COUNTY|PARISH|BOROUGH|CENSUS AREA|MUNICIPALITY|MUNICIPIO)$")
# Distances worked out at once: some 30 MB.
_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Address:
    """
    Where somebody writes from, each part as it was written or empty; `country` is ISO 3166-1 alpha-2.

    :ivar county: the one that the post code lies in, as the gazetteer calls it: 'Cumberland County, ME'
    """

    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    county: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """
    A place that a unit says is its own.

    :ivar kind: `POSTCODE`, `PREFIX`, `COUNTY`, `AREA` or `REGION`
    :ivar value: as `claim_value` writes it; of an area, as `areas.area_value` does
    :ivar shape: of an area
    """

    kind: str
    country: str
    value: str
    unit_id: int
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """
    An open unit.

    :ivar kind: the code of its kind
    :ivar region: its own state or region, as it was written
    :ivar point: where it is, None where nobody knows
    """

    id: int
    name: str
    kind: str
    country: str = ""
    region: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """
    :ivar rule: one of the rules above
    :ivar because: the sentence that is shown
    """

    unit_id: int
    rule: str
    because: str


# (rule, unit, what was claimed)
Claimed = tuple[str, int, str]
PointOf = Callable[[Address], Point | None]


def claim_value(kind: str, text: str, country: str) -> str:
    """
    Return what a claim is compared by: capitals without blanks, states by their code; zeros a sheet dropped are put back.

    >>> claim_value("postcode", " 4101-0001 ", "US"), claim_value("postcode", "k1a 0b1", "CA"), claim_value("prefix", "041", "US")
    ('04101', 'K1A0B1', '041')
    >>> claim_value("region", "New York", "US"), claim_value("region", "Baden-Württemberg", "DE")
    ('NY', 'BADEN-WÜRTTEMBERG')
    >>> claim_value("county", "Los Angeles County, California", "US"), claim_value("county", "Baltimore city, MD", "US")
    ('CA LOS ANGELES', 'MD BALTIMORE CITY')

    Of a county without its state, nothing: names of counties repeat.
    """
    if kind == COUNTY:
        return _county_value(text, country)
    text = " ".join(text.split())
    if kind == REGION:
        text = region_code(text, country)
    elif kind == POSTCODE:
        text = postcode(text, country)
        if country == "US" and (match := _ZIP_PLUS_4.fullmatch(text)):
            text = match[1]
    return text.upper().replace(" ", "")


def _county_value(text: str, country: str) -> str:
    name, _, state = text.rpartition(",")
    state = claim_value(REGION, state, country)
    name = " ".join(name.split()).upper()
    if country == "US":
        name = _SORT_OF_COUNTY.sub("", name)
    return f"{state} {name}" if state and name else ""


class Routes:
    """The claims and the open units of one moment, made ready to be asked about many addresses."""

    def __init__(self, claims: Iterable[Claim], units: Sequence[Unit], *, root_id: int, radius_km: float) -> None:
        """
        :param claims: each place at most once; those of units that are not among `units` count for nothing
        :param root_id: the unit that takes what no other does, one of `units`
        :param radius_km: how far the nearest branch or group may be, > 0
        """
        claims = list(claims)
        self._units: Mapping[int, Unit] = {unit.id: unit for unit in units}
        self._root_id, self._radius_km = root_id, radius_km
        self._claims = {
            (claim.kind, claim.country, claim.value): claim.unit_id for claim in claims if claim.unit_id in self._units
        }
        drawn = [(claim, claim.shape) for claim in claims if claim.unit_id in self._units and claim.shape]
        self._known: dict[Address, Claimed | None] = {}
        # Where areas lie over each other, the smaller one says more.
        self._areas = sorted(drawn, key=lambda one: (areas.size(one[1]), one[0].value))
        self._longest = max((len(value) for kind, _, value in self._claims if kind == PREFIX), default=0)
        in_order = sorted(units, key=lambda unit: unit.id)
        self._near = [unit for unit in in_order if unit.kind in NEAR_KINDS and unit.point is not None]
        self._regions: dict[tuple[str, str], int] = {}
        for unit in in_order:
            if unit.kind == REGION_KIND and unit.region:
                key = unit.country, claim_value(REGION, unit.region, unit.country)
                self._regions.setdefault(key, unit.id)

    def claimed(self, addresses: Iterable[Address], point_of: PointOf) -> dict[Address, Claimed | None]:
        """
        Return the claim that takes each address, None where none does.

        Each is looked up once, however often it is asked.
        The first of these: its post code's; the longest beginning's; its county's; the smallest area's it lies in; its region's.

        :param point_of: asked where there are areas, and no claim before takes the address
        """
        asked = list(addresses)
        new = [address for address in asked if address not in self._known]
        self._known |= {address: self._by_code(address) for address in new}
        open_still = [address for address in new if self._known[address] is None]
        self._known |= self._by_area(open_still, point_of) if self._areas else {}
        self._known |= {address: self._by_region(address) for address in open_still if self._known[address] is None}
        return {address: self._known[address] for address in asked}

    def _by_code(self, address: Address) -> Claimed | None:
        country = address.country
        if code := claim_value(POSTCODE, address.postcode, country):
            if unit_id := self._claims.get((POSTCODE, country, code)):
                return CLAIM_POSTCODE, unit_id, code
            for length in range(min(len(code), self._longest), 0, -1):
                if unit_id := self._claims.get((PREFIX, country, code[:length])):
                    return CLAIM_PREFIX, unit_id, code[:length]
        county = claim_value(COUNTY, address.county, country)
        unit_id = self._claims.get((COUNTY, country, county)) if county else None
        return (CLAIM_COUNTY, unit_id, county) if unit_id else None

    def _by_area(self, addresses: Sequence[Address], point_of: PointOf) -> dict[Address, Claimed]:
        import numpy as np

        at = {address: point for address in addresses if (point := point_of(address)) is not None}
        where, points = list(at), np.asarray(list(at.values()), dtype=np.float64).reshape(-1, 2)
        left, found = np.arange(len(where)), dict[Address, Claimed]()
        for claim, shape in self._areas:
            inside = areas.contains(shape, points[left])
            found |= {where[place]: (CLAIM_AREA, claim.unit_id, claim.value) for place in left[inside].tolist()}
            left = left[~inside]
        return found

    def _by_region(self, address: Address) -> Claimed | None:
        region = claim_value(REGION, address.region, address.country)
        unit_id = self._claims.get((REGION, address.country, region)) if region else None
        return (CLAIM_REGION, unit_id, region) if unit_id else None

    def differing(self, other: Routes, addresses: Iterable[Address], point_of: PointOf) -> set[Address]:
        """Return the addresses that another claim takes here than there, or a claim in only one of the two."""
        asked = set(addresses)
        here, there = self.claimed(asked, point_of), other.claimed(asked, point_of)
        return {address for address in asked if here[address] != there[address]}

    def decide(self, addresses: Sequence[Address], point_of: PointOf) -> dict[Address, Decision]:
        """
        Decide for each address, each asked once however often it stands there.

        :param addresses: with their country, or without where nobody knows it
        :param point_of: where an address lies, latitude and longitude in degrees, or None; asked where no claim takes it
        """
        found: dict[Address, Decision] = {}
        points: dict[Address, Point] = {}
        left: list[Address] = []
        for address, claimed in self.claimed(dict.fromkeys(addresses), point_of).items():
            if claimed:
                found[address] = self._by_claim(address, claimed)
                continue
            left.append(address)
            if self._near and (point := point_of(address)) is not None:
                points[address] = point
        nearest = self._nearest(points)
        for address in left:
            found[address] = nearest.get(address) or self._farther(address)
        return found

    def _by_claim(self, address: Address, claimed: Claimed) -> Decision:
        rule, unit_id, value = claimed
        name = self._units[unit_id].name
        because = {
            CLAIM_POSTCODE: f"Post code {value} belongs to {name}",
            CLAIM_PREFIX: f"Post codes that begin with {value} belong to {name}",
            CLAIM_AREA: f"It lies in {areas.area_name(value)}, which belongs to {name}",
            CLAIM_COUNTY: f"{address.county} belongs to {name}",
            CLAIM_REGION: f"{' '.join(address.region.split())} belongs to {name}",
        }[rule]
        return Decision(unit_id, rule, because)

    def _nearest(self, points: Mapping[Address, Point]) -> dict[Address, Decision]:
        """Return the decision for each address that has a branch or group within the radius; of equally near ones the first."""
        if not points:
            return {}
        where = list(dict.fromkeys(points.values()))
        units = [unit.point for unit in self._near if unit.point is not None]
        best: dict[Point, tuple[int, float]] = {}
        step = max(1, _CELLS // len(units))
        for start in range(0, len(where), step):
            some = where[start : start + step]
            distances = distances_km(some, units)
            for point, place, kilometres in zip(
                some, distances.argmin(axis=1).tolist(), distances.min(axis=1).tolist(), strict=True
            ):
                if kilometres <= self._radius_km:
                    best[point] = place, kilometres
        return {address: self._by_distance(*best[point]) for address, point in points.items() if point in best}

    def _by_distance(self, place: int, kilometres: float) -> Decision:
        unit = self._near[place]
        far = f"{kilometres:.0f} km" if kilometres >= 1 else "Less than 1 km"
        return Decision(unit.id, NEAREST, f"{far} from {unit.name}, the nearest")

    def _farther(self, address: Address) -> Decision:
        """Decide where nothing is near: the unit of the region, else the whole organisation."""
        region = " ".join(address.region.split())
        unit_id = self._regions.get((address.country, claim_value(REGION, region, address.country))) if region else None
        if unit_id is not None:
            because = f"{self._units[unit_id].name} covers {region}; no unit is within {self._radius_km:g} km"
            return Decision(unit_id, REGION_UNIT, because)
        if not (address.postcode or address.city or region):
            return Decision(self._root_id, NATIONAL, "It says of no place where it comes from")
        return Decision(
            self._root_id, NATIONAL, f"No unit is within {self._radius_km:g} km, and none covers the region"
        )

"""Find a place by name, region and country, or by post code: in what is bundled, and in what was uploaded of other countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from muster.core.places import codes, names
from muster.core.places.regions import REGIONS, US_TERRITORIES

if TYPE_CHECKING:
    from muster.core.places.country import Country, PostOffice, Posts
    from muster.core.places.distance import Point
    from muster.core.places.gazetteer import Gazetteer
    from muster.core.places.packed import Packed

# Without a region "Halle" is the large Halle (Saale), though a small town has just that name: so much larger must it be.
_MUCH_LARGER = 10
# Without a region a name that several towns bear is taken for the largest only if it is this much larger than the next.
_CLEARLY_LARGER = 5
# Countries whose post codes are bundled with their county.
BUNDLED_POSTS = frozenset({"US"})
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Place:
    """A town or city. Region is the state code in the US; population is 0 where it is not known."""

    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    population: int


class Atlas:
    """The bundled gazetteer, with the countries that were uploaded laid over it. It never changes, and so remembers answers."""

    def __init__(self, uploaded: Mapping[str, Packed] = MappingProxyType({})) -> None:
        """:param uploaded: ISO 3166-1 alpha-2 → its places"""
        self._uploaded = uploaded
        self._located = lru_cache(_REMEMBERED)(self._locate)
        self._points = lru_cache(_REMEMBERED)(self._point)
        self._lies_in = lru_cache(_REMEMBERED)(self._inside)
        self._shares = lru_cache(64)(self._share)
        self._named = lru_cache(_REMEMBERED)(self._region_named)

    def locate(self, city: str, region: str, country: str, postcode: str = "") -> Place | None:
        """
        Return where a city lies, or None if the gazetteer cannot tell.

        Case, marks, "St." or "Saint", a trailing "City", state names or codes make no difference; "Portland, OR" may stand in
        `city`. `country` is the ISO 3166-1 alpha-2 code; without one, a US state in `region` is enough. In the US the city's
        own point comes first and the post code helps out. In countries whose regions are not known by name, and where
        `region` is empty, the largest city of that name is meant; in the US, Canada, Australia and Britain only if it is
        five times larger than the next.
        """
        return self._located(city, region, country, postcode)

    def by_postcode(self, postcode: str, country: str) -> Place | None:
        """Return the post town and the point of a post code, or of its district where only that is known."""
        code = country.strip().upper()
        office = self._office(postcode, code)
        return self._from_office(office, code) if office else None

    def point_of(self, postcode: str, city: str, region: str, country: str) -> Point | None:
        """Return where an address lies: its post code, else its city; None where the gazetteer cannot tell."""
        return self._points(postcode, city, region, country)

    def county_of(self, postcode: str, country: str) -> str:
        """
        Return the county that a post code lies in, or most of it: 'Cumberland County, ME'.

        '' for a post code that is not known, and for those whose county is not (in the US less than 0.3 %).
        """
        _, region, county = self._lies_in(postcode, country)
        return ", ".join(filter(None, (county, region))) if county else ""

    def region_of(self, postcode: str, country: str) -> str:
        """Return the state or region that a post code lies in, '' where that is not known."""
        return self._lies_in(postcode, country)[0]

    def region_named(self, region: str, country: str) -> str:
        """
        Return a state or region as the uploaded places call it, by its name or its code; as it is where they do not know it.

        Where a file has both, as GeoNames has, 'BY' is 'Bayern'.
        """
        code = country.strip().upper()
        return self._named(region, code) if region and code in self._uploaded else region

    def has_counties(self, country: str) -> bool:
        """Say whether the counties of post codes are known there."""
        return country in BUNDLED_POSTS or (country in self._uploaded and self._uploaded[country].has_counties)

    def population_near(self, points: Iterable[Point], radius_km: float, country: str) -> float:
        """
        Return the share, 0..1, of a country's population that lives within a distance of any of the points.

        :param points: latitude and longitude in degrees, any number, in any country
        :param radius_km: great-circle distance, >= 0; a place counts wholly or not at all, by its centre
        :returns: 0.0 without points or for a country the gazetteer does not know. People of a quarter that
            the gazetteer lists beside its city are counted once (cleaned for the United States only).
        """
        return self._shares(tuple(sorted(set(points))), radius_km, country.strip().upper())

    def suggest(self, prefix: str, country: str, limit: int = 10) -> list[Place]:
        """Return the places whose name begins with the prefix, largest first, at most `limit`."""
        known, start = self._cities(country.strip().upper()), names.key(prefix)
        if known is None or not start:
            return []
        found = [position for key, positions in known.by_key.items() if key.startswith(start) for position in positions]
        found.sort(key=lambda position: (-int(known.populations[position]), position))
        return [_place(known, position, known.code, "") for position in found[:limit]]

    def _cities(self, code: str) -> Country | None:
        uploaded = self._uploaded[code].cities if code in self._uploaded else None
        return uploaded or _gazetteer().country(code)

    def _posts(self, code: str) -> Posts | None:
        if code in self._uploaded:
            return self._uploaded[code].posts
        return _gazetteer().posts(code) if code in BUNDLED_POSTS else None

    def _office(self, postcode: str, code: str) -> PostOffice | None:
        posts, position = self._post(postcode, code)
        return posts.office(position) if posts and position is not None else None

    def _post(self, postcode: str, code: str) -> tuple[Posts | None, int | None]:
        key = codes.code_key(postcode, code)
        posts = self._posts(code) if key else None
        if posts is None:
            return None, None
        position = posts.position(key)
        if position is None and (district := codes.district(key, code)):
            position = posts.position(district)
        return posts, position

    def _locate(self, city: str, region: str, country: str, postcode: str) -> Place | None:
        code = country.strip().upper()
        city, region = names.split_city(city.strip(), region.strip(), code or "US")
        if not code and region_key("US", region):
            code = "US"
        if not code:
            return None
        return self._by_name(city, region, code) or self.by_postcode(postcode, code)

    def _point(self, postcode: str, city: str, region: str, country: str) -> Point | None:
        place = self.by_postcode(postcode, country) or self.locate(city, region, country)
        return (place.latitude, place.longitude) if place else None

    def _inside(self, postcode: str, country: str) -> tuple[str, str, str]:
        """Return the region of the post town, and the region and the county that a post code lies in."""
        posts, position = self._post(postcode, country.strip().upper())
        if posts is None or position is None:
            return "", "", ""
        return posts.office(position).region, *posts.county_of(position)

    def _region_named(self, region: str, code: str) -> str:
        return (self._uploaded[code].posts.region_keys or {}).get(names.letters(region), region)

    def _share(self, points: tuple[Point, ...], radius_km: float, code: str) -> float:
        # Asked for again with every balance sheet, and the cities with members seldom change.
        from muster.core.places.coverage import share_near

        cities = self._cities(code)
        return share_near(cities, points, radius_km) if cities and points else 0.0

    def _by_name(self, city: str, region: str, code: str) -> Place | None:
        city_key = names.key(city)
        if not city_key:
            return None
        territory = region_key(code, region) if code == "US" and region_key(code, region) in US_TERRITORIES else ""
        country = self._cities(territory or code)
        region_code = "" if territory else region_key(code, region, country)
        position = _best(country, city_key, region_code) if country else None
        if country is not None and position is not None:
            return _place(country, position, code, territory)
        if code in BUNDLED_POSTS and (territory or not region_code):
            return None
        posts = self._posts(code)
        if posts is None:
            return None
        if posts.region_keys is not None:
            region_code = posts.region_keys.get(names.letters(region), "")
        office = posts.town_named(city_key, region_code)
        return self._from_office(office, code) if office else None

    def _from_office(self, office: PostOffice, code: str) -> Place:
        country, population = self._cities(code), 0
        if country:
            city_key = names.key(office.city)
            candidates = country.by_key.get(city_key) or country.by_loose_key.get(city_key, [])
            position = _choose(country, candidates, region_key(code, office.region, country))
            population = int(country.populations[position]) if position is not None else 0
        return Place(
            office.city, office.region, code, round(office.latitude, 3), round(office.longitude, 3), population
        )


def region_key(code: str, region: str, country: Country | None = None) -> str:
    """Return what a region written as code or name is in the gazetteer, '' if it is not known."""
    known = _region_codes(code) if country is None or country.region_keys is None else country.region_keys
    return known.get(names.letters(region), "")


def _gazetteer() -> Gazetteer:
    from muster.core.places.gazetteer import bundled  # reads NumPy, which not every command needs

    return bundled()


def _best(country: Country, city_key: str, region_code: str) -> int | None:
    """Return the place of that very name, else of nearly that name, else with that other name."""
    groups = [
        group
        for group in (
            country.by_key.get(city_key, []),
            country.by_loose_key.get(names.loose_key(city_key), []),
            country.by_other_name.get(city_key, []),
        )
        if any(not region_code or country.regions[position] == region_code for position in group)
    ]
    if not groups:
        return None
    if not region_code:
        largest = max((group[0] for group in groups), key=lambda position: int(country.populations[position]))
        if country.populations[largest] > _MUCH_LARGER * country.populations[groups[0][0]]:
            return largest
    return _choose(country, groups[0], region_code)


def _choose(country: Country, candidates: list[int], region_code: str) -> int | None:
    """Return which of the places of one name (largest first) is meant."""
    if region_code:
        candidates = [position for position in candidates if country.regions[position] == region_code]
    if not candidates:
        return None
    if len(candidates) > 1 and not region_code and country.code in REGIONS:
        first, second = (int(country.populations[position]) for position in candidates[:2])
        if first < _CLEARLY_LARGER * second:
            return None
    return candidates[0]


@cache
def _region_codes(country: str) -> dict[str, str]:
    """Return the gazetteer's codes by every way to write a region."""
    known: dict[str, str] = {}
    for code, (name, gazetteer_code) in REGIONS.get(country, {}).items():
        known |= {names.letters(code): gazetteer_code, names.letters(name): gazetteer_code}
    return known


def _place(country: Country, position: int, code: str, territory: str) -> Place:
    region = country.regions[position]
    if country.region_keys is None:
        regions = REGIONS.get(code, {}).items()
        region = next((short for short, (_name, known) in regions if known == region), "")
    return Place(
        name=country.names[position],
        region=territory or region,
        country=code,
        latitude=round(float(country.latitudes[position]), 3),
        longitude=round(float(country.longitudes[position]), 3),
        population=int(country.populations[position]),
    )


BUNDLED = Atlas()
"""What comes with Muster, and nothing else."""

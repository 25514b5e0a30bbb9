"""Find a place by name, region and country, or by post code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from muster.core.places import names
from muster.core.places.regions import REGIONS, US_TERRITORIES

if TYPE_CHECKING:
    from muster.core.places.distance import Point
    from muster.core.places.gazetteer import Country, Gazetteer, PostOffice

_US_POST_CODE = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")
# Without a region "Halle" is the large Halle (Saale), though a small town has just that name: so much larger must it be.
_MUCH_LARGER = 10
# Without a region a name that several towns bear is taken for the largest only if it is this much larger than the next.
_CLEARLY_LARGER = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A town or city. Region is the state code in the US; population is 0 where it is not known."""

    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    population: int


@lru_cache(maxsize=50_000)
def locate(city: str, region: str, country: str, postcode: str = "") -> Place | None:
    """
    Return where a city lies, or None if the bundled gazetteer cannot tell.

    Case, marks, "St." or "Saint", a trailing "City", state names or codes make no difference; "Portland, OR" may stand in
    `city`. `country` is the ISO 3166-1 alpha-2 code; without one, a US state in `region` is enough. In the US the city's
    own point comes first and the post code helps out. In countries whose regions the gazetteer does not know by name,
    and where `region` is empty, the largest city of that name is meant; in the US, Canada, Australia and Britain only
    if it is five times larger than the next.
    """
    code = country.strip().upper()
    city, region = names.split_city(city.strip(), region.strip(), code or "US")
    if not code and _region_code("US", region):
        code = "US"
    if not code:
        return None
    return _by_name(city, region, code) or by_postcode(postcode, code)


def by_postcode(postcode: str, country: str) -> Place | None:
    """Return the post town and the point of a post code (five digits, or ZIP+4); only the US has them bundled."""
    match = _US_POST_CODE.fullmatch(postcode.strip())
    if country.strip().upper() != "US" or not match:
        return None
    office = _gazetteer().post_office(int(match[1]))
    return _from_post_office(office) if office else None


def point_of(postcode: str, city: str, region: str, country: str) -> Point | None:
    """Return where an address lies: its post code, else its city; None where the gazetteer cannot tell."""
    place = by_postcode(postcode, country) or locate(city, region, country)
    return (place.latitude, place.longitude) if place else None


@lru_cache(maxsize=50_000)
def county_of(postcode: str, country: str) -> str:
    """
    Return the county that a post code lies in, or most of it: 'Cumberland County, ME'; only the US has them bundled.

    '' for a post code that is not known, and for the few (less than 0.3 %) whose county is not.
    """
    match = _US_POST_CODE.fullmatch(postcode.strip())
    if country.strip().upper() != "US" or not match:
        return ""
    return ", ".join(filter(None, reversed(_gazetteer().county(int(match[1])))))


def suggest(prefix: str, country: str, limit: int = 10) -> list[Place]:
    """Return the places whose name begins with the prefix, largest first, at most `limit`."""
    code = country.strip().upper()
    known, start = _gazetteer().country(code), names.key(prefix)
    if known is None or not start:
        return []
    found = [position for key, positions in known.by_key.items() if key.startswith(start) for position in positions]
    found.sort(key=lambda position: (-int(known.populations[position]), position))
    return [_place(known, position, code, "") for position in found[:limit]]


def _gazetteer() -> Gazetteer:
    from muster.core.places.gazetteer import bundled  # reads NumPy, which not every command needs

    return bundled()


def _by_name(city: str, region: str, code: str) -> Place | None:
    city_key = names.key(city)
    if not city_key:
        return None
    region_code = _region_code(code, region)
    territory = region_code if code == "US" and region_code in US_TERRITORIES else ""
    country = _gazetteer().country(territory or code)
    if country is None:
        return None
    position = _best(country, city_key, "" if territory else region_code)
    if position is not None:
        return _place(country, position, code, territory)
    if code == "US" and region_code:
        office = _gazetteer().post_town(city_key, region_code)
        return _from_post_office(office) if office else None
    return None


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
        known |= {_letters(code): gazetteer_code, _letters(name): gazetteer_code}
    return known


def _region_code(country: str, region: str) -> str:
    """Return the gazetteer's code of a region written as code or name, or '' if it is not known."""
    return _region_codes(country).get(_letters(region), "")


def _letters(text: str) -> str:
    return names.key(text).replace(" ", "")


def _place(country: Country, position: int, code: str, territory: str) -> Place:
    gazetteer_code = country.regions[position]
    regions = REGIONS.get(code, {}).items()
    return Place(
        name=country.names[position],
        region=territory or next((short for short, (_name, known) in regions if known == gazetteer_code), ""),
        country=code,
        latitude=round(float(country.latitudes[position]), 3),
        longitude=round(float(country.longitudes[position]), 3),
        population=int(country.populations[position]),
    )


def _from_post_office(office: PostOffice) -> Place:
    country = _gazetteer().country("US")
    population = 0
    if country:
        city_key = names.key(office.city)
        candidates = country.by_key.get(city_key) or country.by_loose_key.get(city_key, [])
        position = _choose(country, candidates, office.region)
        population = int(country.populations[position]) if position is not None else 0
    return Place(office.city, office.region, "US", round(office.latitude, 3), round(office.longitude, 3), population)

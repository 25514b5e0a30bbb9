"""A list of claims, row by row: which can be taken, and what is wrong with the others."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from muster.contacts.calc.areas import Shape, area_name, area_value
from muster.contacts.calc.routing import AREA, COUNTY, POSTCODE, PREFIX, REGION, claim_value
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.places import parse_country

# (kind, country, value)
Key = tuple[str, str, str]
# Place → the unit that is to claim it, None for nobody.
Asked = Mapping[Key, int | None]
Shapes = dict[Key, Shape]
# (region, country) → region
RegionNamed = Callable[[str, str], str]
NO_COUNTIES = "The counties of this country are not known. Upload its places under Settings first."
# They have parishes, boroughs, municipalities and a district.
WITHOUT_THE_WORD = frozenset({"LA", "AK", "PR", "DC"})
LONGEST = {POSTCODE: 20, PREFIX: 20, COUNTY: 120, AREA: 120, REGION: 120}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """
    One claim as it was written.

    :ivar row: its number in the file, for messages
    :ivar unit: what the unit is called: its id, one of another system, or its name
    :ivar kind: `POSTCODE`, `PREFIX`, `COUNTY`, `AREA` or `REGION`
    :ivar value: as written; the name of an area
    :ivar country: as written, '' for the organisation's own
    """

    row: int
    unit: str
    kind: str
    value: str
    country: str = ""
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A unit that is not there, and the rows that name it."""

    unit: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be taken, the column that is to blame, what stands there, and why."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadClaims:
    """
    :ivar claims: place → unit id
    :ivar shapes: place → its shape, of areas
    :ivar unknown: by the first row that names them
    :ivar rejected: in order
    """

    claims: dict[Key, int]
    shapes: Shapes
    unknown: list[Unknown]
    rejected: list[Rejected]


def read_claims(
    rows: Iterable[ClaimRow],
    units: Mapping[str, int],
    closed: Collection[int],
    *,
    country: str,
    has_counties: Callable[[str], bool],
    region_named: RegionNamed,
) -> ReadClaims:
    """
    Take the rows that can be taken.

    :param units: what a unit may be called → its id
    :param closed: ids of units that take nothing any more
    :param country: ISO 3166-1 alpha-2, where a row names none
    :param has_counties: says of a country whether the counties of its post codes are known
    :param region_named: says what the known places call a region
    """
    read = ReadClaims({}, {}, [], [])
    missing: dict[str, list[int]] = {}
    first: dict[Key, int] = {}
    for row in rows:
        unit_id = units.get(row.unit)
        if unit_id is None and row.unit:
            missing.setdefault(row.unit, []).append(row.row)
            continue
        key, problem = _key(row, country, has_counties, region_named)
        if unit_id is None:
            problem = Rejected(row.row, "unit", "", "It names no unit.")
        elif unit_id in closed:
            problem = Rejected(row.row, "unit", row.unit, "This unit is closed.")
        elif problem is None and read.claims.get(key, unit_id) != unit_id:
            problem = Rejected(row.row, row.kind, row.value, f"Row {first[key]} gives it to another unit.")
        if problem is not None or unit_id is None:
            read.rejected.extend([problem] if problem else [])
            continue
        read.claims.setdefault(key, unit_id)
        if row.shape is not None:
            read.shapes[key] = row.shape
        first.setdefault(key, row.row)
    read.unknown.extend(Unknown(unit, tuple(named)) for unit, named in missing.items())
    return read


def as_placed(key: Key, region_named: RegionNamed) -> Key:
    """
    Return a claim's place with its region as the known places call it.

    >>> as_placed(("region", "DE", "BY"), lambda region, country: "Bayern")
    ('region', 'DE', 'BAYERN')
    >>> as_placed(("county", "DE", "BY LANDKREIS MÜNCHEN"), lambda region, country: "Bayern")
    ('county', 'DE', 'BAYERN LANDKREIS MÜNCHEN')
    """
    kind, country, value = key
    if kind not in (COUNTY, REGION) or not value:
        return key
    state, blank, name = value.partition(" ")
    return kind, country, f"{claim_value(REGION, region_named(state, country), country)}{blank}{name}"


def place_words(kind: str, value: str, country: str = "US") -> str:
    """
    Return a place as a reader writes it.

    >>> place_words("prefix", "041"), place_words("postcode", "04101")
    ('041…', '04101')
    >>> place_words("county", "ME CUMBERLAND"), place_words("county", "MD BALTIMORE CITY")
    ('Cumberland County, ME', 'Baltimore City, MD')
    >>> place_words("county", "BAYERN LANDKREIS MÜNCHEN", "DE")
    'Landkreis München, Bayern'
    """
    if kind == AREA:
        return area_name(value)
    if kind == COUNTY:
        state, _, name = value.partition(" ")
        if country != "US":
            return f"{name.title()}, {state if len(state) <= 3 else state.title()}"
        sort = "" if name.endswith(" CITY") or state in WITHOUT_THE_WORD else " County"
        return f"{name.title()}{sort}, {state}"
    return f"{value}…" if kind == PREFIX else value


def claims_after(stored: Mapping[Key, int], asked: Asked, *, whole: bool = False) -> dict[Key, int]:
    """
    Return the claims there are once a change is made.

    An area takes the place of one of the same name.

    :param whole: what is asked is all there is; but for areas, which no list can name

    >>> claims_after({("postcode", "US", "04101"): 1}, {("postcode", "US", "04102"): 2, ("postcode", "US", "04101"): None})
    {('postcode', 'US', '04102'): 2}
    """
    drawn = {area_name(key[2]) for key, unit_id in asked.items() if key[0] == AREA and unit_id is not None}
    after = {
        key: unit_id
        for key, unit_id in stored.items()
        if (area_name(key[2]) not in drawn if key[0] == AREA else not whole)
    }
    for key, unit_id in asked.items():
        if unit_id is None:
            after.pop(key, None)
        else:
            after[key] = unit_id
    return after


def differences(before: Mapping[Key, int], after: Mapping[Key, int]) -> dict[Key, tuple[int | None, int | None]]:
    """Return place → (unit before, unit after), None for nobody, of the places where they differ, in order."""
    changed = (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return {key: (before.get(key), after.get(key)) for key in sorted(changed)}


def back(stored: Mapping[Key, int], done: Mapping[Key, tuple[int | None, int | None]]) -> dict[Key, int | None]:
    """
    Return what is to be asked to take a change back: of the places that still are as it left them, the unit before.

    An area whose name another has by now is not.
    """
    others = {area_name(key[2]) for key in stored if key[0] == AREA and key not in done}
    return {
        key: before
        for key, (before, after) in done.items()
        if stored.get(key) == after and not (key[0] == AREA and area_name(key[2]) in others)
    }


def _key(
    row: ClaimRow, country: str, has_counties: Callable[[str], bool], region_named: RegionNamed
) -> tuple[Key, Rejected | None]:
    if row.kind == AREA:
        return (AREA, "", area_value(row.value, row.shape or [])), None
    try:
        code = parse_country(row.country) or country
    except BadValue:
        return ("", "", ""), Rejected(row.row, "country", row.country, "This country is not known.")
    value = claim_value(row.kind, row.value, code)
    if row.kind == COUNTY and not has_counties(code):
        return ("", "", ""), Rejected(row.row, row.kind, row.value, NO_COUNTIES)
    if row.kind == COUNTY and row.value and not value:
        return ("", "", ""), Rejected(row.row, row.kind, row.value, "Say its state too, such as Cumberland, ME.")
    if not value:
        return ("", "", ""), Rejected(row.row, row.kind, "", "It names no place.")
    key = as_placed((row.kind, code, value), region_named)
    # The name of a region may be longer than the code that was written.
    if len(key[2]) > LONGEST[row.kind]:
        return ("", "", ""), Rejected(row.row, row.kind, row.value, f"There is room for {LONGEST[row.kind]} letters.")
    return key, None

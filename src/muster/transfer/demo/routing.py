"""Where the inquiries of the demo organisation were sent: by the rules that send those of every organisation."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from muster.contacts.calc.routing import Address, Decision, Routes, Unit
from muster.core import places
from muster.transfer.demo.inquiries import HEADER
from muster.transfer.demo.layout import Layout
from muster.transfer.demo.persons import CHUNK
from muster.units.calc import OrganisationSettings

_PLACE = slice(HEADER.index("city"), HEADER.index("country") + 1)


def sent(rows: Iterable[tuple[str, ...]], plan: Layout, refs: Sequence[str], until: int) -> Iterator[tuple[str, ...]]:
    """
    Yield rows of inquiries with their unit, the rule and the sentence that says why; nobody took them up, each is alone.

    :param refs: what the units of the plan are called, in their order
    :param until: the day on which they are sent
    """
    routes = Routes((), _open_units(plan, until), root_id=1, radius_km=OrganisationSettings().routing_km)
    decided: dict[Address, Decision] = {}
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        addresses = [_address(row) for row in chunk]
        decided |= routes.decide([address for address in addresses if address not in decided], _point_of)
        for row, address in zip(chunk, addresses, strict=True):
            made = decided[address]
            yield (*row, refs[made.unit_id - 1], made.rule, made.because, *[""] * 4)


def _open_units(plan: Layout, until: int) -> list[Unit]:
    found = []
    for number, unit in enumerate(plan.units, start=1):
        city = plan.cities[unit.city] if unit.city >= 0 else None
        point = (float(city.latitude), float(city.longitude)) if city else None
        if unit.opened <= until < unit.closed:
            found.append(Unit(number, unit.name, unit.kind, "US", city.state if city else "", point))
    return found


def _address(row: tuple[str, ...]) -> Address:
    city, region, postcode, country = row[_PLACE]
    return Address(postcode, city, region, country)


def _point_of(address: Address) -> places.Point | None:
    return places.BUNDLED.point_of(address.postcode, address.city, address.region, address.country)

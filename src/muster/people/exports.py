"""Lists of people as rows of cells for a file."""

from collections.abc import Iterable, Iterator
from typing import Any

from muster.people.queries.listing import PersonLine

HEADERS = ("Person", "Name", "Standing", "Since", "Home unit", "City", "State or region", "Tags")


def rows(lines: Iterable[PersonLine]) -> Iterator[tuple[Any, ...]]:
    """Yield the headers, then what the list shows of each person, one cell per header."""
    yield HEADERS
    for line in lines:
        tags = ";".join(line.tags)
        yield (line.ref, line.name, line.standing, line.since, line.unit, line.city, line.region, tags)

"""Lists of people as rows of cells for a file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from muster.people.calc.listing import SHOWN_COLUMNS
from muster.people.queries.listing import PersonLine

# Column of the list → its heads in a file, and the cells under them.
_COLUMNS: Mapping[str, tuple[tuple[str, ...], Callable[[PersonLine], tuple[Any, ...]]]] = MappingProxyType(
    {
        "standing": (("Standing",), lambda line: (line.standing,)),
        "joined": (("Since",), lambda line: (line.since,)),
        "unit": (("Home unit",), lambda line: (line.unit,)),
        "city": (("City", "State or region"), lambda line: (line.city, line.region)),
        "tags": (("Tags",), lambda line: (";".join(line.tags),)),
    }
)


def rows(lines: Iterable[PersonLine], columns: Iterable[str] = SHOWN_COLUMNS) -> Iterator[tuple[Any, ...]]:
    """
    Yield the heads, then own id, name and what the list shows of each person.

    :param columns: as in `Filters.columns`
    """
    chosen = [_COLUMNS[name] for name in columns if name in _COLUMNS]
    yield ("Person", "Name", *(head for heads, _ in chosen for head in heads))
    for line in lines:
        yield (line.ref, line.name, *(cell for _, cells in chosen for cell in cells(line)))

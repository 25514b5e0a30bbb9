"""The lists of which views can be kept, and how a stored query is read again."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from muster.people.calc.listing import Filters


def _people(query: QueryDict) -> dict[str, str]:
    return Filters.from_query(query).as_query()


# Name of the address of a list → what of a query it understands today.
PAGES: Mapping[str, Callable[[QueryDict], dict[str, str]]] = MappingProxyType({"people:person_list": _people})


def clean(page: str, query: str) -> str:
    """Return a query without what the page does not understand: no unit, no place in the list, nothing unknown."""
    return urlencode(PAGES[page](QueryDict(query)))


def address(page: str, query: str, view_id: int) -> str:
    """Return the address of a list with a stored view; whoever opens it gets what their own rights show."""
    return f"{reverse(page)}?{clean(page, query)}&view={view_id}".replace("?&", "?")

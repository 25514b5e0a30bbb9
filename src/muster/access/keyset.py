"""Pages of a list by the place where the last one ended, never by a number of rows to skip."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q


def beyond(boundary: Mapping[str, Any], way: str) -> Q:
    """
    Return the condition of standing behind a row in an order.

    :param boundary: column → value of that row, in the order of the list, the last of which tells rows apart
    :param way: "gt" where the list ascends, "lt" where it descends
    """
    condition = Q()
    columns = list(boundary.items())
    for place, (column, value) in enumerate(columns):
        condition |= Q(**dict(columns[:place]), **{f"{column}__{way}": value})
    # Said once more for the first column alone, so that an index can begin there.
    return Q(**{f"{columns[0][0]}__{way}e": columns[0][1]}) & condition

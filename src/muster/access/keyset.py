"""Pages of a list by the place where the last one ended, never by a number of rows to skip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    """:ivar previous, next: id of the row before or after which the page beside this one begins, None: there is none"""

    rows: list[M]
    previous: int | None
    next: int | None


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


def slice_of(
    found: "QuerySet[M]", order: Sequence[str], *, size: int, after: int | None = None, before: int | None = None
) -> Slice[M]:
    """
    Return `size` rows of a list; two queries at most.

    :param order: its columns, the last of which is `pk`; all of them with a minus, or none
    :param after: only those behind this row; `before`: those in front of it. One that is not in the list is no place
    """
    descends, columns = order[0].startswith("-"), [column.removeprefix("-") for column in order]
    place = before or after
    boundary = None if place is None else found.filter(pk=place).order_by("pk").values(*columns).first()
    back = before is not None and boundary is not None
    if boundary is not None:
        found = found.filter(beyond(boundary, "lt" if back != descends else "gt"))
    rows = list(found.order_by(*(f"-{column}" if back != descends else column for column in columns))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    rows = rows[::-1] if back else rows
    earlier, later = (more, True) if back else (boundary is not None, more)
    return Slice(rows, rows[0].pk if rows and earlier else None, rows[-1].pk if rows and later else None)

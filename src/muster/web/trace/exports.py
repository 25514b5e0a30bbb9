"""The trace as rows of cells for a file."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from muster.web.trace.queries import Line

HEADS = ("Entry", "When", "Who", "What", "About", "Unit")


def rows(lines: Iterable[Line]) -> Iterator[tuple[Any, ...]]:
    """Yield the heads, then one row for each entry; moments by the organisation's clock."""
    yield HEADS
    for line in lines:
        at = timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S")
        yield (line.id, at, line.who, line.what, line.about, line.where)

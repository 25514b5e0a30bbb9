"""Classes of branches by their members."""

from collections.abc import Mapping
from types import MappingProxyType

# Class → least members in it, and the first number that is too many (None: no end).
SIZE_CLASSES: Mapping[str, tuple[int, int | None]] = MappingProxyType(
    {"1-4": (1, 5), "5-7": (5, 8), "8-13": (8, 14), "14+": (14, None)}
)

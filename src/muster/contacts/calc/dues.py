"""What somebody promises to pay when they ask to join."""

from dataclasses import dataclass
from datetime import date

MOST_CENTS = 100_000_000


@dataclass(frozen=True, slots=True)
class Dues:
    """
    :ivar cents: hundredths of the organisation's currency, None: nothing said
    :ivar every: month, quarter or year
    :ivar paid_on: when they first did
    """

    cents: int | None = None
    every: str = "month"
    paid_on: date | None = None

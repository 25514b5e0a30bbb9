"""Parts of a whole, each with how sure it is."""

from dataclasses import dataclass
from math import sqrt

# Two-sided, of the normal distribution.
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """
    A part of a number, with the interval that holds the true share 19 times in 20.

    :ivar value, low, high: 0 to 1; of nothing anything may be the share: 0, from 0 to 1
    """

    count: int
    of: int
    value: float
    low: float
    high: float


def share(count: int, of: int) -> Share:
    """
    Return a share with its 95 % interval.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209–212.

    :raises ValueError: not 0 <= count <= of

    >>> [round(part, 4) for part in (share(8, 10).low, share(8, 10).high)]
    [0.4902, 0.9433]
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of}")
    if not of:
        return Share(0, 0, 0.0, 0.0, 1.0)
    part, square = count / of, Z_95**2 / of
    middle = (part + square / 2) / (1 + square)
    half = Z_95 * sqrt(part * (1 - part) / of + square / (4 * of)) / (1 + square)
    # Rounding must not put the share itself outside.
    return Share(count, of, part, min(part, max(0.0, middle - half)), max(part, min(1.0, middle + half)))

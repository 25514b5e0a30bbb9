"""The months of a demo organisation's history and the curves it follows: many slow years, a crisis, then a leap."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

YEARS = 25
# Days are counted from 1970-01-01. OPEN, a day long past all others, ends a spell that goes on.
OPEN = 2_000_000

# Years since the founding → members as a share of today's.
MEMBERS = [
    (0.0, 0.008), (2.0, 0.03), (6.0, 0.11), (9.0, 0.158), (10.5, 0.12), (13.0, 0.115), (16.0, 0.17), (18.0, 0.20),
    (20.0, 0.25), (21.5, 0.33), (22.3, 0.42), (23.2, 0.62), (24.2, 0.85), (25.0, 1.0),
]  # fmt: skip
# Years since the founding → trained organisers per member.
ORGANISERS = [(0.0, 0.3), (4.0, 0.24), (21.0, 0.27), (22.5, 0.23), (25.0, 0.152)]
CRISIS_YEARS = (9.0, 11.0)


@dataclass(frozen=True)
class Timeline:
    """
    :ivar until: today; nothing but the due day of a goal lies after it
    :ivar starts: first day of each month, ascending
    :ivar spans: days after the first of the month on which things may happen, 1 to 27
    :ivar members: wanted members at the end of each month
    :ivar organisers: wanted trained organisers at the end of each month
    :ivar unrest: factor on the rate of leaving in each month
    """

    until: int
    starts: Ints
    spans: Ints
    members: Ints
    organisers: Ints
    unrest: Floats

    @property
    def founded(self) -> int:
        """The first day."""
        return int(self.starts[0])

    def month_of_share(self, share: float) -> int:
        """Return the index of the first month that wanted at least this share of today's members, 0 <= share <= 1."""
        return int(np.argmax(self.members >= share * self.members[-1]))


def make_timeline(until: date, members: int, rng: np.random.Generator) -> Timeline:
    """Lay out 25 years of months up to `until`, with `members` (at least 1) wanted at the end."""
    today = day_number(until)
    # A month of which only the first day has come has no room yet for what happens within it.
    last = np.datetime64(today - 1, "D").astype("datetime64[M]")
    months = np.arange(last - 12 * YEARS, last + 1)
    starts: Ints = months.astype("datetime64[D]").astype(np.int64)
    years = np.linspace(0.0, YEARS, len(starts))
    wave = 1.0 + rng.normal(0.0, 0.015, len(starts))
    wave[-1] = 1.0
    wanted = np.rint(members * _curve(years, MEMBERS) * wave).astype(np.int64)
    trained = np.rint(wanted * _curve(years, ORGANISERS)).astype(np.int64)
    unrest = np.where((years >= CRISIS_YEARS[0]) & (years < CRISIS_YEARS[1]), 2.5, 1.0)
    return Timeline(today, starts, np.minimum(27, today - starts), wanted, trained, unrest)


def _curve(years: Floats, points: list[tuple[float, float]]) -> Floats:
    return np.interp(years, [year for year, _ in points], [value for _, value in points])


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to this day."""
    return (day - date(1970, 1, 1)).days


def as_text(days: Ints) -> list[str]:
    """Return days as ISO 8601 texts, OPEN as the empty text."""
    unknown = days >= OPEN
    text = np.datetime_as_string(np.where(unknown, 0, days).astype("datetime64[D]"))
    return [str(item) for item in np.where(unknown, "", text).tolist()]

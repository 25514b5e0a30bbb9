"""A demo organisation's members month by month: who joins, moves, is trained, leaves and comes back."""

from dataclasses import dataclass

import numpy as np

from muster.transfer.demo.layout import Layout
from muster.transfer.demo.timeline import OPEN, Floats, Ints, Timeline

REASONS = ["", "resigned", "lapsed", "moved away", "died", "no answer", "not now", "withdrew"]
LAPSED, DIED = 2, 4
_OF_LEAVING = np.array([1, LAPSED, LAPSED, LAPSED, 3, DIED])


@dataclass(frozen=True)
class Spells:
    """
    Dated spells as columns of equal length.

    :ivar what: index of a unit, a reason, or a role, as the file says
    """

    person: Ints
    what: Ints
    start: Ints
    end: Ints

    @classmethod
    def joined(cls, parts: list[tuple[Ints, Ints, Ints, Ints]]) -> "Spells":
        """Put parts of the four columns together."""
        if not parts:
            return cls(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return the four columns."""
        return self.person, self.what, self.start, self.end

    def renumbered(self, number: Ints) -> "Spells":
        """Give person i the number `number[i]`, and sort by person, start and `what`."""
        person = number[self.person]
        order = np.lexsort((self.what, self.start, person))
        return Spells(person[order], self.what[order], self.start[order], self.end[order])


@dataclass(frozen=True)
class History:
    """
    :ivar people: how many ever were members; they are numbered in the order of joining
    :ivar members: member spells, `what` an index into `REASONS`
    :ivar placements: primary placements of members, `what` a unit
    :ivar trained: spells of the qualification `organiser`, `what` 0
    :ivar city: last city of each person
    """

    people: int
    members: Spells
    placements: Spells
    trained: Spells
    city: Ints


class _Register:
    """The state of the simulation. `since` is the first day of the running member spell, OPEN for who is no member."""

    def __init__(self, layout: Layout, timeline: Timeline, capacity: int, rng: np.random.Generator) -> None:
        self.timeline, self.rng, self.capacity, self.count = timeline, rng, capacity, 0
        self.since = np.full(capacity, OPEN, dtype=np.int64)
        self.left = np.full(capacity, OPEN, dtype=np.int64)
        self.placed = np.zeros(capacity, dtype=np.int64)
        self.at = np.full(capacity, -1, dtype=np.int64)
        self.city = np.full(capacity, -1, dtype=np.int64)
        self.is_organiser = np.zeros(capacity, dtype=bool)
        self.layout = layout
        index = {id(unit): place for place, unit in enumerate(layout.units)}
        self.unit = np.array([index[id(item.unit)] if item.unit else -1 for item in layout.destinations])
        self.opens = np.array([item.opens for item in layout.destinations])
        self.closes = np.array([item.closes for item in layout.destinations])
        self.weight = np.array([item.weight for item in layout.destinations])
        self.home = np.array([item.city for item in layout.destinations])
        self.member_parts: list[tuple[Ints, Ints, Ints, Ints]] = []
        self.placement_parts: list[tuple[Ints, Ints, Ints, Ints]] = []
        self.trained_parts: list[tuple[Ints, Ints, Ints, Ints]] = []

    def live_month(self, month: int) -> None:
        self._open_and_close(month)
        leaver_count = self._leave(month)
        members = np.flatnonzero(self.since != OPEN)
        movers = members[self.rng.random(len(members)) < 0.003]
        newcomers = self._draw_newcomers(month, int(self.timeline.members[month]) - len(members), leaver_count)
        self.at[movers], held = -1, self.at[movers]
        chosen = self._draw_destinations(month, len(movers) + len(newcomers))
        self.at[movers] = held
        self._place(movers, chosen[: len(movers)], self._days(month, len(movers)))
        days = self._days(month, len(newcomers))
        self.since[newcomers] = days
        self._place(newcomers, chosen[len(movers) :], days)
        self._train(month)

    def finish(self) -> History:
        members = np.flatnonzero(self.since != OPEN)
        self._end_placements(members, np.full(len(members), OPEN, dtype=np.int64))
        self._end_memberships(members, np.zeros(len(members), dtype=np.int64), np.full(len(members), OPEN))
        return History(
            self.count,
            Spells.joined(self.member_parts),
            Spells.joined(self.placement_parts),
            Spells.joined(self.trained_parts),
            self.city[: self.count],
        )

    def _days(self, month: int, count: int) -> Ints:
        """Draw days after the first of the month, which is kept for openings and closings."""
        days: Ints = self.timeline.starts[month] + self.rng.integers(1, self.timeline.spans[month] + 1, count)
        return days

    def _open_and_close(self, month: int) -> None:
        first = self.timeline.starts[month]
        for place in np.flatnonzero(self.opens == month).tolist():
            wanted = self.layout.destinations[place]
            if wanted.source >= 0:
                there = np.flatnonzero(self.at == wanted.source)
                going = there[self.rng.random(len(there)) < wanted.source_share]
                self._place(going, np.full(len(going), place), np.full(len(going), first))
        for place in np.flatnonzero(self.closes == month).tolist():
            there = np.flatnonzero(self.at == place)
            heir = self.layout.destinations[place].heir
            self._place(
                there, np.full(len(there), heir if heir >= 0 else int(self.home[place])), np.full(len(there), first)
            )

    def _leave(self, month: int) -> int:
        members = np.flatnonzero(self.since != OPEN)
        first_year = self.timeline.starts[month] - self.since[members] < 365
        rate = np.where(first_year, 0.013, 0.0075) * self.timeline.unrest[month]
        leavers = members[self.rng.random(len(members)) < rate]
        days = self._days(month, len(leavers))
        reasons = self.rng.choice(_OF_LEAVING, len(leavers))
        self._end_placements(leavers, days)
        self._end_memberships(leavers, reasons, days)
        self.since[leavers], self.at[leavers] = OPEN, -1
        self.left[leavers] = np.where(reasons == DIED, OPEN, days)
        return len(leavers)

    def _draw_newcomers(self, month: int, missing: int, leaver_count: int) -> Ints:
        """Draw who joins: one in twenty was a member before; even in bad times some find their way in."""
        count = max(missing, int(self.rng.binomial(leaver_count, 0.3)), 0)
        former = np.flatnonzero(self.left < self.timeline.starts[month] - 300)
        returning = self.rng.permutation(former)[: int(self.rng.binomial(count, 0.05))]
        self.left[returning] = OPEN
        fresh = min(count - len(returning), self.capacity - self.count)
        newcomers = np.arange(self.count, self.count + fresh)
        self.count += fresh
        return np.concatenate([newcomers, returning])

    def _draw_destinations(self, month: int, count: int) -> Ints:
        """Fill the destinations that are furthest behind what they would have now."""
        age = np.clip((month - self.opens) / 24.0, 0.0, 1.0)
        is_open = (self.opens <= month) & (month < self.closes)
        weight = np.where(is_open, self.weight * (0.55 + 0.45 * age), 0.0)
        size = np.bincount(self.at[self.at >= 0], minlength=len(weight))
        wanted = weight / weight.sum() * float(self.timeline.members[month])
        gap: Floats = np.clip(wanted - size, 0.0, None) + 1e-6 * weight
        share = gap / gap.sum() * count
        whole = np.floor(share).astype(np.int64)
        rest = count - int(whole.sum())
        order = np.argsort(whole - share + self.rng.normal(0, 0.03, len(share)) + 10.0 * (gap <= 0), kind="stable")
        whole[order[:rest]] += 1
        return self.rng.permutation(np.repeat(np.arange(len(whole)), whole))

    def _train(self, month: int) -> None:
        tenured = self.timeline.starts[month] - self.since >= 300
        missing = int(self.timeline.organisers[month]) - int((self.is_organiser & (self.since != OPEN)).sum())
        ready = np.flatnonzero(tenured & ~self.is_organiser)
        trained = self.rng.permutation(ready)[: max(0, missing)]
        self.is_organiser[trained] = True
        days, none = self._days(month, len(trained)), np.zeros(len(trained), dtype=np.int64)
        self.trained_parts.append((trained, none, days, none + OPEN))

    def _place(self, people: Ints, destinations: Ints, days: Ints) -> None:
        self._end_placements(people, days)
        self.at[people], self.placed[people], self.city[people] = destinations, days, self.home[destinations]

    def _end_placements(self, people: Ints, days: Ints) -> None:
        """Note the placements that end; one that would not last a day leaves no trace, and at large is no placement."""
        units = np.where(self.at[people] >= 0, self.unit[self.at[people]], -1)
        real = (units >= 0) & (self.placed[people] < days)
        self.placement_parts.append((people[real], units[real], self.placed[people][real], days[real]))

    def _end_memberships(self, people: Ints, reasons: Ints, days: Ints) -> None:
        self.member_parts.append((people, reasons, self.since[people], days))


def simulate(layout: Layout, timeline: Timeline, capacity: int, rng: np.random.Generator) -> History:
    """Live through the timeline; at most `capacity` people ever join."""
    register = _Register(layout, timeline, capacity, rng)
    for month in range(len(timeline.starts)):
        register.live_month(month)
    return register.finish()

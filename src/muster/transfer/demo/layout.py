"""The places and units of a demo organisation: which open when, how large they become, which close."""

from dataclasses import dataclass, field

import numpy as np

from muster.transfer.demo import places
from muster.transfer.demo.timeline import OPEN, Floats, Timeline

NEVER = 10**6
QUARTERS = ["Central", "North", "South", "East", "West", "Riverside", "Hilltop", "Harbor", "Old Town", "Parkside"]
COMMITTEES = ["National Committee", "Education Committee", "Press Committee", "Student Committee"]


@dataclass
class Unit:
    """A unit of the tree; `parent` is its index in `Layout.units` (-1: none), `city` its index in `Layout.cities` (-1: none)."""

    name: str
    kind: str
    parent: int
    opened: int
    closed: int = OPEN
    city: int = -1
    is_campus: bool = False


@dataclass
class Destination:
    """
    Where a member may stand at first hand: in a unit, or at large in a city (`unit` None).

    :ivar opens, closes: months, as indexes of the timeline
    :ivar weight: members it would have today
    :ivar source: destination that it takes members from when it opens, and the share of them
    :ivar heir: destination that takes over its members when it closes
    """

    city: int
    opens: int
    weight: float
    unit: Unit | None = None
    closes: int = NEVER
    source: int = -1
    source_share: float = 1.0
    heir: int = -1


@dataclass
class Layout:
    """The plan; the first `len(cities)` destinations are the members at large of each city."""

    cities: list[places.City]
    units: list[Unit] = field(default_factory=list)
    destinations: list[Destination] = field(default_factory=list)

    def sort_units(self) -> None:
        """Put the units in the order of their ids: the fixed ones first, then by opening day."""
        fixed = [unit for unit in self.units if unit.kind not in ("branch", "group")]
        others = [unit for unit in self.units if unit.kind in ("branch", "group")]
        parents = {id(unit): self.units[unit.parent] for unit in others}
        self.units = fixed + sorted(others, key=lambda unit: (unit.opened, unit.kind, unit.name))
        places_in_list = {id(unit): index for index, unit in enumerate(self.units)}
        for unit in others:
            unit.parent = places_in_list[id(parents[id(unit)])]


def plan(timeline: Timeline, rng: np.random.Generator) -> Layout:
    """Lay out cities, units and destinations for the timeline's number of members."""
    members = int(timeline.members[-1])
    branch_count = min(400, round(members / 12.1))
    group_count = min(150, round(members / 20.5))
    layout = Layout(places.draw_cities(max(1, min(250, round(members * 0.152))), rng))
    _add_fixed_units(layout, timeline)
    branch_cities = min(len(layout.cities), max(1, round(branch_count * 0.58))) if branch_count else 0
    _add_members_at_large(layout, timeline, branch_cities, group_count, rng)
    _add_branches(layout, timeline, _branch_sizes(branch_count, 0.8 * members, rng), branch_cities, rng)
    _add_groups(layout, timeline, group_count, 0.135 * members, branch_cities, rng)
    _add_closed(layout, timeline, round(branch_count * 0.14), round(group_count * 0.12), rng)
    _add_campus_groups(layout, timeline, round(members / 100), rng)
    layout.sort_units()
    return layout


def _add_fixed_units(layout: Layout, timeline: Timeline) -> None:
    layout.units.append(Unit("Lantern League", "organisation", -1, timeline.founded))
    regions = {places.REGION_OF_STATE[city.state] for city in layout.cities}
    layout.units += [Unit(name, "region", 0, timeline.founded) for name in places.REGIONS if name in regions]
    last = len(timeline.starts) - 1
    for number, name in enumerate(COMMITTEES):
        opened = int(timeline.starts[min(last, 60 * number)])
        layout.units.append(Unit(name, "committee", 0, opened))
    layout.units.append(
        Unit("Newspaper Committee", "committee", 0, int(timeline.starts[24]), int(timeline.starts[120]))
    )


def _town(layout: Layout, city: int) -> str:
    name = layout.cities[city].name
    is_unique = sum(other.name == name for other in layout.cities) == 1
    return name if is_unique else f"{name} {layout.cities[city].state}"


def _region(layout: Layout, city: int) -> int:
    name = places.REGION_OF_STATE[layout.cities[city].state]
    return next(index for index, unit in enumerate(layout.units) if unit.name == name)


def _add_members_at_large(
    layout: Layout, timeline: Timeline, branch_cities: int, group_count: int, rng: np.random.Generator
) -> None:
    """Cities stand in the order branches, groups, members at large only: the last hold at least one member each."""
    total = 0.065 * float(timeline.members[-1])
    lone = max(0, len(layout.cities) - branch_cities - group_count)
    lone_weight = max(1.15, 0.8 * total / lone) if lone else 0.0
    rest = max(0.02 * total, total - lone * lone_weight) / max(1, len(layout.cities) - lone)
    for city in range(len(layout.cities)):
        is_lone = city >= len(layout.cities) - lone
        opens = 0 if city == 0 else timeline.month_of_share(float(rng.uniform(0.15, 0.97)))
        layout.destinations.append(Destination(city, opens, lone_weight if is_lone else rest))


def _branch_sizes(count: int, total: float, rng: np.random.Generator) -> Floats:
    """Return wanted members of `count` branches, largest first: around ten each, or a Zipf law where the mean is far larger."""
    if not count:
        return np.zeros(0)
    if total / count > 25:
        sizes = 1.0 / np.arange(1, count + 1) ** 0.8
    else:
        sizes = np.clip(rng.normal(8.6, 2.2, count), 5.5, 11.6)
        odd = max(1, round(count * 0.07))
        sizes[:odd] = rng.uniform(14.5, 18, odd)
        sizes[count - odd :] = rng.uniform(2.6, 4.3, odd)
    return np.asarray(-np.sort(-sizes * total / sizes.sum()), dtype=np.float64)


def _add_branches(
    layout: Layout, timeline: Timeline, sizes: Floats, branch_cities: int, rng: np.random.Generator
) -> None:
    """One branch for each branch city; the others go to the strongholds, a quarter of the branch cities."""
    count = len(sizes)
    if not count:
        return
    strongholds = max(1, round(branch_cities * 0.25))
    shares = 1.0 / (np.arange(strongholds) + 3.0)
    extra = rng.choice(strongholds, count - branch_cities, p=shares / shares.sum())
    cities = np.concatenate([np.arange(branch_cities), np.sort(extra)])
    number = np.array([int((cities[:place] == city).sum()) for place, city in enumerate(cities)])
    # Small and large stand anywhere, but the oldest branch of a city seldom is a small one.
    order = np.argsort(cities + 5.0 * number + rng.normal(0, 4.0, count), kind="stable")
    weights = sizes[np.argsort(np.argsort(rng.normal(0, 1, count) * 8 + np.arange(count), kind="stable"))]
    latest: dict[int, int] = {}
    for age, place in enumerate(order.tolist()):
        city = int(cities[place])
        opens = timeline.month_of_share(0.96 * (age + 0.3) / count) if age else 2
        if city in latest:
            opens = max(opens, layout.destinations[latest[city]].opens + 4)
        opens = min(opens, len(timeline.starts) - 2)
        latest[city] = _add_branch(layout, timeline, city, opens, float(weights[age]), latest.get(city, -1), rng)


def _add_branch(
    layout: Layout, timeline: Timeline, city: int, opens: int, weight: float, sister: int, rng: np.random.Generator
) -> int:
    """Open a branch out of its city's group or members at large, or, in a city that has one, out of the sister branch."""
    names = {unit.name for unit in layout.units}
    town = _town(layout, city)
    candidates = [town, *(f"{town} {quarter}" for quarter in QUARTERS), *(f"{town} {n}" for n in range(2, 400))]
    name = next(name for name in candidates if f"{name} Branch" not in names)
    region = _region(layout, city)
    source, share = (sister, 0.35) if sister >= 0 else (city, 1.0)
    if sister < 0 and opens > 20 and rng.random() < 0.7:
        began = opens - int(rng.integers(8, 20))
        group = Unit(f"{town} Group", "group", region, int(timeline.starts[began]), int(timeline.starts[opens]), city)
        layout.units.append(group)
        layout.destinations.append(Destination(city, began, min(weight, 4.0), group, opens, city))
        source = len(layout.destinations) - 1
    unit = Unit(f"{name} Branch", "branch", region, int(timeline.starts[opens]), OPEN, city)
    layout.units.append(unit)
    layout.destinations.append(Destination(city, opens, weight, unit, NEVER, source, share))
    _welcome_earlier(layout, city, opens)
    return len(layout.destinations) - 1


def _welcome_earlier(layout: Layout, city: int, opens: int) -> None:
    """Let a city have its first members at large some time before anything opens there."""
    at_large = layout.destinations[city]
    at_large.opens = min(at_large.opens, max(0, opens - 14))


def _add_groups(
    layout: Layout, timeline: Timeline, count: int, total: float, first_city: int, rng: np.random.Generator
) -> None:
    """Open groups are young: most began within the last three years, in cities that have no branch as long as there are such."""
    weights = rng.uniform(1.2, 4.6, count)
    last = len(timeline.starts) - 2
    for number, weight in enumerate((weights * total / max(weights.sum(), 1e-9)).tolist()):
        city = (first_city + number) % len(layout.cities)
        opens = last - int(min(rng.exponential(16), 90))
        town = _town(layout, city)
        taken = {unit.name for unit in layout.units}
        name = next(
            f"{town} {word} Group" for word in ("New", *QUARTERS, "Second") if f"{town} {word} Group" not in taken
        )
        if f"{town} Group" not in taken:
            name = f"{town} Group"
        unit = Unit(name, "group", _region(layout, city), int(timeline.starts[opens]), OPEN, city)
        layout.units.append(unit)
        layout.destinations.append(Destination(city, opens, weight, unit, NEVER, city))
        _welcome_earlier(layout, city, opens)


def _add_closed(layout: Layout, timeline: Timeline, branches: int, groups: int, rng: np.random.Generator) -> None:
    """Units that did not last: branches mostly lost in and after the crisis, groups at any time."""
    for kind, number in [("branch", number) for number in range(branches)] + [("group", n) for n in range(groups)]:
        city = int(rng.integers(len(layout.cities)))
        closes = int(rng.integers(112, 200)) if kind == "branch" else int(rng.integers(60, 290))
        opens = max(3, closes - int(rng.integers(30, 90) if kind == "branch" else rng.integers(9, 40)))
        name = f"{_town(layout, city)} First {kind.title()}"
        if any(unit.name == name for unit in layout.units):
            name = f"{name} {number + 2}"
        unit = Unit(name, kind, _region(layout, city), int(timeline.starts[opens]), int(timeline.starts[closes]), city)
        layout.units.append(unit)
        weight = (6.0 if kind == "branch" else 3.0) * max(1.0, float(timeline.members[-1]) / 600)
        layout.destinations.append(Destination(city, opens, weight, unit, closes, city, 1.0, city))
        _welcome_earlier(layout, city, opens)


def _add_campus_groups(layout: Layout, timeline: Timeline, count: int, rng: np.random.Generator) -> None:
    """Groups of students below a branch: nobody stands there at first hand, so that they are no destination."""
    branches = [index for index, unit in enumerate(layout.units) if unit.kind == "branch" and unit.closed == OPEN]
    latest = int(timeline.starts[-8])
    for index in rng.permutation(np.array(branches, dtype=np.int64))[: min(count, 40)].tolist():
        branch = layout.units[index]
        if branch.opened < latest:
            opened = int(rng.integers(max(branch.opened, latest - 1500), latest))
            name = branch.name.removesuffix("Branch") + "Campus Group"
            layout.units.append(Unit(name, "group", index, opened, OPEN, branch.city, is_campus=True))

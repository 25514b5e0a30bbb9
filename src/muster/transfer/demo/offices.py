"""Who does what in a demo organisation: roles held in turn, second placements, qualifications."""

import numpy as np

from muster.transfer.demo.history import Spells
from muster.transfer.demo.layout import Layout, Unit
from muster.transfer.demo.roll import Roll
from muster.transfer.demo.timeline import OPEN, Ints, Timeline

ROLES = {
    "branch": ["branch organiser", "treasurer", "education organiser", "press organiser"],
    "group": ["group organiser"],
    "region": ["regional organiser"],
    "organisation": ["national organiser", "national treasurer"],
}
ROLE_NAMES = sorted({role for roles in ROLES.values() for role in roles} | {"chair"})
QUALIFICATIONS = ["education", "first aid", "organiser", "treasurer"]
ORGANISER = 2
# Days after which a qualification must be renewed; the others hold for good.
VALID_DAYS = {"first aid": 1095}


def draw_second_placements(layout: Layout, roll: Roll, timeline: Timeline, rng: np.random.Generator) -> Spells:
    """
    Draw the placements beside the home branch: students in a campus group, and the seats of the committees.

    Each lies within one primary placement of the same person and within the open time of the unit.
    """
    held = roll.member_placements
    units, order = _rows_by_unit(layout, held)
    parts = [(np.zeros(0, dtype=np.int64),) * 4]
    for index, unit in enumerate(layout.units):
        if unit.is_campus:
            rows, share, limit = order[units[unit.parent] : units[unit.parent + 1]], 0.45, 40
        elif unit.kind == "committee":
            rows, share, limit = np.arange(len(held.person)), 1.0, 24
        else:
            continue
        start = np.maximum(held.start[rows] + 20, unit.opened)
        end = np.minimum(np.minimum(held.end[rows], unit.closed), start + rng.integers(700, 2000, len(rows)))
        end = np.where(end > timeline.until, np.minimum(held.end[rows], unit.closed), end)
        chosen = np.flatnonzero((start + 90 < end) & (start < timeline.until) & (rng.random(len(rows)) < share))
        chosen = rng.permutation(chosen)[:limit]
        # Once per person and unit: the same student's second spell there could touch the first.
        chosen = chosen[np.unique(held.person[rows[chosen]], return_index=True)[1]]
        parts.append((held.person[rows[chosen]], np.full(len(chosen), index), start[chosen], end[chosen]))
    return Spells.joined(parts)


def draw_roles(
    layout: Layout, roll: Roll, second: Spells, timeline: Timeline, rng: np.random.Generator
) -> tuple[Ints, Spells]:
    """Draw the holders of each role, one after the other; return the index into `ROLE_NAMES` of each row, and the rows."""
    held = roll.member_placements
    units, order = _rows_by_unit(layout, held)
    trained = np.full(len(roll.city), OPEN, dtype=np.int64)
    np.minimum.at(trained, roll.trained.person, roll.trained.start)
    found: list[tuple[int, int, int, int, int]] = []
    for index, unit in enumerate(layout.units):
        if unit.kind == "committee":
            own = Spells(*(column[second.what == index] for column in second.columns()))
            found += _draw_holders(index, unit, "chair", own, trained, timeline, rng)
            continue
        rows = np.arange(len(held.person))
        if unit.kind == "region":
            below = [place for place, other in enumerate(layout.units) if other.parent == index]
            rows = np.concatenate([order[units[place] : units[place + 1]] for place in below] or [rows[:0]])
        elif unit.kind != "organisation":
            rows = order[units[index] : units[index + 1]]
        own = Spells(*(column[rows] for column in held.columns()))
        for role in ROLES[unit.kind] if not unit.is_campus else []:
            found += _draw_holders(index, unit, role, own, trained, timeline, rng)
    table = np.array(found, dtype=np.int64).reshape(-1, 5)
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 3], table[:, 0]))]
    return table[:, 2], Spells(table[:, 0], table[:, 1], table[:, 3], table[:, 4])


def draw_qualifications(roll: Roll, timeline: Timeline, rng: np.random.Generator) -> tuple[Ints, Spells]:
    """Draw who is trained in what; return the index into `QUALIFICATIONS` of each row, and the rows."""
    members = roll.members
    first = np.unique(members.person, return_index=True)[1]
    parts = [(roll.trained.person, roll.trained.what + ORGANISER, roll.trained.start, roll.trained.end)]
    for code, share in [(0, 0.14), (1, 0.06), (3, 0.07)]:
        start = members.start[first] + rng.integers(150, 1500, len(first))
        valid = VALID_DAYS.get(QUALIFICATIONS[code])
        chosen = np.minimum(members.end[first], timeline.until) > start
        chosen &= rng.random(len(first)) < share / 0.7
        days = start[chosen]
        parts.append((members.person[first[chosen]], days * 0 + code, days, days + valid if valid else days * 0 + OPEN))
    found = Spells.joined(parts)
    order = np.lexsort((found.what, found.start, found.person))
    return found.what[order], Spells(*(column[order] for column in found.columns()))


def _rows_by_unit(layout: Layout, placements: Spells) -> tuple[list[int], Ints]:
    """Return bounds and an order: rows of unit i are `order[bounds[i]:bounds[i + 1]]`."""
    order = np.argsort(placements.what, kind="stable")
    bounds = np.searchsorted(placements.what[order], np.arange(len(layout.units) + 1))
    return bounds.tolist(), order


def _draw_holders(
    index: int, unit: Unit, role: str, own: Spells, trained: Ints, timeline: Timeline, rng: np.random.Generator
) -> list[tuple[int, int, int, int, int]]:
    """Draw terms of one to three years, each within a placement of its holder, with a vacancy now and then."""
    found: list[tuple[int, int, int, int, int]] = []
    day = unit.opened + int(rng.integers(0, 120))
    while day < min(unit.closed, timeline.until):
        there = np.flatnonzero((own.start <= day) & (day < own.end))
        if not len(there):
            day += 150
            continue
        able = there[trained[own.person[there]] <= day]
        if len(able) and rng.random() < 0.8:
            there = able
        row = int(there[int(rng.integers(len(there)))])
        last = min(int(own.end[row]), unit.closed)
        end = min(last, day + int(rng.integers(360, 1100)))
        end = last if end > timeline.until else end
        found.append((int(own.person[row]), index, ROLE_NAMES.index(role), day, end))
        day = end + (int(rng.integers(30, 260)) if rng.random() < 0.25 else 0)
    return found

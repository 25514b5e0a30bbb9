"""Definitions of the balance sheet, in the words of docs/balance-sheet.md."""

from datetime import date

import numpy as np

from muster.reports.calc import cities, days, goals
from muster.reports.calc.history import (
    History,
    Stays,
    by_month,
    everyone,
    history,
    milestones,
    placed,
    sums_by_month,
    while_also,
)
from muster.reports.calc.records import NOWHERE, Ints, Options, Records
from muster.reports.calc.sheet import (
    BalanceSheet,
    Branch,
    Inquiries,
    Members,
    Organisers,
    Recruitment,
    UnitFigures,
    UnitName,
)
from muster.reports.calc.sizes import SIZE_CLASSES
from muster.reports.calc.snapshot import Snapshot, snapshot
from muster.reports.calc.tree import Scope


def balance_sheet(records: Records, unit: int, on: date, options: Options | None = None) -> BalanceSheet:
    """
    Draw up the balance sheet of a unit on a day.

    :param unit: index into the units of the records, NOWHERE where there are none; the root stands for everyone, placed or not
    :returns: the whole sheet; every part is there, empty where there is nothing. A million people take some 0.1 s
    """
    options = options or Options()
    scope, day = Scope.of(records.units, unit), days.number(on)
    whole = everyone(records.members, records.people)
    stays = whole if scope.whole else placed(whole, records.placements, scope.inside, records.people)
    seen, now = history(stays, day), snapshot(records, scope, day)
    counts = cities.count(records, now)
    yard = goals.Yard(records, whole, now.home, day)
    return BalanceSheet(
        unit=UnitName("", "") if unit == NOWHERE else UnitName(records.units.id[unit], records.units.name[unit]),
        is_whole=scope.whole,
        as_of=on,
        step=options.step,
        members=_members(seen, on, len(now.person), options.step),
        places=cities.places_of(records, scope, now, counts, options),
        units=_units(records, now, counts),
        recruitment=Recruitment(_joined_per_month(seen, on)),
        inquiries=_inquiries(records.inquiries.day[now.asked], on),
        organisers=_organisers(records, stays, seen, now, on),
        potential=cities.potential(counts, options),
        goals=tuple(
            goals.progress(yard, goal)
            for goal in sorted(records.goals, key=lambda goal: (goal.due_on, goal.unit, goal.measure, goal.start_on))
            if scope.inside[goal.unit]
        ),
    )


def _members(seen: History, on: date, total: int, step: int) -> Members:
    year_ago, today = days.number(days.year_before(on)), days.number(on)
    left = seen.sums(seen.left, year_ago + 1, today)
    month_ends = [seen.on(end) for _, _, end in days.months(days.months_back(on, 11), on)]
    most = int(seen.count.max(initial=0))
    return Members(
        total=total,
        by_month=by_month(seen),
        joined_by_month=sums_by_month(seen, seen.joined),
        left_by_month=sums_by_month(seen, seen.left),
        milestones=milestones(seen, step),
        turnover_12_months=share(left * len(month_ends), sum(month_ends)),
        joined_12_months=seen.sums(seen.joined, year_ago + 1, today),
        left_12_months=left,
        most=most,
        most_on=days.day(seen.first + int(np.argmax(seen.count == most))) if most else None,
    )


def _units(records: Records, now: Snapshot, counts: cities.Counts) -> UnitFigures:
    sizes = np.bincount(now.unit[now.unit != NOWHERE], minlength=len(records.units.id))
    branches = [
        Branch(records.units.id[unit], records.units.name[unit], int(sizes[unit]))
        for unit in np.flatnonzero(now.branches).tolist()
    ]
    branches.sort(key=lambda branch: (-branch.members, branch.name, branch.id))
    total, in_branches, in_groups = len(now.person), int(now.in_branch.sum()), int(now.in_group.sum())
    return UnitFigures(
        branches_open=len(branches),
        groups_open=int(now.groups.sum()),
        cities_with_several_branches=int((counts.branches > 1).sum()),
        branches=tuple(branches),
        size_classes=_size_classes(sizes[now.branches]),
        members_in_branches=in_branches,
        members_in_groups=in_groups,
        members_at_large=total - in_branches - in_groups,
        share_outside_branches=share(total - in_branches, total),
    )


def _size_classes(sizes: Ints) -> dict[str, int]:
    most = np.iinfo(np.int64).max
    return {
        name: int(((sizes >= least) & (sizes < (most if end is None else end))).sum())
        for name, (least, end) in SIZE_CLASSES.items()
    }


def _joined_per_month(seen: History, on: date) -> dict[str, float]:
    if not len(seen.count):
        return {}
    joined = {}
    for year in range(days.day(seen.first).year, on.year + 1):
        begin, end = days.number(date(year, 1, 1)), days.number(date(year, 12, 31))
        months = on.month if year == on.year else 12
        joined[f"{year:04}"] = round(seen.sums(seen.joined, begin, end) / months, 2)
    return joined


def _inquiries(received: Ints, on: date) -> Inquiries:
    today = days.number(on)
    received = received[received <= today]
    if not len(received):
        return Inquiries({}, 0.0, 0.0)
    first = int(received.min())
    daily = np.bincount(received - first)
    by_month = {
        name: int(daily[max(begin - first, 0) : max(end + 1 - first, 0)].sum())
        for name, begin, end in days.months(days.day(first), on)
    }

    def per_week(last: int) -> float:
        return round(int(daily[max(last - 89 - first, 0) : max(last + 1 - first, 0)].sum()) * 7 / 90, 2)

    return Inquiries({name: count for name, count in by_month.items() if count}, per_week(today), per_week(today - 90))


def _organisers(records: Records, stays: Stays, seen: History, now: Snapshot, on: date) -> Organisers:
    with_organiser = np.zeros(len(records.units.id) + 1, dtype=np.bool_)
    with_organiser[now.unit[now.is_organiser]] = True
    total = int(now.is_organiser.sum())
    trained = history(while_also(stays, records.organisers, records.people), seen.until)
    by_year = {}
    for year in range(days.day(seen.first).year, on.year + 1) if len(seen.count) else ():
        day = min(days.number(date(year, 12, 31)), seen.until)
        by_year[f"{year:04}"] = _each(seen.on(day), trained.on(day))
    return Organisers(
        total=total,
        members_per_organiser=_each(len(now.person), total),
        branches_without_organiser=int((now.branches & ~with_organiser[:-1]).sum()),
        members_per_organiser_by_year=by_year,
    )


def _each(members: int, organisers: int) -> float | None:
    return round(members / organisers, 2) if organisers else None


def share(part: int, whole: int) -> float:
    """Return part / whole to 4 places; 0 of nothing is 0."""
    return round(part / whole, 4) if whole else 0.0

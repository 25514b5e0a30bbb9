"""Who stands where on one day."""

from dataclasses import dataclass

import numpy as np

from muster.reports.calc.records import NOWHERE, Bools, Ints, Records
from muster.reports.calc.tree import Scope


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The members of a scope on one day, shape (members,).

    :ivar unit: index of the primary placement's unit, or NOWHERE
    :ivar city: index into the cities of the records, or NOWHERE
    :ivar in_branch, in_group: some placement is in an open unit of the kind; `in_group` only where not in a branch
    :ivar is_organiser: holds the qualification
    :ivar branches, groups: shape (units,), the open ones of the scope
    :ivar asked: shape (inquiries,), whether the inquiry belongs to the scope, and counts there
    :ivar home: shape (people + 1,), unit of everyone's primary placement
    """

    person: Ints
    unit: Ints
    city: Ints
    in_branch: Bools
    in_group: Bools
    is_organiser: Bools
    branches: Bools
    groups: Bools
    asked: Bools
    home: Ints


def snapshot(records: Records, scope: Scope, day: int) -> Snapshot:
    """Find the members of a scope on a day, and where they are."""
    units, placements = records.units, records.placements
    holds = placements.on(day)
    home = np.full(records.people + 1, NOWHERE, dtype=np.int32)
    primary = holds & placements.primary
    home[placements.person[primary]] = placements.unit[primary]

    person = records.members.person[records.members.on(day)]
    everything = np.ones(len(records.inquiries.person), dtype=np.bool_)
    asked = everything if scope.whole else scope.inside[home[records.inquiries.person]]
    if not scope.whole:
        person = person[scope.inside[home[person]]]
    unit = home[person]

    open_branches, open_groups = units.open_of_kind("branch", day), units.open_of_kind("group", day)

    def placed_in(chosen: Bools) -> Bools:
        flags = np.zeros(records.people, dtype=np.bool_)
        flags[placements.person[holds & chosen[placements.unit]]] = True
        return flags[person]

    trained = np.zeros(records.people, dtype=np.bool_)
    trained[records.organisers.person[records.organisers.on(day)]] = True
    own_city = records.person_city[person]
    in_branch = placed_in(open_branches)
    return Snapshot(
        person=person,
        unit=unit,
        city=np.where(own_city == NOWHERE, np.append(units.city, NOWHERE)[unit], own_city),
        in_branch=in_branch,
        in_group=placed_in(open_groups) & ~in_branch,
        is_organiser=trained[person],
        branches=open_branches & scope.inside[:-1],
        groups=open_groups & scope.inside[:-1],
        asked=records.inquiries.once(asked),
        home=home,
    )

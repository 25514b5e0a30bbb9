"""The records of a report as arrays, by the queries of the apps they belong to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.access.actor import Actor
from muster.contacts.queries import inquiries as contacts
from muster.people.queries import arrays as people
from muster.planning import queries as planning
from muster.reports import kept
from muster.reports.calc import days
from muster.reports.calc.goals import MEASURES
from muster.reports.calc.records import NOWHERE, CityName, Goal, Inquiries, Placements, Records, Spells, Units
from muster.units import queries as units

# A table by person id may be this much longer than there are people; beyond, they are numbered anew.
_SPARSE = 4


def records(actor: Actor, unit_id: int | None, *, until: date) -> tuple[Records, int]:
    """
    Load what the balance sheet of a unit is reckoned from, up to a day; eleven queries.

    Of many people they are kept as long as nobody changes anything: then three.

    :param unit_id: None for the whole organisation
    :returns: the records and the index of the unit in them (NOWHERE where nothing is founded yet)
    """

    tree = actor.tree or units.load_tree()
    inside = None if unit_id is None or unit_id == tree.root_id else tree.below([unit_id])
    found, index = kept.kept(_reach(actor, inside), until, lambda: _load(actor, inside, until), sees=_sees(actor))
    return replace(found, goals=_goals(actor, index)), index.get(unit_id or tree.root_id or 0, NOWHERE)


def _reach(actor: Actor, inside: frozenset[int] | None) -> frozenset[int] | None:
    """Return the units whose people are counted, None for everybody."""
    if actor.has_whole(people.PERMISSION):
        return inside
    return (inside or frozenset()) & actor.units_for(people.PERMISSION)


def _sees(actor: Actor) -> kept.Sees:
    """Return what decides of whom the actor is told where they live now."""
    return None if actor.has_whole(people.PERMISSION) else (actor.units_for(people.PERMISSION), actor.on)


def _load(actor: Actor, inside: frozenset[int] | None, until: date) -> tuple[Records, dict[int, int]]:
    """Load the records without goals, and the index of each unit in them by its id."""
    member = people.member_spells(actor, inside, until=until)
    placement = people.placement_spells(actor, inside, until=until)
    trained = people.qualification_spells(actor, inside, qualification="organiser", until=until)
    asked = contacts.inquiries_received(actor, inside, until=until)
    homes = people.cities(actor, inside, until=until)
    numbers = _Numbers([member[0], placement[0], trained[0], asked[1]], [person for person, *_ in homes])
    rows = list(units.units().order_by("pk"))
    index = {unit.pk: place for place, unit in enumerate(rows)}
    city_index: dict[tuple[str, str, str], int] = {}
    person_city = numbers.table([person for person, *_ in homes], _coded(homes, city_index))
    loaded_units = _units(rows, _called(rows, _reach(actor, inside)), index, city_index)
    found = Records(
        people=numbers.count,
        members=Spells(numbers.of(member[0]), _small(member[1]), _small(member[2])),
        placements=Placements(
            person=numbers.of(placement[0]),
            begin=_small(placement[1]),
            end=_small(placement[2]),
            unit=_small(np.searchsorted(np.array(list(index), dtype=np.int64), placement[3])),
            primary=placement[4].astype(np.bool_),
        ),
        organisers=Spells(numbers.of(trained[0]), _small(trained[1]), _small(trained[2])),
        person_city=person_city,
        units=loaded_units,
        cities=tuple(CityName(*name) for name in city_index),
        inquiries=Inquiries(_small(asked[0]), numbers.of(asked[1]), asked[2]),
    )
    return found, index


def _units(
    rows: list[Any], called: Mapping[int, str], index: Mapping[int, int], city_index: dict[tuple[str, str, str], int]
) -> Units:

    def whole(values: Iterable[int]) -> NDArray[np.int32]:
        return np.fromiter(values, dtype=np.int32, count=len(rows))

    def degrees(values: Iterable[float | None]) -> NDArray[np.float64]:
        return np.fromiter((np.nan if value is None else value for value in values), dtype=np.float64, count=len(rows))

    named = [(unit.pk, unit.city, unit.region, unit.country) for unit in rows]
    return Units(
        id=tuple(called[unit.pk] for unit in rows),
        name=tuple(unit.name for unit in rows),
        kind=tuple(unit.kind.code for unit in rows),
        parent=whole(index.get(unit.parent_id, NOWHERE) for unit in rows),
        opened=whole(days.number(unit.opened_on) if unit.opened_on else days.ALWAYS for unit in rows),
        closed=whole(days.number(unit.closed_on) if unit.closed_on else days.OPEN for unit in rows),
        city=whole(_coded(named, city_index)),
        latitude=degrees(unit.latitude for unit in rows),
        longitude=degrees(unit.longitude for unit in rows),
        former=tuple((index[was.unit_id], was.kind.code, days.number(was.until_on)) for was in units.former_kinds()),
    )


def _called(rows: list[Any], reach: frozenset[int] | None) -> dict[int, str]:
    """
    Return what the sending system calls each unit (as the exchange folder does), its own id where there is none.

    :param reach: what units outside of these are called does not count; None for all
    """
    called: dict[int, str] = {}
    shared: dict[str, int] = {}
    others = list(units.external_ids([unit.pk for unit in rows if reach is None or unit.pk in reach]))
    for other in others:
        shared[other.value] = shared.get(other.value, 0) + 1
    for other in sorted(others, key=lambda other: (other.source != "folder", other.source, other.pk)):
        if other.source == "folder" or shared[other.value] == 1:
            called.setdefault(other.unit_id, other.value)
    return {unit.pk: called.get(unit.pk, unit.ref) for unit in rows}


def _coded(rows: list[tuple[int, str, str, str]], index: dict[tuple[str, str, str], int]) -> list[int]:
    """Return the number of each row's city, numbering new ones as they come; -1 for no city."""
    return [index.setdefault((city, region, country), len(index)) if city else -1 for _, city, region, country in rows]


def _goals(actor: Actor, index: Mapping[int, int]) -> tuple[Goal, ...]:
    return tuple(
        Goal(index[goal.unit_id], goal.measure, goal.start_on, goal.due_on, goal.start_value, goal.target, goal.pk)
        for goal in planning.goals(actor)
        if goal.measure in MEASURES
    )


def _small(array: NDArray[Any]) -> NDArray[np.int32]:
    # Half the size: the calculation is bound by memory.
    return array.astype(np.int32)


class _Numbers:
    """People numbered from 0: by their ids as they are while those lie close together, else by rank."""

    def __init__(self, arrays: list[NDArray[np.int64]], more: list[int]) -> None:
        arrays = [*arrays, np.array(more, dtype=np.int64)]
        highest = max((int(array.max()) for array in arrays if len(array)), default=-1)
        self._known: NDArray[np.int64] | None = None
        self.count = highest + 1
        if self.count > _SPARSE * max(len(array) for array in arrays) + 1000:
            known = np.unique(np.concatenate(arrays))
            self._known = known[known >= 0]
            self.count = len(self._known)

    def of(self, ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the numbers of these people; -1, for nobody, stays."""
        if self._known is not None:
            ids = np.where(ids < 0, ids, np.searchsorted(self._known, ids))
        return ids.astype(np.int32)

    def table(self, people: list[int], values: list[int]) -> NDArray[np.int32]:
        """Return an array by number with these values, -1 for everybody else."""
        filled = np.full(self.count, -1, dtype=np.int32)
        filled[self.of(np.array(people, dtype=np.int64))] = values
        return filled

"""Write a demo organisation as an exchange folder: the same seed and day give the same bytes."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from muster.core.sheets.fields import TABLES
from muster.transfer.demo import goals, inquiries, layout, offices, persons, routing
from muster.transfer.demo.history import REASONS, Spells, simulate
from muster.transfer.demo.names import pools
from muster.transfer.demo.roll import STANDINGS, make_roll
from muster.transfer.demo.timeline import OPEN, Ints, as_text, make_timeline

MEMBER_SHARE = 0.405
# What was done for contacts is made by an account, when the demo begins (`workflows.demo`); nothing was another kind before.
FOLLOW_UP = ("unit_kinds", "meetings", "cases", "stages", "conversations", "assessments", "applications")
UNIT_HEADER = (
    "unit", "name", "kind", "parent", "opened_on", "closed_on", "city", "region", "postcode", "country", "latitude",
    "longitude",
)  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """
    :ivar members: members on the last day
    :ivar branches, groups: units of these kinds open on the last day
    :ivar rows: file name → rows below the header
    """

    people: int
    members: int
    branches: int
    groups: int
    rows: dict[str, int]


def write_folder(folder: Path, *, people: int = 1500, seed: int = 1, until: date) -> Summary:
    """
    Write the files of an exchange folder, made up from `seed`, with 25 years of history up to `until`.

    :param folder: created if missing; files of the same names are replaced
    :param people: at least 1; about four in ten are members on the last day
    :raises ValueError: `people` is below 1
    """
    if people < 1:
        raise ValueError("A demo organisation needs at least one person.")
    rng = np.random.default_rng(seed)
    timeline = make_timeline(until, max(1, round(MEMBER_SHARE * people)), rng)
    plan = layout.plan(timeline, rng)
    roll = make_roll(people, simulate(plan, timeline, people - people // 4, rng), plan, timeline, rng)
    is_large = people > persons.LARGE
    everyone = persons.make_persons(roll.city, roll.first, plan.cities, pools(), seed, rng, is_large=is_large)
    days, writers = inquiries.draw_days(roll, timeline, rng)
    second = offices.draw_second_placements(plan, roll, timeline, rng)
    role, roles = offices.draw_roles(plan, roll, second, timeline, rng)
    kind, trained = offices.draw_qualifications(roll, timeline, rng)
    targets = goals.make_goals(plan, roll, days, timeline, rng)

    folder.mkdir(parents=True, exist_ok=True)
    placements = Spells.joined([item.columns() for item in (roll.member_placements, roll.contact_placements, second)])
    is_second = np.repeat(
        [0, 0, 1], [len(roll.member_placements.person), len(roll.contact_placements.person), len(second.person)]
    )
    order = np.lexsort((placements.what, placements.start, placements.person))
    placements, is_second = Spells(*(column[order] for column in placements.columns())), is_second[order]
    units = [f"U{number + 1:04d}" for number in range(len(plan.units))]
    messages = inquiries.rows(days, writers, everyone, rng)
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "units": (UNIT_HEADER, _unit_rows(plan, units)),
        "people": (persons.HEADER, everyone.rows()),
        "standings": (
            ["person", "standing", "from", "to", "reason"],
            _spell_rows(everyone, roll.standings, [(STANDINGS, roll.standing)], [(REASONS, roll.standings.what)]),
        ),
        "placements": (
            ["person", "unit", "from", "to", "primary"],
            _spell_rows(everyone, placements, [(units, placements.what)], [(["yes", "no"], is_second)]),
        ),
        "roles": (
            ["person", "unit", "role", "from", "to"],
            _spell_rows(everyone, roles, [(units, roles.what), (offices.ROLE_NAMES, role)], []),
        ),
        "qualifications": (
            ["person", "qualification", "from", "to"],
            _spell_rows(everyone, trained, [(offices.QUALIFICATIONS, kind)], []),
        ),
        "inquiries": (inquiries.HEADER, routing.sent(messages, plan, units, timeline.until)),
        "goals": (["unit", "measure", "start_on", "due_on", "start_value", "target"], _goal_rows(targets, units)),
        **{kind: (list(TABLES[kind]), ()) for kind in FOLLOW_UP},
    }
    rows = {f"{name}.csv": _write(folder / f"{name}.csv", *table) for name, table in tables.items()}
    open_kinds = [unit.kind for unit in plan.units if unit.opened <= timeline.until < unit.closed]
    members = int((roll.members.end == OPEN).sum())
    return Summary(people, members, open_kinds.count("branch"), open_kinds.count("group"), rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write one file and return its number of rows; nothing but the row at hand is kept."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _spell_rows(
    everyone: persons.Persons,
    spells: Spells,
    before: list[tuple[list[str], Ints]],
    after: list[tuple[list[str], Ints]],
) -> Iterator[tuple[str, ...]]:
    """Yield person, the words `before`, from, to, the words `after`; words are a list and an index into it for each row."""
    for begin in range(0, len(spells.person), persons.CHUNK):
        part = slice(begin, begin + persons.CHUNK)
        yield from zip(
            everyone.refs(spells.person[part]),
            *([words[index] for index in indexes[part].tolist()] for words, indexes in before),
            as_text(spells.start[part]),
            as_text(spells.end[part]),
            *([words[index] for index in indexes[part].tolist()] for words, indexes in after),
            strict=True,
        )


def _unit_rows(plan: layout.Layout, units: list[str]) -> Iterator[list[str]]:
    for unit, ref in zip(plan.units, units, strict=True):
        city = plan.cities[unit.city] if unit.city >= 0 else None
        days = as_text(np.array([unit.opened, unit.closed]))
        place = [city.name, city.state, city.postcode, "US", city.latitude, city.longitude] if city else [""] * 6
        yield [ref, unit.name, unit.kind, units[unit.parent] if unit.parent >= 0 else "", *days, *place]


def _goal_rows(targets: list[goals.Goal], units: list[str]) -> Iterator[list[object]]:
    for goal in targets:
        days = as_text(np.array([goal.start_on, goal.due_on]))
        yield [units[goal.unit], goal.measure, *days, goal.start_value, goal.target]

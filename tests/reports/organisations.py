"""Organisations as lists of dicts, named like the columns of the exchange folder: random ones, and ones made for a case."""

from datetime import date
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import strategies as st

from muster.reports.calc import days
from muster.reports.calc.records import CityName, Goal, Inquiries, Placements, Records, Spells, Units

# Two cities of one name, one the gazetteer does not know, one abroad, one unknown.
CITIES = [
    ("Portland", "OR", "US"), ("Portland", "ME", "US"), ("Salem", "OR", "US"), ("Nowhere Hollow", "OR", "US"),
    ("Vancouver", "BC", "CA"), ("", "", ""),
]  # fmt: skip
MEASURES = ["members", "branches", "groups", "organisers", "recruits", "inquiries"]


def unit(name, kind, parent, city=("", "", ""), opened=None, closed=None, point=(None, None), was=()):
    return {
        "unit": name, "name": f"The {name}", "kind": kind, "parent": parent, "opened_on": opened, "closed_on": closed,
        "city": city[0], "region": city[1], "country": city[2], "latitude": point[0], "longitude": point[1],
        "was": [{"kind": kind, "until": until} for kind, until in was],
    }  # fmt: skip


def person(name, city=("", "", "")):
    return {"person": name, "city": city[0], "region": city[1], "country": city[2]}


def spell(who, begin, end=None, **more):
    return {"person": who, "from": begin, "to": end, **more}


def place(who, where, begin, end=None, primary=True):
    return spell(who, begin, end, unit=where, primary=primary)


def goal(where, measure, start, due, start_value, target):
    return {
        "unit": where, "measure": measure, "start_on": start, "due_on": due, "start_value": start_value, "target": target,
    }  # fmt: skip


def organisation(**parts):
    kinds = ("units", "people", "members", "placements", "organisers", "inquiries", "goals")
    return {kind: parts.get(kind, []) for kind in kinds}


# Random ones: Hypothesis draws how large they are and one seed, so that even small ones are full of odd cases.

# Few days, so that much falls on the same one: neighbours, ends of months, a leap day, the ends of windows before 2024-02-29.
DAYS = [
    date(2022, 12, 31), date(2023, 1, 1), date(2023, 2, 28), date(2023, 3, 1), date(2023, 3, 31), date(2023, 6, 15),
    date(2023, 6, 16), date(2023, 9, 2), date(2023, 12, 1), date(2023, 12, 2), date(2023, 12, 3), date(2024, 1, 31),
    date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1),
]  # fmt: skip
a_day = st.sampled_from(DAYS)


@st.composite
def organisations(draw):
    """An organisation of up to 9 units and 25 people."""
    return by_chance(Random(draw(st.integers(0, 2**32))), draw(st.integers(0, 8)), draw(st.integers(0, 25)))


def by_chance(chance, size, crowd):
    """An organisation of 1 + `size` units and `crowd` people."""
    made = organisation(units=_tree(chance, size))
    names = [u["unit"] for u in made["units"]]
    for number in range(crowd):
        who = f"p{number}"
        made["people"].append(person(who, chance.choice([*CITIES, ("", "", ""), ("", "", "")])))
        made["members"] += [spell(who, *days) for days in _apart(chance)]
        made["organisers"] += [spell(who, *days) for days in _apart(chance)]
        made["placements"] += _placements(chance, who, names)
    askers = [None, *(p["person"] for p in made["people"])]
    for received_on in sorted(chance.choice(DAYS) for _ in range(chance.randrange(12))):
        # What goes with an earlier one: left where somebody is known, or a late answer.
        firsts = [place for place, one in enumerate(made["inquiries"]) if one["part_of"] is None]
        part_of = chance.choice([None, *firsts])
        made["inquiries"].append({"received_on": received_on, "person": chance.choice(askers), "part_of": part_of})
    for where, measure in {(chance.choice(names), chance.choice(MEASURES)) for _ in range(4)}:
        start, due = sorted(chance.sample(DAYS, 2))
        made["goals"].append(goal(where, measure, start, due, chance.randrange(3), chance.randrange(6)))
    return made


def _tree(chance, size):
    found = [unit("org", "organisation", "")]
    for number in range(size):
        above = chance.choice([u["unit"] for u in found if u["kind"] in ("organisation", "region", "branch")])
        opened, closed = sorted(chance.sample(DAYS, 2))
        found.append(
            unit(
                f"u{number}",
                chance.choice(["region", "branch", "branch", "group", "group", "committee"]),
                above,
                chance.choice(CITIES),
                chance.choice([None, opened]),
                chance.choice([None, None, closed]),
                chance.choice([(None, None), (40.7, -74.0)]),
                [
                    (chance.choice(["group", "group", "branch", "committee"]), day)
                    for day in sorted(chance.sample(DAYS, chance.choice([0, 0, 1, 2])))
                ],
            )
        )
    return found


def _apart(chance):
    """Spells that never overlap; many of them touch, and some go on."""
    cuts = sorted(chance.sample(DAYS, chance.choice([0, 1, 1, 2, 3, 4])))
    return [days for days in pairwise([*cuts, None]) if chance.random() < 0.7]


def _placements(chance, who, names):
    """Moves from home to home, and besides, some of the time, a second unit."""
    homes = [place(who, chance.choice(names), *days) for days in _apart(chance)]
    others = [name for name in names if name not in {home["unit"] for home in homes}]
    second = chance.choice([None, *others])
    return homes + [place(who, second, *days, False) for days in _apart(chance) if second]


def _message(inquiries, place):
    """Return the place of the first of those that are one message, -1 for one alone."""
    first = inquiries[place].get("part_of")
    if first is not None:
        return first
    return place if place in {one.get("part_of") for one in inquiries} else -1


# To arrays


def records(made):
    """Return the same organisation as the arrays that the calculation takes."""
    units, people = made["units"], [p["person"] for p in made["people"]]
    names = [u["unit"] for u in units]
    named = {CityName(row["city"], row["region"], row["country"]) for row in [*units, *made["people"]] if row["city"]}
    cities = sorted(named)

    def city(row):
        return cities.index(CityName(row["city"], row["region"], row["country"])) if row["city"] else -1

    def ints(values):
        return np.array(list(values), dtype=np.int32)

    def columns(rows):
        return {
            "person": ints(people.index(row["person"]) for row in rows),
            "begin": ints(days.number(row["from"]) for row in rows),
            "end": ints(days.number(row["to"]) if row["to"] else days.OPEN for row in rows),
        }

    def degrees(name):
        return np.array([np.nan if u[name] is None else u[name] for u in units], dtype=np.float64)

    return Records(
        people=len(people),
        members=Spells(**columns(made["members"])),
        placements=Placements(
            **columns(made["placements"]),
            unit=ints(names.index(row["unit"]) for row in made["placements"]),
            primary=np.array([row["primary"] for row in made["placements"]], dtype=np.bool_),
        ),
        organisers=Spells(**columns(made["organisers"])),
        person_city=ints(city(row) for row in made["people"]),
        cities=tuple(cities),
        units=Units(
            id=tuple(names),
            name=tuple(u["name"] for u in units),
            kind=tuple(u["kind"] for u in units),
            parent=ints(names.index(u["parent"]) if u["parent"] else -1 for u in units),
            opened=ints(days.number(u["opened_on"]) if u["opened_on"] else days.ALWAYS for u in units),
            closed=ints(days.number(u["closed_on"]) if u["closed_on"] else days.OPEN for u in units),
            city=ints(city(u) for u in units),
            latitude=degrees("latitude"),
            longitude=degrees("longitude"),
            former=tuple(
                (place, was["kind"], days.number(was["until"]))
                for place, u in enumerate(units)
                for was in sorted(u["was"], key=lambda was: was["until"])
            ),
        ),
        inquiries=Inquiries(
            day=ints(days.number(i["received_on"]) for i in made["inquiries"]),
            person=ints(people.index(i["person"]) if i["person"] else -1 for i in made["inquiries"]),
            part_of=ints(_message(made["inquiries"], place) for place in range(len(made["inquiries"]))),
        ),
        goals=tuple(Goal(**{**g, "unit": names.index(g["unit"])}) for g in made["goals"]),
    )

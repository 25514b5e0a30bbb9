"""Read a demo folder back with nothing but the csv module, and answer plain questions by plain loops."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

Row = dict[str, str]


class Folder:
    """The eight files as lists of dicts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.units = read(path / "units.csv")
        self.people = read(path / "people.csv")
        self.standings = read(path / "standings.csv")
        self.placements = read(path / "placements.csv")
        self.roles = read(path / "roles.csv")
        self.qualifications = read(path / "qualifications.csv")
        self.inquiries = read(path / "inquiries.csv")
        self.goals = read(path / "goals.csv")

    def unit(self, ref: str) -> Row:
        return next(row for row in self.units if row["unit"] == ref)

    def members(self, day: date) -> set[str]:
        return {row["person"] for row in self.standings if row["standing"] == "member" and holds(row, day)}

    def open_units(self, kind: str, day: date) -> set[str]:
        span = ("opened_on", "closed_on")
        return {row["unit"] for row in self.units if row["kind"] == kind and holds(row, day, *span)}

    def units_of_people(self, day: date, *, only_primary: bool = False) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.placements:
            if holds(row, day) and (row["primary"] == "yes" or not only_primary):
                found[row["person"]].add(row["unit"])
        return found

    def trained(self, day: date) -> set[str]:
        held = {row["person"] for row in self.qualifications if row["qualification"] == "organiser" and holds(row, day)}
        return held & self.members(day)

    def cities(self, day: date) -> dict[tuple[str, str], int]:
        """Members by city: their own, else that of their primary unit."""
        people = {row["person"]: row for row in self.people}
        units = {row["unit"]: row for row in self.units}
        home = self.units_of_people(day, only_primary=True)
        found: dict[tuple[str, str], int] = defaultdict(int)
        for person in self.members(day):
            row = people[person]
            for unit in () if row["city"] else home.get(person, ()):
                row = units[unit]
            if row["city"]:
                found[row["city"], row["region"]] += 1
        return dict(found)


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def holds(row: Row, day: date, first: str = "from", end: str = "to") -> bool:
    return row[first] <= day.isoformat() and (not row[end] or day.isoformat() < row[end])

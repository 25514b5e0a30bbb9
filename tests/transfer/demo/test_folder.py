"""The demo organisation: every rule of the exchange holds, and its story is the one that is promised."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.transfer.demo.folder import FOLLOW_UP, Summary, write_folder
from tests.transfer.demo.reading import Folder, Row, read

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 24)
COLUMNS = {
    "units": "unit,name,kind,parent,opened_on,closed_on,city,region,postcode,country,latitude,longitude",
    "people": "person,given_name,family_name,preferred_name,email,phone,street,city,region,postcode,country,birth_date,"
    "language,gender,ethnicity,occupation,source,email_opt_in,phone_opt_in,tags,notes",
    "standings": "person,standing,from,to,reason",
    "placements": "person,unit,from,to,primary",
    "roles": "person,unit,role,from,to",
    "qualifications": "person,qualification,from,to",
    "inquiries": "inquiry,received_at,channel,name,email,phone,city,region,postcode,country,message,person,"
    "unit,routed_by,reason,taken_up,part_of,repeats,mark",
    "goals": "unit,measure,start_on,due_on,start_value,target",
    "unit_kinds": "unit,until,kind",
    "meetings": "unit,held_on,people",
    "cases": "person,opened_at,stage,stage_since,owner,next_step,next_on,closed_at",
    "stages": "person,opened_at,stage,at,by",
    "conversations": "person,held_at,way,result,by,note",
    "assessments": "person,scale,value,made_on,by",
    "applications": "person,applied_on,outcome,decided_at,decided_by,dues,dues_every,dues_paid_on,said,reason,made_at,"
    "made_by",
}
ORDER = {
    "units": ("unit",),
    "people": ("person",),
    "standings": ("person", "from"),
    "placements": ("person", "from", "unit"),
    "roles": ("person", "from", "unit", "role"),
    "qualifications": ("person", "from", "qualification"),
    "inquiries": ("inquiry",),
    "goals": ("unit", "measure", "start_on", "due_on"),
    **{file: tuple(COLUMNS[file].split(",")[:1]) for file in FOLLOW_UP},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Folder, Summary]:
    path = tmp_path_factory.mktemp("demo")
    summary = write_folder(path, until=TODAY)
    return Folder(path), summary


def assert_no_overlap(rows: list[Row], *key: str) -> None:
    by_key: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[tuple(row[name] for name in key)].append(row)
    for spells in by_key.values():
        ordered = sorted(spells, key=lambda row: row["from"])
        for earlier, later in pairwise(ordered):
            assert earlier["to"] and earlier["to"] <= later["from"], (earlier, later)


def assert_valid(folder: Folder, until: date) -> None:
    people = {row["person"] for row in folder.people}
    units = {row["unit"]: row for row in folder.units}
    assert len(people) == len(folder.people)
    assert len(units) == len(folder.units) == len({row["name"] for row in folder.units})
    assert [row["kind"] for row in folder.units if not row["parent"]] == ["organisation"]

    dated = [folder.standings, folder.placements, folder.roles, folder.qualifications]
    for row in (row for rows in dated for row in rows):
        assert row["person"] in people
        assert date.fromisoformat(row["from"]) <= until
        assert not row["to"] or row["from"] < row["to"]
    for row in folder.units:
        assert not row["parent"] or units[row["parent"]]["opened_on"] <= row["opened_on"] <= until.isoformat()
        assert not row["closed_on"] or row["opened_on"] < row["closed_on"] <= until.isoformat()
    for row in folder.placements + folder.roles:
        unit = units[row["unit"]]
        assert unit["opened_on"] <= row["from"]
        assert not unit["closed_on"] or (row["to"] and row["to"] <= unit["closed_on"])

    assert_no_overlap(folder.standings, "person", "standing")
    assert_no_overlap([row for row in folder.placements if row["primary"] == "yes"], "person")
    assert_no_overlap(folder.placements, "person", "unit")
    assert_no_overlap(folder.roles, "person", "unit", "role")
    assert_no_overlap(folder.qualifications, "person", "qualification")
    assert {row["person"] for row in folder.standings} == people

    for row in folder.inquiries:
        assert not row["person"] or row["person"] in people
        assert row["received_at"][:10] < until.isoformat()
    assert len({(row["unit"], row["measure"], row["start_on"], row["due_on"]) for row in folder.goals}) == len(
        folder.goals
    )
    for row in folder.goals:
        assert row["unit"] in units
        assert row["start_on"] < row["due_on"]


def assert_canonical(path: Path) -> None:
    for name, header in COLUMNS.items():
        data = (path / f"{name}.csv").read_bytes()
        rows = read(path / f"{name}.csv")
        text = io.StringIO()
        writer = csv.DictWriter(text, header.split(","), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        assert data == text.getvalue().encode()
        # What is read has no spaces to spare: a folder that had some would not come out as it went in.
        assert all(cell == " ".join(cell.split()) for row in rows for cell in row.values() if "\n" not in cell)
        keys = [tuple(row[column] for column in ORDER[name]) for row in rows]
        assert keys == sorted(keys), name


def test_default_folder_keeps_every_rule(written):
    folder, _ = written

    assert_valid(folder, TODAY)
    assert_canonical(folder.path)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(people=st.integers(1, 300), seed=st.integers(0, 10**6), until=st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_small_folders_keep_every_rule(people, seed, until):
    with TemporaryDirectory() as name:
        summary = write_folder(Path(name), people=people, seed=seed, until=until)
        folder = Folder(Path(name))

    assert len(folder.people) == summary.people == people
    assert len(folder.members(until)) == summary.members
    assert_valid(folder, until)


def test_same_seed_and_day_give_the_same_bytes(tmp_path):
    for name, seed in [("one", 5), ("two", 5), ("other", 6)]:
        write_folder(tmp_path / name, people=200, seed=seed, until=TODAY)

    for file in COLUMNS:
        one, two, other = ((tmp_path / name / f"{file}.csv").read_bytes() for name in ("one", "two", "other"))
        assert one == two
        assert one != other or file in FOLLOW_UP


def test_no_people_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one person"):
        write_folder(tmp_path / "demo", people=0, until=TODAY)

    assert not (tmp_path / "demo").exists()


def test_summary_counts_what_was_written(written):
    folder, summary = written

    assert summary == Summary(
        people=1500,
        members=len(folder.members(TODAY)),
        branches=len(folder.open_units("branch", TODAY)),
        groups=len(folder.open_units("group", TODAY)),
        rows={f"{name}.csv": len(read(folder.path / f"{name}.csv")) for name in COLUMNS},
    )


def test_the_organisation_has_its_promised_size(written):
    folder, _ = written
    members = folder.members(TODAY)
    homes = folder.units_of_people(TODAY, only_primary=True)
    branches = folder.open_units("branch", TODAY)
    anywhere = folder.units_of_people(TODAY)
    outside = [person for person in members if not anywhere.get(person, set()) & branches]
    sizes = Counter(dict.fromkeys(branches, 0))
    sizes.update(unit for person in members for unit in homes.get(person, ()) if unit in branches)
    classes = Counter("few" if size < 5 else "usual" if size <= 13 else "many" for size in sizes.values())
    cities = folder.cities(TODAY)
    largest = sorted(cities.values(), reverse=True)

    assert 570 <= len(members) <= 630
    assert 45 <= len(branches) <= 55
    assert 30 <= len(folder.open_units("group", TODAY)) <= 40
    assert 85 <= len(cities) <= 95
    assert 0.15 <= len(outside) / len(members) <= 0.25
    assert classes["usual"] >= 35
    assert 2 <= classes["few"] <= 8
    assert 2 <= classes["many"] <= 10
    assert sum(largest[:12]) >= len(members) / 2
    assert any(row["closed_on"] for row in folder.units if row["kind"] == "branch")


def test_many_slow_years_then_a_leap(written):
    folder, _ = written
    counts = {years: len(folder.members(date(TODAY.year - years, 11, 24))) for years in (20, 15, 10, 5, 2, 0)}
    organisers = {years: len(folder.trained(date(TODAY.year - years, 11, 24))) for years in (5, 0)}

    assert counts[20] < counts[15] * 1.6 and counts[15] < 100 <= counts[5] <= 190
    assert counts[2] >= 1.5 * counts[5]
    assert counts[0] >= 3 * counts[5]
    assert counts[5] / organisers[5] < 4.6
    assert counts[0] / organisers[0] > 5.8


def test_people_live_as_people_do(written):
    folder, _ = written
    spells = Counter(row["person"] for row in folder.standings if row["standing"] == "member")
    primary = Counter(row["person"] for row in folder.placements if row["primary"] == "yes")
    several = [units for units in folder.units_of_people(TODAY).values() if len(units) > 1]
    linked = sum(bool(row["person"]) for row in folder.inquiries)
    per_year = Counter(row["received_at"][:4] for row in folder.inquiries)

    assert sum(count > 1 for count in spells.values()) >= 10
    assert sum(count > 1 for count in primary.values()) >= 40
    assert len(several) >= 20
    assert 0.3 < linked / len(folder.inquiries) < 0.7
    assert per_year["2025"] > 2 * per_year["2018"] > 0
    assert {row["city"] for row in folder.people} > {""}
    assert {row["qualification"] for row in folder.qualifications} == {
        "organiser",
        "education",
        "first aid",
        "treasurer",
    }
    assert {bool(row["to"]) for row in folder.roles if row["role"] == "branch organiser"} == {True, False}
    assert all(
        row["email"] == "" or row["email"].endswith(("@example.org", "@example.com", "@example.net"))
        for row in folder.people + folder.inquiries
    )
    assert all(row["phone"] == "" or "55501" in row["phone"] for row in folder.people + folder.inquiries)


def test_some_goals_are_reached_and_some_are_behind(written):
    folder, _ = written
    root = folder.units[0]["unit"]
    states = Counter()
    for goal in folder.goals:
        if goal["measure"] != "members":
            continue
        start, due = date.fromisoformat(goal["start_on"]), date.fromisoformat(goal["due_on"])
        wanted = {goal["unit"]} if goal["unit"] != root else None
        if wanted:
            wanted |= {row["unit"] for row in folder.units if row["parent"] in wanted}
            wanted |= {row["unit"] for row in folder.units if row["parent"] in wanted}
        counts = {}
        for day in (start, min(due, TODAY)):
            homes = folder.units_of_people(day, only_primary=True)
            counts[day] = sum(
                wanted is None or bool(homes.get(person, set()) & wanted) for person in folder.members(day)
            )
        assert counts[start] == float(goal["start_value"])
        now, target, begun = counts[min(due, TODAY)], float(goal["target"]), counts[start]
        elapsed = (min(due, TODAY) - start) / timedelta(1) / (due - start).days
        states["reached" if now >= target else "behind" if now < begun + elapsed * (target - begun) else "ahead"] += 1

    assert states["reached"] >= 2
    assert states["behind"] >= 2

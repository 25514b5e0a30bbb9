"""What stands in the database beside the tables must survive every later migration."""

import re

import pytest
from django.db import connection

pytestmark = pytest.mark.db


def test_the_rules_and_the_search_index_are_there(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'people_%'")
            found = {name for (name,) in cursor.fetchall()}
            rules = ("standing_no", "placement_no", "qualification_no", "office_no")
            expected = {f"{rule}_overlap_{moment}" for rule in rules for moment in ("insert", "update")}
            expected |= {f"placement_one_primary_{moment}" for moment in ("insert", "update")}
            expected |= {f"people_search_{moment}" for moment in ("insert", "update", "delete")}
        else:
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x'")
            found = {name for (name,) in cursor.fetchall()}
            expected = {
                "standing_no_overlap",
                "placement_no_overlap",
                "placement_one_primary",
                "qualification_no_overlap",
                "office_no_overlap",
            }
    assert found == expected


def test_sqlite_looks_for_overlaps_among_the_spells_of_one_person(db):
    if connection.vendor != "sqlite":
        pytest.skip("how SQLite plans")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_insert'")
        rules = {name: re.search(r"EXISTS \((.*)\) BEGIN", sql) for name, sql in cursor.fetchall()}
        plans = {}
        for name, body in rules.items():
            if body:
                cursor.execute("EXPLAIN QUERY PLAN " + re.sub(r"NEW\.\w+", "1", body[1]))
                plans[name.removesuffix("_insert")] = " ".join(str(row[3]) for row in cursor.fetchall())
    assert {name for name, plan in plans.items() if "(person_id=?" in plan} == {
        "standing_no_overlap",
        "placement_no_overlap",
        "placement_one_primary",
        "qualification_no_overlap",
        "office_no_overlap",
    }

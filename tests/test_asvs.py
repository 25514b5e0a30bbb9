"""
docs/asvs.csv says of every requirement of OWASP ASVS 5.0 up to level 2 how Muster stands to it; no hole, no empty word.

`asvs_5_0_0.txt` holds the numbers and levels of the standard as published (version 5.0.0), its sentences are not ours to copy.
"""

import ast
import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.unit
STATUSES = {"met", "not applicable", "open"}


@pytest.fixture(scope="module")
def rows():
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def levels():
    return dict(line.split() for line in (ROOT / "tests" / "asvs_5_0_0.txt").read_text().splitlines())


def defined(path):
    """The names of the tests a file defines, those of the long proofs too."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_requirement_up_to_level_two_stands_there_once_and_in_order(rows, levels):
    assert len(levels) == 345
    ids = [row["id"] for row in rows]
    asked = [number for number, level in levels.items() if level in "12"]
    assert len(asked) == 253
    assert set(asked) - set(ids) == set()
    assert {number: count for number, count in Counter(ids).items() if count > 1} == {}
    assert ids == [number for number in levels if number in set(ids)]
    assert {row["id"]: row["level"] for row in rows} == {number: levels[number] for number in ids}


def test_what_is_met_names_something_that_is_there(rows):
    known, missing = {}, []
    for row in rows:
        named = row["evidence"].split()
        if row["status"] == "met" and not named:
            missing.append(f"{row['id']} names nothing")
        for each in named:
            path, _, test = each.partition("::")
            if not (ROOT / path).is_file():
                missing.append(f"{row['id']} {each}: no such file")
            elif test and test not in known.setdefault(path, defined(path)):
                missing.append(f"{row['id']} {each}: no such test")
            elif path.startswith("tests/") and not test and not list(defined(path)):
                missing.append(f"{row['id']} {each}: no test in it")
    assert missing == []


def test_what_is_not_met_says_why(rows):
    assert {row["status"] for row in rows} == STATUSES
    assert [row["id"] for row in rows if row["status"] != "met" and len(row["reason"]) < 5] == []
    # A file alone shows less than a test does: most of what is met is tried.
    met = [row for row in rows if row["status"] == "met"]
    assert sum("::" in row["evidence"] for row in met) >= 0.6 * len(met)


def test_the_threat_model_lists_what_is_open(rows):
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| ([0-9]+\.[0-9]+\.[0-9]+) \| \S", text, re.MULTILINE))
    assert listed == {row["id"] for row in rows if row["status"] == "open"}

"""Damaged files of every kind: a table or a reason, soon and with little memory. MUSTER_FUZZ sets how many of each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[3]
COUNT = int(os.environ.get("MUSTER_FUZZ", "0"))
KINDS = {"t.csv": 400, "t.tsv": 200, "f.zip": 200, "t.xlsx": 40, "t.xls": 40, "t.ods": 40}
SECONDS, MEGABYTES = 10, 256


def read_damaged(name, count):
    command = [sys.executable, "-m", "tests.core.sheets.damage", name, str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["faults"] == []
    assert said["slowest"] < SECONDS
    assert max(said["own"], said["children"]) <= MEGABYTES
    assert 0 < said["refused"] <= count
    return said


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_gives_a_table_or_a_reason(name):
    read_damaged(name, COUNT or KINDS[name])


@pytest.mark.prove
@pytest.mark.parametrize("name", KINDS)
def test_two_thousand_damaged_files_of_each_kind(name):
    read_damaged(name, 2_000)

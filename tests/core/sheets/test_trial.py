"""A foreign file is read by a process of its own first; what asks for more than a table should is refused there."""

import os
import time

import pytest

from muster.core.sheets import trial
from muster.core.sheets.problems import SheetError
from tests.core.sheets.makers import MEMBERS, csv_bytes, xlsx_bytes, zip_bytes

pytestmark = pytest.mark.unit
FOLDER = {"people.csv": csv_bytes(MEMBERS), "units.csv": "unit,name\nU1,North\n"}


def tried(tmp_path, content, name="upload.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    try:
        trial.try_out(path, name="members.csv", scratch=tmp_path)
    except SheetError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "content",
    [
        csv_bytes(MEMBERS),
        zip_bytes(FOLDER),
        xlsx_bytes(MEMBERS),
        b"",
        b"PK\x03\x04 and nothing more",
        zip_bytes({"a.csv": b"\0"}),
    ],
)
def test_tables_and_what_is_merely_wrong_pass(tmp_path, content):
    """What is wrong is said by whoever reads it for good, in its own words."""
    assert tried(tmp_path, content) == ""
    assert [each.name for each in tmp_path.iterdir()] == ["upload.csv"]


def test_what_takes_too_much_memory_is_refused(tmp_path, monkeypatch):
    long = csv_bytes([["Name", "Notes"], *([f"N{n}", "x" * 120_000] for n in range(120))])
    assert tried(tmp_path, long) == ""
    monkeypatch.setattr(trial, "MEMORY", 40 << 20)
    assert "members.csv: This file needs more memory than it may have." in tried(tmp_path, long)
    # One packed in a zip is no way around it.
    assert "needs more memory" in tried(tmp_path, zip_bytes({"people.csv": long}))


def test_what_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "LEAST_SECONDS", 1)
    monkeypatch.setattr(trial, "MEGABYTES_A_SECOND", 10_000)
    slow = b"Name,Notes\n" + b'"A ""b""","c, d"\n' * 4_000_000
    started = os.times().children_user
    assert "members.csv: This file takes too long to read." in tried(tmp_path, slow)
    assert os.times().children_user - started < 3


def test_what_never_ends_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 0.01)
    started = time.monotonic()
    assert "takes too long" in tried(tmp_path, csv_bytes(MEMBERS))
    assert time.monotonic() - started < 5


def test_a_zip_in_a_zip_in_a_zip_is_not_followed(tmp_path):
    inner = csv_bytes(MEMBERS)
    for _ in range(40):
        inner = zip_bytes({"people.csv": inner})
    assert tried(tmp_path, inner) == ""

"""`muster audit` as an administrator at a shell meets it."""

import json
import sqlite3

import pytest

from tests.cli.test_commands import muster

pytestmark = pytest.mark.db


def test_the_trace_is_checked_written_out_and_a_change_in_the_file_is_named(tmp_path):
    home, file = tmp_path / "home", tmp_path / "trace.jsonl"
    muster(home, "init", "--name", "Tenants United", "--admin-email", "sam@example.org")
    sound = muster(home, "audit", "verify")
    key = muster(home, "audit", "new-key")
    exported = muster(home, "audit", "export", str(file))
    nowhere = muster(home, "audit", "export", str(tmp_path / "no" / "where"))
    with sqlite3.connect(home / "muster.sqlite3") as database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.execute("UPDATE audit_entry SET actor_label = 'somebody else' WHERE position = 2")
    found = muster(home, "audit", "verify", "--format", "json")

    assert sound.stdout.startswith("Unbroken: 2 entries, "), sound.stderr
    assert (sound.returncode, key.returncode, exported.returncode, nowhere.returncode) == (0, 0, 0, 2)
    assert "Traceback" not in nowhere.stderr
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(entry["position"], entry["action"], entry["channel"], entry["address"]) for entry in entries] == [
        (1, "access.role.granted", "command", "init"),
        (2, "organisation.founded", "command", "init"),
        (3, "audit.key.changed", "command", "audit"),
    ]
    assert entries[2]["key_id"] == entries[2]["details"]["after"]
    told = json.loads(found.stdout)
    assert (found.returncode, told["unbroken"], told["count"]) == (1, False, 1)
    assert (told["broken"]["kind"], told["broken"]["position"], told["broken"]["entry_id"]) == ("changed", 2, 2)

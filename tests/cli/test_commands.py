"""The command line as somebody at a shell meets it: a real process, an empty folder."""

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest

from muster.cli.main import parser

pytestmark = pytest.mark.db
KINDS = (
    "units", "people", "standings", "placements", "roles", "qualifications", "inquiries", "goals",
    "unit_kinds", "meetings",
    "cases", "stages", "conversations", "assessments", "applications",
)  # fmt: skip


def muster(home, *arguments, **environment):
    ours = {"MUSTER_HOME": str(home), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    return subprocess.run(
        [sys.executable, "-m", "muster", *arguments],
        env={**os.environ, **ours, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        umask=0o022,  # as shells have it
    )


def members_on(folder, day):
    with (folder / "standings.csv").open(encoding="utf-8") as file:
        spells = [row for row in csv.DictReader(file) if row["standing"] == "member"]
    return sum(row["from"] <= day and (not row["to"] or day < row["to"]) for row in spells)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The answer of `muster init`, and the folder it made."""
    home = tmp_path_factory.mktemp("first") / "home"
    return muster(home, "init", "--name", "Workers Together", "--admin-email", "sam@example.org"), home


@pytest.fixture
def home(first, tmp_path):
    """A new organisation, as `muster init` made it."""
    return shutil.copytree(first[1], tmp_path / "home")


def test_init_makes_an_organisation_once(first, home):
    first, _ = first
    again = muster(home, "init", "--name", "Another", "--admin-email", "kim@example.org")
    health = muster(home, "doctor")
    # No letter is given to anybody: it only looks at the address.
    wrong = muster(home, "doctor", MUSTER_MAIL="smtp://127.0.0.1:1", MUSTER_MAIL_FROM="büro@example.org")

    assert (first.returncode, first.stderr) == (0, "")
    assert "Sign in as sam@example.org" in first.stdout
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == "There is an organisation here already. Another one needs a MUSTER_HOME of its own.\n"
    assert health.returncode == 0, health.stdout
    assert wrong.returncode == 2
    assert "✗ No letters can be sent: “büro@example.org” is no address" in wrong.stdout
    assert "✓ SQLite runs with the settings that keep data safe." in health.stdout


def test_in_a_folder_that_is_open_to_others_nothing_else_is(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    muster(home, "init", "--name", "Tenants United", "--admin-email", "sam@example.org")
    muster(home, "export", str(tmp_path / "out"))
    assert "Others on this machine can read" in muster(home, "doctor").stdout
    made = [path for folder in (home, tmp_path / "out") for path in folder.rglob("*")]
    assert {path.name for path in made} >= {"muster.sqlite3", "keys", "tip", "people.csv"}
    assert [path for path in made if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("init", "--name", "X", "--admin-email", "nobody"), "“nobody” is not an e-mail address"),
        (("import", "nowhere.csv"), "There is no organisation here yet."),
        (("demo-data", "folder", "--people", "0"), "--people must be 1 or more."),
        (("demo-data", "folder", "--until", "soon"), "“soon” is not a date."),
    ],
)
def test_bad_input_is_answered_in_words(tmp_path, arguments, says):
    answer = muster(tmp_path, *arguments)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_made_up_organisation_goes_in_comes_out_and_is_taken_back(home, tmp_path):
    folder, copy = tmp_path / "folder", tmp_path / "copy"
    made = muster(home, "demo-data", str(folder), "--people", "60", "--until", "2026-06-30")
    imported = muster(home, "import", str(folder), "--yes", "--format", "json")
    again = muster(home, "import", str(folder), "--yes", "--format", "json")
    exported = muster(home, "export", str(copy))
    sheet = muster(home, "balance-sheet", "--on", "2026-06-30", "--format", "json")
    nowhere = muster(home, "balance-sheet", "--unit", "nowhere")
    undone = muster(home, "undo", str(json.loads(imported.stdout)["batch"]))

    answers = (made, imported, again, exported, undone)
    assert [answer.returncode for answer in answers] == [0, 0, 0, 0, 0], [answer.stderr for answer in answers]
    assert json.loads(imported.stdout)["people"]["created"] == 60
    assert json.loads(sheet.stdout)["members"]["total"] == members_on(folder, "2026-06-30")
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert "There is no unit “nowhere”." in nowhere.stderr
    assert {
        kind: counts["created"] + counts["updated"]
        for kind, counts in json.loads(again.stdout).items()
        if kind in KINDS
    } == (dict.fromkeys(KINDS, 0))
    for file in sorted(folder.iterdir()):
        assert (copy / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    answer = muster(tmp_path / "file" / "home", "doctor")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr + answer.stdout
    assert "MUSTER_HOME" in answer.stdout


def test_a_second_factor_is_reset_at_the_shell_and_tries_are_counted_over_processes(home):
    unknown = muster(home, "reset-second-factor", "kim@example.org")
    without = muster(home, "reset-second-factor", "SAM@example.org")
    assert (unknown.returncode, unknown.stderr) == (2, "There is no account for kim@example.org.\n")
    assert (without.returncode, without.stdout[:40]) == (1, "sam@example.org has no second factor. Th")

    tries = """
from django.test import Client
for _ in range(3):
    answer = Client().post("/account/login/", {"login": "sam@example.org", "password": "nonsense"})
    print("Too many tries." in answer.content.decode())
"""
    said = [
        muster(home, "manage", "shell", "-v0", "-c", tries, MUSTER_HTTPS="0", MUSTER_HOSTS="testserver").stdout.split()
        for _ in range(2)
    ]
    assert said == [["False"] * 3, ["False", "False", "True"]]


@pytest.mark.unit
def test_every_command_shows_an_example():
    commands = parser()._subparsers._group_actions[0].choices
    without = [
        name
        for name, command in commands.items()
        if name != "manage" and f"muster {name}" not in (command.epilog or "")
    ]
    assert without == []
    assert len(commands) == 21

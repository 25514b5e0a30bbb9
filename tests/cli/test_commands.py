"""The command line as somebody at a shell meets it: a real process, an empty folder."""

import os
import subprocess
import sys

import pytest

from muster.cli.main import parser

pytestmark = pytest.mark.db


def muster(home, *arguments, **environment):
    ours = {"MUSTER_HOME": str(home), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    return subprocess.run(
        [sys.executable, "-m", "muster", *arguments],
        env={**os.environ, **ours, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_init_makes_an_organisation_once(tmp_path):
    first = muster(tmp_path, "init", "--name", "Tenants United", "--admin-email", "sam@example.org")
    again = muster(tmp_path, "init", "--name", "Another", "--admin-email", "kim@example.org")
    health = muster(tmp_path, "doctor")

    assert (first.returncode, first.stderr) == (0, "")
    assert "Sign in as sam@example.org" in first.stdout
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == "There is an organisation here already. Another one needs a MUSTER_HOME of its own.\n"
    assert health.returncode == 0, health.stdout
    assert "✓ SQLite runs with the settings that keep data safe." in health.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("init", "--name", "X", "--admin-email", "nobody"), "“nobody” is not an e-mail address"),
    ],
)
def test_bad_input_is_answered_in_words(tmp_path, arguments, says):
    answer = muster(tmp_path, *arguments)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    answer = muster(tmp_path / "file" / "home", "doctor")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr + answer.stdout
    assert "MUSTER_HOME" in answer.stdout


@pytest.mark.unit
def test_every_command_shows_an_example():
    commands = parser()._subparsers._group_actions[0].choices
    without = [
        name
        for name, command in commands.items()
        if name != "manage" and f"muster {name}" not in (command.epilog or "")
    ]
    assert without == []
    assert len(commands) == 11

"""PostgreSQL as an organisation runs it: one role owns the tables, the site works as another, backups come back."""

import os
import sys
from contextlib import contextmanager, suppress
from subprocess import run
from urllib.parse import urlsplit

import psycopg
import pytest

URL = os.environ.get("DATABASE_URL", "")
pytestmark = [pytest.mark.db, pytest.mark.skipif(not URL, reason="SQLite has no roles")]
OWNER, APPLICATION = "muster_test_owner", "muster_test_site"
SERVER = "import muster.config.wsgi"
# What `muster serve` does before it answers.
PREPARE = "from muster.cli import init, start; start.django(); init.prepare_database()"


def url_of(database, role=None):
    parts = urlsplit(URL)
    where = f"{role}@{parts.netloc.rpartition('@')[2]}" if role else parts.netloc
    return parts._replace(netloc=where, path=f"/{database}").geturl()


@contextmanager
def databases(*names):
    """Empty ones, of the owner; the test's own superuser makes and drops them."""
    with psycopg.connect(URL, autocommit=True) as connection:
        for role, ability in ((OWNER, "LOGIN CREATEDB"), (APPLICATION, "LOGIN")):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                # Another process may make them at the same moment.
                with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                    connection.execute(f"CREATE ROLE {role} {ability}")
        try:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                connection.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
            yield
        finally:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def environment(database, *, owner=True):
    return {
        "DATABASE_URL": url_of(database, APPLICATION),
        "DATABASE_OWNER_URL": url_of(database, OWNER) if owner else "",
        "MUSTER_HTTPS": "1",
    }


def muster(home, *arguments, **environment):
    return python(home, "-m", "muster", *arguments, **environment)


def python(home, *arguments, **environment):
    ours = {"MUSTER_HOME": str(home), "DJANGO_SETTINGS_MODULE": "muster.config.settings"}
    command = [sys.executable, *arguments]
    return run(command, env={**os.environ, **ours, **environment}, capture_output=True, text=True, check=False)


def seen(database, role, table="people_person"):
    with psycopg.connect(url_of(database, role)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture(scope="module")
def name():
    # Each process has its own: two may be at work on tests of this module.
    return f"{urlsplit(URL).path[1:]}_roles_{os.getpid()}"


@pytest.fixture(scope="module")
def home(name, tmp_path_factory):
    """An organisation with two people who stand nowhere; they were brought in without the owner."""
    home, sheet = (tmp_path_factory.mktemp("roles") / part for part in ("home", "people.csv"))
    sheet.write_text("id,given_name,family_name\n1,Ada,Alone\n2,Kim,Other\n")
    with databases(name, f"{name}_again"):
        first = muster(home, "init", "--name", "Two Roles", "--admin-email", "sam@example.org", **environment(name))
        assert first.returncode == 0, first.stderr
        brought = muster(home, "import", str(sheet), "--yes", **environment(name, owner=False))
        assert brought.returncode == 0, brought.stderr
        yield home


def test_one_role_works_and_the_other_owns(home, name):
    assert (seen(name, OWNER), seen(name, APPLICATION)) == (2, 0)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seen(name, APPLICATION, "people_person; ALTER TABLE people_person DISABLE ROW LEVEL SECURITY")

    health = muster(home, "doctor", **environment(name))
    assert "✓ PostgreSQL itself shows nobody more rows than they may see." in health.stdout
    assert python(home, "-c", SERVER, **environment(name, owner=False)).returncode == 0
    for mighty in (url_of(name), url_of(name, OWNER)):
        refused = python(home, "-c", SERVER, **environment(name) | {"DATABASE_URL": mighty})
        assert (refused.returncode, "the role of DATABASE_URL" in refused.stderr) == (1, True), refused.stderr


def test_only_the_owner_makes_tables_and_backups(home, name, tmp_path):
    file, again = tmp_path / "backup.tar.gz", f"{name}_again"
    blind = muster(home, "backup", str(file), **environment(name, owner=False))
    assert (blind.returncode, "Name the owner of the tables in DATABASE_OWNER_URL" in blind.stderr) == (2, True)

    lone = muster(
        tmp_path / "lone", "init", "--name", "X", "--admin-email", "sam@example.org", **environment(again, owner=False)
    )
    assert (lone.returncode, "Name their owner in DATABASE_OWNER_URL" in lone.stderr) == (2, True), lone.stderr

    made = muster(home, "backup", str(file), **environment(name))
    assert made.returncode == 0, made.stderr
    back = muster(tmp_path / "again", "restore", str(file), **environment(again))
    assert back.returncode == 0, back.stderr
    assert seen(again, OWNER) == 2
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seen(again, APPLICATION)
    started = python(tmp_path / "again", "-c", PREPARE, **environment(again))
    assert started.returncode == 0, started.stderr
    assert (seen(again, OWNER), seen(again, APPLICATION)) == (2, 0)


@pytest.mark.prove
def test_a_drill_restores_as_the_owner(home, name, tmp_path):
    drilled = muster(home, "backup", str(tmp_path / "backup.tar.gz"), "--drill", **environment(name))
    assert (drilled.returncode, "The drill passed" in drilled.stderr) == (0, True), drilled.stderr

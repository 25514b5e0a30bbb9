"""The cast: alice may act in North, bob may look there, charlie belongs to South and must see nothing of North."""

import gc

import pytest
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import HealthCheck, settings

from muster.access import rows
from muster.audit import outside
from tests.backup.places import create_database, drop_database
from tests.builders import TODAY, make_unit, make_user
from tests.guards import unguarded

# No test is a clock: a busy machine must not fail one.
settings.register_profile("muster", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("muster")

# What a test itself asks for is everyone's, as in a command; a request sees what its actor may see.
rows.process_sees_everyone()


def pytest_collection_modifyitems(config, items):
    """Leave the long proofs out unless they are asked for: `pytest -m prove`."""
    if "prove" in (config.option.markexpr or ""):
        return
    long = [item for item in items if item.get_closest_marker("prove")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def pytest_collection_finish():
    """What is imported by now stays: looking through it for garbage, again and again, would cost a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


# Table → its columns and rows as the migrations made them: roles, kinds of unit.
_first_rows: dict[str, tuple[list[str], list[tuple]]] = {}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if rows := cursor.fetchall():
                _first_rows[table] = [column[0] for column in cursor.description], rows
    # Django need not put them back: see `_begin_again`.
    connection._test_serialized_contents = "[]"


def _begin_again(operations, statements):
    """
    Leave the rows that migrations made, and no others.

    PostgreSQL's TRUNCATE would make new files for every table, and Django would put back each row with two statements.
    """
    quote = connection.ops.quote_name
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in tables)
    with unguarded(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quote(table)}")
        for table, (columns, rows) in _first_rows.items():
            names, places = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", rows)
    for name in ("tip", "heads"):
        (outside.folder() / name).unlink(missing_ok=True)


# Tests with real transactions end with the tables as they were made, the trace empty, and nothing outside remembers it.
BaseDatabaseOperations.execute_sql_flush = _begin_again


@pytest.fixture
def own_database():
    """The address of an empty database beside the one the tests use; '' on SQLite, which keeps it in its home."""
    url = create_database()
    yield url
    drop_database(url)


@pytest.fixture
def organisation(db):
    return make_unit("Workers Together", kind="organisation")


@pytest.fixture
def north(organisation):
    return make_unit("North", kind="region", parent=organisation)


@pytest.fixture
def south(organisation):
    return make_unit("South", kind="region", parent=organisation)


@pytest.fixture
def alice(north):
    """Organiser of North: may see and act there."""
    return make_user("alice", unit_organiser=north)


@pytest.fixture
def bob(north):
    """Viewer of North: may look, not act."""
    return make_user("bob", unit_viewer=north)


@pytest.fixture
def charlie(south):
    """Organiser of South: must never see anything of North."""
    return make_user("charlie", unit_organiser=south)


@pytest.fixture
def erin(north):
    """Officer of North: may also open, move and close units there."""
    return make_user("erin", national_officer=north)


@pytest.fixture
def dora(organisation):
    """Administrator of the whole organisation."""
    return make_user("dora", administrator=organisation)


@pytest.fixture
def actor_of():
    """`actor_of(alice)`: the rights that hold on the tests' today."""
    from muster.access.actor import actor_for

    return lambda user, on=TODAY: actor_for(user, on=on)

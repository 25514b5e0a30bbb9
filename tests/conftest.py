"""The cast: alice may act in North, bob may look there, charlie belongs to South and must see nothing of North."""

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import HealthCheck, settings
from pytest_django.plugin import blocking_manager_key

from muster.audit import outside
from tests.builders import TODAY, make_unit, make_user
from tests.guards import unguarded

# No test is a clock: a busy machine must not fail one.
settings.register_profile("muster", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("muster")


def pytest_collection_modifyitems(config, items):
    """Leave the long proofs out unless they are asked for: `pytest -m prove`."""
    if "prove" in (config.option.markexpr or ""):
        return
    long = [item for item in items if item.get_closest_marker("prove")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Put back the rows of the migrations (roles, kinds of unit) after a test with real transactions emptied the tables."""
    answer = yield
    contents = getattr(connection, "_test_serialized_contents", None)
    mark = item.get_closest_marker("django_db")
    with_real_transactions = (mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames
    if nextitem and contents and with_real_transactions:
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(contents)
    return answer


def _empty_tables(operations, statements, *, flush=BaseDatabaseOperations.execute_sql_flush):
    with unguarded():
        flush(operations, statements)
    for name in ("tip", "heads"):
        (outside.folder() / name).unlink(missing_ok=True)


# Tests with real transactions end with empty tables, the trace included, and nothing outside remembers it.
BaseDatabaseOperations.execute_sql_flush = _empty_tables


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

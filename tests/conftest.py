"""The cast: alice may act in North, bob may look there, charlie belongs to South and must see nothing of North."""

import pytest

from tests.builders import TODAY, make_unit, make_user


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

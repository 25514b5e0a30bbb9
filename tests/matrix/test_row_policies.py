"""The second barrier alone: with every `visible_to` letting everything through, PostgreSQL itself tells nobody too much."""

import pytest
from django.db import connection

from tests.matrix.asking import taken_back
from tests.matrix.cells import EVERYBODY, examine, questions
from tests.matrix.table import TABLE
from tests.matrix.world import ROLES
from tests.rows import as_application, without_filters

pytestmark = [
    pytest.mark.web,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no policies"),
]
METHODS = ("GET", "POST")
NAMES = sorted(TABLE)
# Who is asked for in every run; the long run asks for all, standing everywhere, with every query and in every format.
ROLES_ASKED = ("viewer", "north_officer", "foreign")
# Where much would be told.
TELLING = ("people:person_list", "people:person_detail", "people:private_show", "reports:behind", "web:search")


@pytest.fixture
def unfiltered(asker):
    with taken_back(), pytest.MonkeyPatch.context() as patch:
        without_filters(patch)
        yield asker


def test_without_both_barriers_much_is_told(unfiltered):
    """The search can see: nothing but the policies is between these pages and everybody."""
    asked = questions(unfiltered, TELLING, roles=ROLES_ASKED, methods=["GET"], varied=True)
    assert len(examine(unfiltered, asked).leaks) > 100


@pytest.mark.parametrize("name", NAMES)
def test_the_policies_alone_let_nobody_see_too_much(name, unfiltered):
    with as_application():
        found = examine(unfiltered, questions(unfiltered, [name], roles=ROLES_ASKED))
    asked = [(role, method) for role in ROLES_ASKED if role in ROLES for method in METHODS]
    statuses = {(asked.role, asked.method): status for asked, status in found.statuses.items() if asked.role in ROLES}
    assert found.leaks == []
    assert statuses == {(role, method): TABLE[name].expected(role, method) for role, method in asked}


@pytest.mark.parametrize("name", NAMES)
def test_with_policies_pages_say_what_they_say_without(name, asker):
    """Nothing is held back that one may see, and nothing breaks; no policy holds the superuser of all other tests back."""
    asked = [
        *questions(asker, [name], roles=["administrator"], methods=["GET"], varied=True),
        *questions(asker, [name], roles=["north_officer"]),
    ]
    with taken_back():
        usual = examine(asker, asked)
    with taken_back(), as_application():
        found = examine(asker, asked)
    assert (found.statuses, found.seen, found.leaks) == (usual.statuses, usual.seen, [])


def test_there_are_enough_cells(asker):
    asked = [*questions(asker, NAMES, roles=ROLES_ASKED)]
    assert len(asked) * len(asker.world.canaries) >= 150_000


@pytest.mark.prove
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_the_policies_alone_in_the_whole_matrix(role, unfiltered):
    units = ("", "unit", "region", "foreign_unit")
    with as_application():
        asked = questions(unfiltered, NAMES, roles=[role], methods=METHODS, units=units, varied=True)
        found = examine(unfiltered, asked)
    assert found.leaks == []
    assert found.cells >= 200_000

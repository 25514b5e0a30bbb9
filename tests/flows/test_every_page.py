"""Every page there is, at both widths and in both schemes: as a guest sees it, and as somebody who may see everything."""

import pytest
from django.test import Client

from tests.matrix.asking import path_of
from tests.matrix.table import TABLE
from tests.matrix.world import build

pytestmark = [pytest.mark.flow, pytest.mark.prove, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
ASKED = [(role, name) for name in sorted(TABLE) for role in ("anonymous", "administrator")]


@pytest.mark.parametrize(
    ("role", "name"), [(role, name) for role, name in ASKED if TABLE[name].expected(role, "GET") == 200]
)
def test_it_looks_right(looks_right, role, name):
    world = build()
    user, client = world.users[role], Client()
    if user is not None:
        client.force_login(user)
    path = path_of(name, TABLE[name].args, world.ids, TABLE[name].query)
    if b"<html" not in client.get(path).getvalue():
        pytest.skip("a file, or a part of a page")
    looks_right(user, path, f"every-{role}-{name.replace(':', '-')}")

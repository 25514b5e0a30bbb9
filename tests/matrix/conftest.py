"""One world for all tests of a module, in a transaction that is taken back after the last of them."""

import pytest
from django.db import transaction

from tests.matrix.asking import Asker
from tests.matrix.world import build


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def asker(world):
    return Asker(world)

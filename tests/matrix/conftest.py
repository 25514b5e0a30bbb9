"""One world for all tests of a module, in a transaction that is taken back after the last of them."""

import time

import pytest
from django.db import transaction
from django.utils import timezone

from tests.matrix.asking import Asker
from tests.matrix.outside import pin_numbers
from tests.matrix.world import build


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        # Below every number that a comparison of worlds sets, in whatever order the modules run.
        pin_numbers(1000)
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def still():
    """Let no time pass: who just signed in is as fresh at the last request as at the first, however slow the machine is."""
    now, seconds = timezone.now(), time.time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        patch.setattr(time, "time", lambda: seconds)
        yield


@pytest.fixture(scope="module")
def asker(world, still):
    return Asker(world)

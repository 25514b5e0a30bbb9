"""Many writers, one chain."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from muster.audit.models import Entry
from muster.audit.verification import verify
from tests.audit import trails

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
WRITERS, EACH = 8, 12


class GivenUp(Exception):
    pass


def write(writer: int) -> None:
    try:
        for number in range(EACH):
            try:
                with transaction.atomic():
                    trails.record(number, at=trails.FIRST)
                    trails.record(number, at=trails.FIRST)
                    if number % 3 == 0:
                        raise GivenUp
            except GivenUp:
                pass
    finally:
        connection.close()


def test_writers_at_the_same_time_make_one_unbroken_chain(settings, tmp_path):
    settings.HOME = tmp_path
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    kept = WRITERS * EACH * 2 * 2 // 3
    verdict = verify()
    assert (verdict.broken, verdict.count, verdict.waiting) == (None, kept, 0)
    positions = Entry.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, kept + 1))

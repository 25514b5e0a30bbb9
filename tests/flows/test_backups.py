import pytest
from django.utils import timezone

from tests.web.test_backups import ended

pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.mark.parametrize("is_full", [True])
def test_the_page_of_backups_looks_right(looks_right, dora, is_full):
    now = timezone.now()
    if is_full:
        why = "There is no room left for /srv/backups/muster-20261101T031500Z.tar.gz.age. Make room and try again."
        ended("drill", True, hours_ago=3, now=now, rows=1_234_567, seconds=81.2)
        ended("backup", False, hours_ago=2, now=now, why=why)
        for night in range(15):
            ended(
                "backup",
                True,
                hours_ago=24 * night + 4,
                now=now,
                bytes=412_345_678,
                rows=1_234_567,
                is_sealed=night < 9,
            )
    looks_right(dora, "/settings/backups/", f"backups-{'full' if is_full else 'empty'}")

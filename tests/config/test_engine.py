import sqlite3

import pytest
from django.db import connection

from muster.config.engine import is_sound, wrong_settings


@pytest.mark.unit
@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_engines_that_can_corrupt_a_wal_database_are_known(version, sound):
    assert is_sound(version) is sound


@pytest.mark.unit
def test_whoever_imports_sqlite3_gets_the_sound_engine():
    assert is_sound(sqlite3.sqlite_version_info)


@pytest.mark.db
def test_the_effective_settings_are_read_back(db):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    assert wrong_settings() == []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
        assert wrong_settings() == ["secure_delete=1"]
        cursor.execute("PRAGMA secure_delete=ON")

"""The line of those who want to write to SQLite: nobody is shut out, and nobody holds a connection while they wait."""

import fcntl
import time
from pathlib import Path
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from muster.units.models import Setting
from tests.builders import make_unit

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'"),
]


def is_somebody_in_line():
    with Path(f"{connection.settings_dict['NAME']}-line").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_for_line():
    until = time.monotonic() + 60
    while not is_somebody_in_line():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    "write", [lambda: Setting.objects.create(key="x", value=1), lambda: Setting.objects.update(key="x")]
)
def test_a_cursor_of_who_waits_can_be_cleared_away_by_who_writes(organisation, write):
    """Python does so whenever it likes. The cursor's connection must be free for it, or both wait for each other."""
    cursors, failed = [], []

    def wait_and_write():
        cursors.append(connection.cursor())
        cursors[-1].execute("SELECT 1 UNION SELECT 2")
        try:
            write()
        except OperationalError as error:
            failed.append(error)
        connection.close()

    with transaction.atomic():
        make_unit("North", parent=organisation)
        other = Thread(target=wait_and_write)
        other.start()
        wait_for_line()
        cursors.clear()
    other.join()
    assert failed == []


def test_who_has_no_patience_is_told_at_once(organisation):
    """A limit that cannot be counted now is not counted: who only looks waits for nobody."""
    told = []

    def count():
        connection.patience = 0.01
        try:
            Setting.objects.update(key="x")
        except OperationalError as error:
            told.append(str(error))
        connection.close()

    with transaction.atomic():
        make_unit("North", parent=organisation)
        other = Thread(target=count)
        other.start()
        other.join()
    assert told == ["database is locked"]
    assert not is_somebody_in_line()

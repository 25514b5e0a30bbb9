"""A full disk, and a database that may not be written: said in words, nothing half stored, and the next import works."""

from contextlib import contextmanager

import pytest
from django.db import connection

from muster.transfer import commands, services
from muster.transfer.engine.room import NoRoom
from muster.transfer.models import Batch
from tests.builders import NOON
from tests.transfer.helpers import SYSTEM, dump, preview, publish, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
ROWS = "person,given_name,notes\n" + "\n".join(f"P{number},Ana,{'long ' * 200}" for number in range(300))


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


@contextmanager
def full_disk():
    """The database's own refusal: no page more on SQLite, the error of a full disk where rows are added on PostgreSQL."""
    if connection.vendor == "sqlite":
        run("VACUUM")  # pages that earlier work gave back would be room
        before = run("PRAGMA main.max_page_count")[0]
        run(f"PRAGMA main.max_page_count = {run('PRAGMA main.page_count')[0]}")
        yield
        run(f"PRAGMA main.max_page_count = {before}")
        return
    run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100',"
        " MESSAGE = 'could not extend file: No space left on device'; END $$"
    )
    run("CREATE TRIGGER full_disk BEFORE INSERT OR DELETE ON people_person EXECUTE FUNCTION refuse()")
    yield
    run("DROP FUNCTION refuse CASCADE")


@contextmanager
def read_only():
    if connection.vendor == "sqlite":
        run("PRAGMA query_only = ON")
        yield
        run("PRAGMA query_only = OFF")
        return
    run("SET default_transaction_read_only = on")
    yield
    run("SET default_transaction_read_only = off")


def test_a_full_disk_stores_nothing_and_the_next_import_works(organisation, tmp_path):
    folder = write_files(tmp_path, people=ROWS)
    before = dump()
    batch = preview(folder)
    with full_disk(), pytest.raises(NoRoom, match="The disk is full"):
        services.publish_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before
    assert publish(folder).result["people"]["created"] == 300


def test_a_database_that_may_not_be_written_is_told(organisation, tmp_path, capsys):
    folder = write_files(tmp_path, people="person,given_name\nP1,Ana")
    before = dump()
    with read_only():
        assert commands.run_import(str(folder), yes=True, quiet=True) == 2
        said = capsys.readouterr()
    assert (said.out, "cannot be written. Nothing was stored." in said.err, "Traceback" in said.err) == (
        "",
        True,
        False,
    )
    assert dump() == before
    assert not Batch.objects.exists()


def test_an_undo_for_which_there_is_no_room_can_be_tried_again(organisation, tmp_path):
    before = dump()
    batch = publish(write_files(tmp_path, people="person,given_name\nP1,Ana"))
    with read_only(), pytest.raises(NoRoom):
        services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    batch.refresh_from_db()
    assert (batch.state, batch.result["people"]["created"]) == (Batch.State.DONE, 1)
    services.undo_batch(actor=SYSTEM, batch_id=batch.pk, now=NOON)
    assert dump() == before

"""Entries from before there was a chain are sealed by the upgrade, whoever wrote them."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from muster.audit.models import Entry
from muster.audit.verification import verify
from tests.builders import NOON, make_user

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def migrated(to):
    executor = MigrationExecutor(connection)
    executor.migrate([("audit", to)])
    return MigrationExecutor(connection).loader.project_state([("audit", to)]).apps


def test_old_entries_are_sealed_in_the_order_they_came(settings, tmp_path):
    settings.HOME = tmp_path
    user = make_user("eve")
    before = migrated("0001_initial").get_model("audit", "Entry")
    for number in range(5):
        before.objects.create(
            happened_at=NOON,
            user_id=user.pk,
            actor_label="eve",
            action="people.person.edited",
            details={"b": [number, "é"], "a": None},
        )
    migrated("0003_sealed")

    verdict = verify()
    assert (verdict.broken, verdict.count, verdict.waiting) == (None, 5, 0)
    assert [(entry.position, entry.user_id, entry.details) for entry in Entry.objects.order_by("pk")] == [
        (number + 1, user.pk, {"b": [number, "é"], "a": None}) for number in range(5)
    ]
    user.delete()
    assert Entry.objects.filter(actor_label="eve").count() == 5

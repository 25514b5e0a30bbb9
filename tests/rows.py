"""PostgreSQL as it is in production: the tests' superuser, whom no policy holds back, steps down to a plain role."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from psycopg import errors

from muster.access import row_policies, rows
from muster.access.relations import scoped_models

ROLE = "muster_test_application"


@contextmanager
def as_application() -> Iterator[None]:
    """Be a role that neither owns the tables nor is a superuser, in a process that answers requests."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"CREATE ROLE {ROLE}")
        except Exception as error:
            if not isinstance(error.__cause__, errors.DuplicateObject | errors.UniqueViolation):
                raise
        for statement in row_policies.privileges(ROLE, connection.ops.quote_name(connection.settings_dict["NAME"])):
            cursor.execute(statement)
        cursor.execute(f"SET ROLE {ROLE}")
    rows.process_sees_everyone(really=False)
    try:
        yield
    finally:
        rows.process_sees_everyone()
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def without_filters(patch: pytest.MonkeyPatch) -> None:
    """Take the filter out of every `visible_to`; what stays is which right was asked for."""
    for kind in {type(model._default_manager.all()) for model in scoped_models()}:
        for each in kind.__mro__:
            if "_kept_for" in vars(each):
                patch.setattr(each, "_kept_for", lambda rows, *_, **__: rows.all())

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class AccessConfig(AppConfig):
    name = "muster.access"
    label = "access"

    def ready(self) -> None:
        from muster.access import (
            rows,
            signals,  # noqa: F401  # connects them
        )

        connection_created.connect(rows.watch, dispatch_uid="rows")
        pre_migrate.connect(_take_down, sender=self)
        post_migrate.connect(_put_up, sender=self)


def _take_down(using: str, plan: Any, **_: Any) -> None:
    from muster.access import row_policies

    if plan:
        row_policies.take_down(using)


def _put_up(using: str, **_: Any) -> None:
    from muster.access import owner, row_policies

    row_policies.put_up(using, application=owner.application_role())

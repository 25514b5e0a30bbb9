"""A hash of everything that lies outside North, so that a change of any row there shows, whoever made it and however."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models

from muster.access.models import Grant
from muster.people.models import Placement
from tests.matrix.world import World

# Kept for each browser and account by itself, or only added to; what they may hold is looked at elsewhere.
NOT_HASHED = {"access.Usage", "accounts.Session", "django_tasks_database.DBTaskResult", "audit.Head"}
# Columns that are plain numbers and yet name a row.
_PLAIN = {"audit.Entry": {"unit_id": "units.Unit"}, "access.Grant": {"office_id": "people.Office"}}
# Who did something, or answers for it, may come from anywhere above.
_NO_TIES = {
    "granted_by",
    "merged_by",
    "content_type",
    "owner",
    "changed_by",
    "held_by",
    "made_by",
    "handed_to",
    "decided_by",
    "done_by",
    "asked_by",
    "sent_by",
    "written_by",
}
# Whole tables that belong to nobody in North: the organisation's own.
WHOLE = {
    "access.OfficeRole",
    "access.Role",
    "contacts.Scale",
    "contacts.Stage",
    "contacts.WelcomeStep",
    "people.CustomField",
    "units.Setting",
    "units.UnitKind",
    "workflows.Erasure",
    "workflows.NightlyRun",
}


class Outside:
    """Rows that are tied to a unit, a person or an account that is not of North, as they were when this was made."""

    def __init__(self, world: World) -> None:
        inside_units = {world.ids["region"], world.ids["unit"]}
        placed = Placement.objects.unscoped("a test").filter(unit_id__in=inside_units)
        inside_people = set(placed.filter(to_on=None, from_on__lte="2026-11-01").values_list("person_id", flat=True))
        # Somebody who left North and is elsewhere now is of North no more; a user is, while a role says so.
        inside_users = set(Grant.objects.filter(unit_id__in=inside_units).values_list("user_id", flat=True))
        self.inside = {"units.Unit": inside_units, "people.Person": inside_people, "accounts.User": inside_users}
        self.models = [model for model in apps.get_models() if model._meta.label not in NOT_HASHED]
        self._spread()

    def _spread(self) -> None:
        """Work out what else is outside: what hangs on something that is."""
        self.outside: dict[str, set[Any]] = {}
        for label, inside in self.inside.items():
            found = apps.get_model(label)._base_manager.exclude(pk__in=inside)
            self.outside[label] = set(found.values_list("pk", flat=True))
        grown = True
        while grown:
            grown = False
            for model in self.models:
                label = model._meta.label
                if label in self.inside:
                    continue
                found = {row["pk"] for row in self._rows(model) if self._is_tied(model, row)}
                grown |= found != self.outside.get(label, set())
                self.outside[label] = found

    def _ties(self, model: type[models.Model]) -> Iterable[tuple[str, str]]:
        for column in model._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and column.name not in _NO_TIES:
                yield column.attname, column.related_model._meta.label
        yield from _PLAIN.get(model._meta.label, {}).items()

    def _is_tied(self, model: type[models.Model], row: dict[str, Any]) -> bool:
        return any(row[column] in self.outside.get(label, ()) for column, label in self._ties(model))

    def _rows(self, model: type[models.Model]) -> list[dict[str, Any]]:
        columns = [field.attname for field in model._meta.concrete_fields]
        return [
            dict(zip(columns, row, strict=True)) | {"pk": row[columns.index(model._meta.pk.attname)]}
            for row in model._base_manager.order_by("pk").values_list(*columns)
        ]

    def hashes(self) -> dict[str, str]:
        """Return table → hash of its rows that are outside, later ones included; of the organisation's own, of all."""
        found = {}
        for model in self.models:
            label = model._meta.label
            rows = self._rows(model)
            if label not in WHOLE:
                known = self.outside.get(label, ())
                rows = [row for row in rows if row["pk"] in known or self._is_tied(model, row)]
            found[label] = hashlib.sha256(repr(rows).encode()).hexdigest()
        found["kinds below kinds"] = self._allowed()
        return found

    def count(self) -> int:
        return sum(map(len, self.outside.values()))

    def _allowed(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT from_unitkind_id, to_unitkind_id FROM units_unitkind_allowed_children ORDER BY 1, 2")
            return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()

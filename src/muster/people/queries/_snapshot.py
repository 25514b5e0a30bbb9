"""Everything the register holds of one person as plain values, so that it can be compared and put back exactly."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import JSONField, Model, QuerySet, TextField
from django.db.models import Value as Written
from django.db.models.functions import Cast
from django.utils.crypto import salted_hmac

from muster.people import private
from muster.people.calc.fields import CONTACT, OPEN, PRIVATE, Value
from muster.people.calc.merging import ACCOUNT
from muster.people.models import (
    Office,
    Person,
    PersonExternalId,
    PersonPrivate,
    Placement,
    Qualification,
    Standing,
)

Row = dict[str, Any]
Snapshot = dict[str, list[Row]]

# What a snapshot calls a table → (model, column that names the person).
TABLES: Mapping[str, tuple[type[Model], str]] = {
    "person": (Person, "id"),
    "private": (PersonPrivate, "person_id"),
    "ids": (PersonExternalId, "person_id"),
    "standing": (Standing, "person_id"),
    "placement": (Placement, "person_id"),
    "qualification": (Qualification, "person_id"),
    "office": (Office, "person_id"),
}


def rows_about(person_id: int) -> Snapshot:
    """Return every row of a person, whole, as JSON values; one query per table, no rights are checked."""
    return {
        name: plain_rows(table(name).filter(**{column: person_id}).order_by("pk"), model)
        for name, (model, column) in TABLES.items()
    }


def plain_rows(rows: "QuerySet[Any, Any]", model: type[Model]) -> list[Row]:
    """
    Return rows of a model as JSON values, column by column.

    JSON columns come as the very text that is stored: an import that compares rows by their text finds them unchanged.
    """
    columns = {field.attname: _expression(field) for field in model._meta.concrete_fields}
    raw = {name: expression for name, expression in columns.items() if expression is not None}
    found = rows.annotate(**{f"raw_{name}": expression for name, expression in raw.items()})
    wanted = [f"raw_{name}" if name in raw else name for name in columns]
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in found.values_list(*wanted)]


def restored_rows(model: type[Model], rows: list[Row]) -> list[Row]:
    """Return the rows with values that the database takes, the opposite of `plain_rows`."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [{name: _typed(fields[name], value) for name, value in row.items()} for row in rows]


def known_fields(snapshot: Snapshot) -> dict[str, Value]:
    """Return field → value of a person: open, contact, private, the organisation's own (`custom:key`), and the account."""
    person = snapshot["person"][0]
    known: dict[str, Value] = {name: person[name] for name in (*OPEN, *CONTACT)}
    known |= dict.fromkeys(PRIVATE, "")
    for row in snapshot["private"]:
        known |= private.opened(row["person_id"], row["sealed"])
    known |= {f"custom:{key}": str(value) for key, value in json.loads(person["custom"]).items()}
    return known | {ACCOUNT: str(person["user_id"] or "")}


def digest(*snapshots: Snapshot) -> str:
    """Return a mark that changes with anything in them and, keyed as it is, tells nothing of what that is."""
    return salted_hmac("muster.people.merge", json.dumps(snapshots, sort_keys=True)).hexdigest()[:24]


def table(name: str) -> "QuerySet[Any, Any]":
    """Return all rows of a table of `TABLES`; the caller has checked the person."""
    all_rows: Mapping[str, QuerySet[Any, Any]] = {
        "person": Person.objects.unscoped("the caller has checked the person"),
        "private": PersonPrivate.objects.unscoped("the caller has checked the person"),
        "ids": PersonExternalId.objects.unscoped("the caller has checked the person"),
        "standing": Standing.objects.unscoped("the caller has checked the person"),
        "placement": Placement.objects.unscoped("the caller has checked the person"),
        "qualification": Qualification.objects.unscoped("the caller has checked the person"),
        "office": Office.objects.unscoped("the caller has checked the person"),
    }
    return all_rows[name]


def _expression(field: Any) -> Any:
    return Cast(field.attname, TextField()) if isinstance(field, JSONField) else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(field: Any, value: Any) -> Any:
    if isinstance(field, JSONField):
        return Cast(Written(value, TextField()), JSONField())
    return field.to_python(value)

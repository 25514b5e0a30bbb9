"""How the index of names, addresses and numbers is asked on each database."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from muster.core.sheets.values.names import bare_key
from muster.people.models import Person

COLUMNS = ("name_key", "email_key", "phone_e164")
# The index holds runs of three letters: shorter words it cannot find.
SHORTEST = 3


def people_named(text: str) -> "QuerySet[Any, Any] | RawSQL":
    """Return a subquery of the ids of people in whose name every word of the text occurs."""
    return people_with("name_key", bare_key(text).split())


def people_with(column: str, parts: list[str]) -> "QuerySet[Any, Any] | RawSQL":
    """Return a subquery of the ids of people in whose column (of `COLUMNS`) every part occurs."""
    long = [part for part in parts if len(part) >= SHORTEST]
    if connection.vendor == "sqlite" and long and column in COLUMNS:
        wanted = " AND ".join('"' + part.replace('"', '""') + '"' for part in long)
        found: RawSQL = RawSQL(
            "SELECT rowid FROM people_search WHERE people_search MATCH %s", (f"{{{column}}} : ({wanted})",)
        )
        short = [part for part in parts if part not in long]
        if not short:
            return found
        rows = Person.objects.unscoped("a set of ids that scoped rows are compared with").filter(pk__in=found)
        parts = short
    else:
        rows = Person.objects.unscoped("a set of ids that scoped rows are compared with")
    for part in parts:
        rows = rows.filter(**{f"{column}__contains": part})
    return rows.order_by().values("pk")

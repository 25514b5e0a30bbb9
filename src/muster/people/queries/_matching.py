"""How the index of names, addresses and numbers is asked on each database."""

from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from muster.core.sheets.values.names import bare_key
from muster.people.models import Person

COLUMNS = ("name_key", "email_key", "phone_e164")
# The index holds runs of three letters: shorter words it cannot find.
SHORTEST = 3


class InBytes(Func):
    """That a text stands between two others, in the order of their bytes; on PostgreSQL."""

    arity = 3
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        text, low, high = (compiler.compile(part) for part in self.get_source_expressions())
        return f"({text[0]} ~>=~ {low[0]} AND {text[0]} ~<~ {high[0]})", [*text[1], *low[1], *text[1], *high[1]]


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


def people_with_any(column: str, choices: list[list[str]]) -> "QuerySet[Any, Any]":
    """Return a subquery of the ids of people in whose column every part of one of the choices occurs; on PostgreSQL."""
    held = (Q(*(Q(**{f"{column}__contains": part}) for part in parts)) for parts in choices)
    rows = Person.objects.unscoped("a set of ids that scoped rows are compared with")
    return rows.filter(reduce(or_, held, Q(pk__in=()))).order_by().values("pk")

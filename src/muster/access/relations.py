"""From which relation of PostgreSQL a query reads: the table, which shows what the actor may see, or another (docs/adr/0015)."""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.db import models
from django.db.models.sql.datastructures import BaseTable, Join

Q = TypeVar("Q", bound=models.QuerySet[Any])

# The schema with a view of each scoped table that shows every row …
EVERYONE = "everyone"
# … and the one with views that show the rows somebody may see with a permission other than the usual one.
ASKED = "asked"


@cache
def scoped_models() -> tuple[type[models.Model], ...]:
    """Return the models whose rows belong to a unit or a person, by table."""
    from muster.access.querysets import ScopedQuerySet

    found = [model for model in apps.get_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]
    return tuple(sorted(found, key=lambda model: model._meta.db_table))


@cache
def scoped_tables() -> frozenset[str]:
    """Return the names of their tables."""
    return frozenset(model._meta.db_table for model in scoped_models())


def rules() -> Iterator[tuple[type[models.Model], str, bool]]:
    """Yield (model, permission, whether it is the usual one) of all that may be asked of the scoped models."""
    for model in scoped_models():
        rows: Any = model._default_manager.all()
        yield model, rows.view_permission, True
        for permission in rows.asked_with:
            yield model, permission, False


def view_asked(table: str, permission: str) -> str:
    """Return the name of the view in `ASKED` that shows the rows of a table that a permission lets one see."""
    return f"{table}:{permission}"


def reading_everyone(rows: Q) -> Q:
    """Return the same rows, read past the policies on PostgreSQL."""
    return _reading(rows, EVERYONE, "")


def reading_asked(rows: Q, permission: str) -> Q:
    """Return the same rows, shown on PostgreSQL to whoever holds that permission."""
    return _reading(rows, ASKED, permission)


def _reading(rows: Q, schema: str, permission: str) -> Q:
    found = rows.all()
    table_class, join_class = _classes(schema, permission)
    query: Any = found.query
    query.base_table_class = table_class
    if schema == EVERYONE:
        query.join_class = join_class
    for alias, table in query.alias_map.items():
        if type(table) is BaseTable:
            query.alias_map[alias] = table_class(table.table_name, table.table_alias)
    return found


@cache
def _classes(schema: str, permission: str) -> tuple[type[BaseTable], type[Join]]:
    class Read:
        read_from: ClassVar[tuple[str, str]] = (schema, permission)

        def instead(self: Any, compiler: Any) -> str:
            """Return the relation under the alias by which the rest of the statement knows the table."""
            name = view_asked(self.table_name, permission) if permission else self.table_name
            quote = compiler.connection.ops.quote_name
            return f"{quote(schema)}.{quote(name)} {compiler.quote_name_unless_alias(self.table_alias)}"

    class ReadTable(Read, BaseTable):
        def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
            if self.table_name not in scoped_tables():
                return self.as_sql(compiler, connection)
            return self.instead(compiler), []

    class ReadJoin(Read, Join):
        def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
            sql, params = self.as_sql(compiler, connection)
            if self.table_name not in scoped_tables():
                return sql, params
            _, _, condition = sql.partition(" ON (")
            return f"{self.join_type} {self.instead(compiler)} ON ({condition}", params

    return ReadTable, ReadJoin

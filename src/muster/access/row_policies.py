"""
The policies by which PostgreSQL itself shows no rows but those the actor may see (docs/adr/0015).

They are not written by hand: each is what `visible_to` asks for, with settings of the transaction in the place of an actor's
units, day and account. SQLite has nothing of the kind.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db import connections, models, transaction

from muster.access.actor import Actor
from muster.access.owner import owns_tables
from muster.access.relations import ASKED, EVERYONE, rules, scoped_models, scoped_tables, view_asked
from muster.access.rows import PREFIX, WHOLE, setting_of

POLICY, OWNER_POLICY = "muster_seen", "muster_owner"
# Stand for what only the settings know: no row has such numbers, no spell such a day.
_UNIT, _USER, _DAY = 7_000_000_000_001, 7_000_000_000_002, date(1, 1, 3)


class NotDerivable(Exception):
    """What `visible_to` asks of a model cannot be said by a policy."""


def rule_of(model: type[models.Model], permission: str, connection: Any) -> str:
    """
    Return the condition on a row of the model's table that it may be seen with a permission.

    :raises NotDerivable: `visible_to` asks for something that is not in the settings
    """
    whole = Actor("", _DAY, user_id=_USER, whole=frozenset({permission}))
    units = MappingProxyType({permission: frozenset({_UNIT})})
    in_units = Actor("", _DAY, user_id=_USER, unit_ids=units)
    everything, some = (_condition(model, actor, permission, connection) for actor in (whole, in_units))
    return (
        f"(SELECT {_setting('everyone')} = 'on')"
        f" OR ((SELECT {_setting(setting_of(permission))} = '{WHOLE}') AND ({everything or 'TRUE'}))"
        f" OR ({some or 'TRUE'})"
    )


def _condition(model: type[models.Model], actor: Actor, permission: str, connection: Any) -> str:
    manager: Any = model._default_manager
    query = manager.all()._kept_for(actor, permission, row_by_row=True).query
    if not query.where:
        return ""
    if len([alias for alias, count in query.alias_refcount.items() if count]) > 1:
        raise NotDerivable(f"{model._meta.label}: `visible_to` joins other tables.")
    sql, params = query.get_compiler(connection=connection).compile(query.where)
    units = f"(SELECT NULLIF(NULLIF({_setting(setting_of(permission))}, '{WHOLE}'), ''))::bigint[]"
    text: str = connection.ops.compose_sql(sql, params)
    for written, told in (
        (f"IN ({_UNIT})", f"= ANY ({units})"),
        (f"{_USER}", f"(SELECT NULLIF({_setting('user')}, '')::bigint)"),
        (f"'{_DAY.isoformat()}'::date", f"(SELECT NULLIF({_setting('day')}, '')::date)"),
    ):
        text = text.replace(written, told)
    if str(_UNIT) in text or _DAY.isoformat() in text:
        raise NotDerivable(f"{model._meta.label}: {text}")
    return text


def _setting(name: str) -> str:
    return f"current_setting('{PREFIX}.{name}', true)"


def statements(connection: Any, *, application: str | None) -> Iterator[str]:
    """
    Yield what makes the views and the policies, on tables without any.

    :param application: the role that Muster works as; None where it is the owner of the tables as well
    """
    quote = connection.ops.quote_name
    # Else an owner without a role beside it would be held back as well, from its own views too.
    is_forced = bool(application) or _is_superuser(connection)
    yield from (f"CREATE SCHEMA {schema}" for schema in (EVERYONE, ASKED))
    for model in scoped_models():
        table = quote(model._meta.db_table)
        yield f"CREATE VIEW {EVERYONE}.{table} AS SELECT * FROM public.{table}"  # noqa: S608  # names of our own
    for model, permission, is_usual in rules():
        name, rule = model._meta.db_table, rule_of(model, permission, connection)
        table, role = quote(name), quote(application) if application else "PUBLIC"
        if not is_usual:
            view = f"{ASKED}.{quote(view_asked(name, permission))}"
            rows = f"SELECT * FROM public.{table} WHERE {rule}"  # noqa: S608  # the same
            yield f"CREATE VIEW {view} AS {rows}"
            continue
        yield f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {POLICY} ON public.{table} TO {role} USING ({rule})"
        yield f"CREATE POLICY {OWNER_POLICY} ON public.{table} TO CURRENT_USER USING (true)"
        if is_forced:
            yield f"ALTER TABLE public.{table} FORCE ROW LEVEL SECURITY"
    if application:
        yield from privileges(quote(application), quote(connection.settings_dict["NAME"]))


def privileges(role: str, database: str) -> Iterator[str]:
    """Yield what lets a role work with the tables, and have schemas of its own for imports; not own or change them."""
    yield f"GRANT CONNECT, TEMPORARY, CREATE ON DATABASE {database} TO {role}"
    for schema in ("public", EVERYONE, ASKED):
        yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}"
    yield f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT, UPDATE")):
        yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {role}"


def put_up(using: str, *, application: str | None) -> None:
    """Make views and policies of the database, unless they are there as they should be; as the owner of the tables."""
    connection = connections[using]
    if connection.vendor != "postgresql" or scoped_tables() - set(connection.introspection.table_names()):
        return
    if not owns_tables():
        return
    wanted = list(statements(connection, application=application))
    mark = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute(f"SELECT obj_description(to_regnamespace('{EVERYONE}'), 'pg_namespace')")
        if cursor.fetchone()[0] == mark:
            return
        _take_down(cursor)
        for statement in wanted:
            cursor.execute(statement)
        cursor.execute(f"COMMENT ON SCHEMA {EVERYONE} IS '{mark}'")


def take_down(using: str) -> None:
    """
    Remove views and policies, so that tables can be changed.

    Until they are made again, the owner sees all rows and everybody else none.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with transaction.atomic(using), connection.cursor() as cursor:
            _take_down(cursor)


def _take_down(cursor: Any) -> None:
    for schema in (EVERYONE, ASKED):
        cursor.execute(f"SELECT to_regnamespace('{schema}') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")
    cursor.execute(
        "SELECT quote_ident(policyname), quote_ident(tablename) FROM pg_policies"
        " WHERE schemaname = 'public' AND policyname IN (%s, %s)",
        [POLICY, OWNER_POLICY],
    )
    for policy, table in cursor.fetchall():
        cursor.execute(f"DROP POLICY {policy} ON public.{table}")
    cursor.execute(
        "SELECT oid::regclass FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def _is_superuser(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])

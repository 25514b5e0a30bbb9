"""
Whose rows PostgreSQL shows to a statement: the policies (`row_policies`) ask settings of the transaction, which stand here.

Every statement that reads a scoped table brings its settings along, in one message and for its own transaction only. So there
is nothing to put back, nothing that another request on the same connection could meet, and no way round more to the server.
With SQLite none of this happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from muster.access.relations import ASKED, EVERYONE, rules, scoped_tables, view_asked

if TYPE_CHECKING:
    # Commands come here before Django is loaded.
    from muster.access.actor import Actor

PREFIX = "muster"
WHOLE = "all"
_SEES_EVERYONE = f"SELECT set_config('{PREFIX}.everyone', 'on', true)"
# What may stand after another statement in one message, and may read or write rows.
_MAY_READ = re.compile(r"[\s(]*(?:SELECT|WITH|INSERT|UPDATE|DELETE|EXPLAIN|CREATE( \w+)? TABLE)\b", re.IGNORECASE)

# As Django writes it.
_WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"(?= |$)')


class Scope:
    """Who looks, and the settings that say so."""

    def __init__(self, actor: Actor | None) -> None:
        """:param actor: None for everyone's rows"""
        self._actor = actor
        self._texts: dict[frozenset[int], str] = {}

    def settings(self, permissions: Iterable[str]) -> str:
        """Return the statement that tells PostgreSQL of these permissions."""
        if self._actor is None:
            return _SEES_EVERYONE
        day, user = self._actor.on.isoformat(), str(self._actor.user_id or "")
        told = {"everyone": "", "day": day, "user": user}
        told |= {setting_of(permission): self._units(permission) for permission in permissions}
        return "SELECT " + ", ".join(f"set_config('{PREFIX}.{name}', '{value}', true)" for name, value in told.items())

    def _units(self, permission: str) -> str:
        actor = self._actor
        if actor is None or actor.has_whole(permission):
            return WHOLE
        held = actor.units_for(permission)
        if held not in self._texts:
            self._texts[held] = "{" + ",".join(map(str, sorted(held))) + "}"
        return self._texts[held]


_EVERYONE = Scope(None)
_scope: ContextVar[Scope | None] = ContextVar("muster_rows", default=None)
# Where nobody has said anything: nothing is seen.
_process: list[Scope] = []


def setting_of(permission: str) -> str:
    """Return the name of the setting that holds the units of a permission."""
    return permission.replace(".", "_")


@contextmanager
def everyone(reason: str) -> Iterator[None]:
    """See everyone's rows for a while, in all that is asked meanwhile; say why."""
    with _set(_EVERYONE):
        yield


@contextmanager
def seen_by(actor: Actor) -> Iterator[None]:
    """See what the actor may see."""
    with _set(Scope(actor)):
        yield


def carried(parts: Any) -> Iterator[Any]:
    """Make the parts of an answer as those may see who ask for it now, though they are made later."""
    return _carried(iter(parts), _current())


def _carried(parts: Iterator[Any], scope: Scope) -> Iterator[Any]:
    while True:
        with _set(scope):
            try:
                part = next(parts)
            except StopIteration:
                return
        yield part


def process_sees_everyone(*, really: bool = True) -> None:
    """Say that this process is a command or works on jobs, and not (`really` false) that it answers requests."""
    _process[:] = [_EVERYONE] if really else []


@contextmanager
def _set(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def _current() -> Scope:
    return _scope.get() or (_process[0] if _process else _nobody())


@cache
def _nobody() -> Scope:
    from muster.access.actor import nobody

    return Scope(nobody(date.min))


def watch(connection: Any, **_: Any) -> None:
    """See to it that every statement on a new connection brings its settings along."""
    if connection.vendor == "postgresql" and _bring_along not in connection.execute_wrappers:
        connection.execute_wrappers.append(_bring_along)


def tell(cursor: Any, sql: str) -> None:
    """Bring the settings of a statement along that goes to psycopg directly; only inside a transaction."""
    if needed := _needed(sql):
        cursor.execute(_current().settings(needed))


def _bring_along(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    if not isinstance(sql, str):
        return execute(sql, params, many, context)
    scope = _current()
    if scope is not _EVERYONE:
        sql = _written_past(sql)
    cursor = context["cursor"].cursor
    # With binary rows a statement comes with its values in it, what was typed among them: it is not remembered.
    needed = _needed.__wrapped__(sql) if cursor.format else _needed(sql)
    if not needed:
        return execute(sql, params, many, context)
    settings = scope.settings(needed)
    if many or getattr(cursor, "name", None) or cursor.format:
        # Else Django would not know that the connection is of no use any more.
        with context["connection"].wrap_database_errors:
            return _apart(settings, cursor.connection, lambda: execute(sql, params, many, context))
    answer = execute(f"{settings}; {sql}", params, many, context)
    # The first result was that of the settings.
    cursor.nextset()
    return answer


def _apart(settings: str, connection: Any, execute: Callable[[], Any]) -> Any:
    """
    Send the settings first, in the same transaction.

    A named cursor, one whose rows come in binary form, and many sets of parameters take one statement.
    """
    if not connection.autocommit or connection.info.transaction_status != 0:
        connection.execute(settings)
        return execute()
    connection.execute("BEGIN")
    try:
        connection.execute(settings)
        answer = execute()
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    # A cursor WITH HOLD reads its rows now.
    connection.execute("COMMIT")
    return answer


@lru_cache(2048)
def _needed(sql: str) -> frozenset[str]:
    """Return the permissions whose units a statement asks for; empty where it reads no scoped table."""
    if not _MAY_READ.match(sql):
        return frozenset()
    usual, asked, pattern = _relations()
    found = {usual[name] for name in pattern.findall(sql)}
    return frozenset(found | {permission for view, permission in asked.items() if view in sql})


@cache
def _relations() -> tuple[dict[str, str], dict[str, str], re.Pattern[str]]:
    usual, asked = {}, {}
    for model, permission, is_usual in rules():
        table = model._meta.db_table
        if is_usual:
            usual[table] = permission
        else:
            asked[f'"{ASKED}"."{view_asked(table, permission)}"'] = permission
    names = "|".join(sorted(usual, key=len, reverse=True))
    # A name with a point behind it is that of a column; with the schema of everyone before it, its rows are nobody's.
    return usual, asked, re.compile(rf'(?<!"{EVERYONE}"\.")\b({names})\b(?!"?\.)(?!:)')


def _written_past(sql: str) -> str:
    """
    Let rows be written through the views of everyone: what is written is checked by `require`.

    A row must be found to be changed, and shown to be added; a new person, who stands nowhere yet, would be seen by few.
    Whoever sees everyone anyway writes to the tables: while these are changed there are no views.
    """
    found = _WRITE.match(sql)
    if found is None or found[2] not in scoped_tables():
        return sql
    return f'{found[1]} "{EVERYONE}"."{found[2]}" AS "{found[2]}"{sql[found.end() :]}'

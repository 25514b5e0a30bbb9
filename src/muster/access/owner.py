"""
The two roles of a PostgreSQL database: the owner, who may change the tables, and the one that Muster works as.

`DATABASE_OWNER_URL` names the first, `DATABASE_URL` the second (docs/adr/0015). Without the first one, one role is both.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, connections


@contextmanager
def as_owner() -> Iterator[None]:
    """Work on the database as its owner meanwhile, where that is another role; not inside a transaction."""
    if not settings.DATABASE_OWNER:
        yield
        return
    usual = connections["default"]
    owner = connections.create_connection("default")
    owner.settings_dict = {**owner.settings_dict, **settings.DATABASE_OWNER}
    connections["default"] = owner
    try:
        yield
    finally:
        connections["default"] = usual
        owner.close()


def application_role() -> str | None:
    """Return the name of the role that Muster works as; None where it is the owner as well."""
    role: str = settings.DATABASES["default"].get("USER", "")
    return role if settings.DATABASE_OWNER and settings.DATABASE_OWNER["USER"] != role else None


def owns_tables() -> bool:
    """Say whether the role at work may change the tables of people; one query, none with SQLite."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('people_person')"
        )
        return bool((cursor.fetchone() or [False])[0])


def weakness() -> str:
    """Return why the policies do not hold for the role that Muster works as, and how to mend it, else ''; one query."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, COALESCE((SELECT pg_has_role(current_user, relowner, 'MEMBER')"
            " FROM pg_class WHERE oid = to_regclass('people_person')), false) FROM pg_roles WHERE rolname = current_user"
        )
        role, is_super, bypasses, owns = cursor.fetchone()
    why = "is a superuser" if is_super else "has BYPASSRLS" if bypasses else "owns the tables" if owns else ""
    return why and (
        f"PostgreSQL shows every row to {role}, the role of DATABASE_URL, as it {why}. Give DATABASE_URL a plain role and"
        " DATABASE_OWNER_URL the owner of the tables: “Two roles” in docs/admin/README.md."
    )


def why_not_to_serve() -> str:
    """Return why the server must not start, else ''; over plain http only this machine looks, at nobody's real register."""
    return weakness() if settings.HTTPS else ""

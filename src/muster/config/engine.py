"""
Put a sound SQLite engine in place of the standard library's before Django loads it.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write and checkpoint at the same moment
(mended in 3.51.3, 3.50.7 and 3.44.6). Debian 12 ships 3.40.1, so `pysqlite3`, which carries its own engine, takes its place.
"""

import sys

import pysqlite3
import pysqlite3.dbapi2


def is_sound(version: tuple[int, int, int]) -> bool:
    """Say whether an engine of this version may run a WAL database."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def install() -> None:
    """Let every later `import sqlite3` find the bundled engine; safe to call again."""
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
    if not is_sound(pysqlite3.sqlite_version_info):
        raise SystemExit(
            f"SQLite {pysqlite3.sqlite_version} can corrupt this database. Run `make setup` again to get a sound engine."
        )


# What each connection must really run with, as PRAGMA says it.
WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def wrong_settings() -> list[str]:
    """Read the effective settings of the open SQLite connection back; return those that are not as wanted."""
    from django.db import connection

    with connection.cursor() as cursor:
        effective = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in WANTED}
    return [f"{name}={wanted}" for name, wanted in WANTED.items() if effective[name] != wanted]

"""
What a drill runs in a process of its own, on what it restored: bring the tables up to date, count, ask for the sign-in page,
open what is sealed.

Names of tables come in as JSON, the answer goes out as JSON: `migrated` (changes of the tables), `counts`, `page` (status),
`unopened` (private parts that the keys of the backup do not open; 0 where it holds no keys).
No worker is started: jobs and mails of the copy stay where they are.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any


def main() -> int:
    """Run the trial; 0 if all could be asked, whatever the answers."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.config.settings")
    from muster.cli import start
    from muster.config.home import path

    with_keys = (path() / "keys").is_dir()
    start.django()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from muster.cli.init import prepare_database
    from muster.people import private_keys

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    prepare_database()
    counts = _counts(json.load(sys.stdin))
    unopened = private_keys.unopened() if with_keys else 0
    print(json.dumps({"migrated": len(waiting), "counts": counts, "page": _status(), "unopened": unopened}))
    return 0


def _counts(tables: Iterable[str]) -> dict[str, int | None]:
    from django.db import connection

    there = set(connection.introspection.table_names())
    found: dict[str, int | None] = {}
    with connection.cursor() as cursor:
        for table in tables:
            if table in there:
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  # quoted
            found[table] = cursor.fetchone()[0] if table in there else None
    return found


def _status() -> int:
    """Ask the site as a web server would; 0 where the answer is no sign-in page."""
    from wsgiref.util import setup_testing_defaults

    from django.urls import reverse

    from muster.config.wsgi import application

    environ: dict[str, Any] = {"HTTP_HOST": "localhost", "PATH_INFO": reverse("account_login")}
    setup_testing_defaults(environ)
    said: list[str] = []

    def start_response(status: str, headers: object, exc_info: object = None) -> Callable[[bytes], object]:
        said.append(status)
        return bytes

    body = b"".join(application(environ, start_response))
    status = int(said[0].split()[0])
    return status if status != 200 or b'type="password"' in body else 0


if __name__ == "__main__":
    sys.exit(main())

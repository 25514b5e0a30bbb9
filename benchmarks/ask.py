"""
Answer one request many times within this process, without a network: `python -m benchmarks.ask JSON`.

The JSON holds `settings`, `path` (of the address), `cookie`, `times`. Printed: what it took for each request, the length of
the answer, and how many queries one request makes.
"""

import io
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.pairs import database_cpu

WARM_UP = 5


def main(settings: str, path: str, cookie: str, times: int) -> dict[str, Any]:
    """Return seconds, CPU seconds (own and the database's), length and queries of a request."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    sys.path.insert(0, os.getcwd())
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from django.db import connection

    def ask() -> int:
        return _answer(application, path, cookie)

    for _ in range(WARM_UP):
        ask()
    asked: list[str] = []
    with connection.execute_wrapper(_counting(asked)):
        length = ask()
    database, cpu, begin = database_cpu(), time.process_time(), time.perf_counter()
    for _ in range(times):
        ask()
    return {
        "seconds": (time.perf_counter() - begin) / times,
        "cpu_seconds": (time.process_time() - cpu) / times,
        "database_seconds": (database_cpu() - database) / times,
        "length": length,
        "queries": len(asked),
    }


def _counting(asked: list[str]) -> Callable[..., Any]:
    # The log of queries that Django keeps is emptied at the start of each request.
    def count(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        asked.append(sql)
        return execute(sql, *more)

    return count


def _answer(application: Callable[..., Any], path: str, cookie: str) -> int:
    address, _, query = path.partition("?")
    told: list[str] = []
    answer = application(
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": address,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": cookie,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        },
        lambda status, headers, exc_info=None: told.append(status),
    )
    try:
        length = sum(map(len, answer))
    finally:
        answer.close()
    if not told[0].startswith("200"):
        raise SystemExit(f"{path}: {told[0]}")
    return length


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))

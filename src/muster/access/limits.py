"""
How often one may search, look, and take out: enough for hard work, too little to carry a register away unseen.

The counts stand in the database, so that all processes share them. One statement counts, whole or not at all.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` times within `seconds`, counted from the first."""

    count: int
    seconds: int


# By user, whatever browser and address. The palette searches as one types.
LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "search": Limit(600, 10 * 60),
        "look": Limit(600, 60 * 60),
        "contact": Limit(200, 60 * 60),
        "export": Limit(30, 60 * 60),
        # A balance sheet on paper keeps a thread of the server busy for two seconds.
        "paper": Limit(60, 60 * 60),
    }
)

_COUNT = """
    INSERT INTO access_usage (user_id, kind, began, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (user_id, kind) DO UPDATE SET
        count = CASE WHEN access_usage.began <= %s THEN 1 ELSE access_usage.count + 1 END,
        began = CASE WHEN access_usage.began <= %s THEN excluded.began ELSE access_usage.began END
    RETURNING began, count
"""


def count_use(*, user_id: int, kind: str, now: float) -> int:
    """
    Count one use; one query.

    :param kind: a key of `LIMITS`
    :param now: seconds since 1970
    :returns: 0 where it is allowed, else the seconds after which it will be again
    """
    limit, second = LIMITS[kind], int(now)
    over = second - limit.seconds
    try:
        with _without_waiting(), connection.cursor() as cursor:
            cursor.execute(_COUNT, [user_id, kind, second, over, over])
            began, count = cursor.fetchone()
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
        # Somebody writes for long, an import perhaps. A limit must not hold up who only looks.
        return 0
    return max(1, began + limit.seconds - second) if count > limit.count else 0


class TooOften(Exception):
    """
    What was asked for is not done.

    :param wait: seconds after which it will be allowed again
    """

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too often; again in {wait} s.")
        self.wait = wait


def spend(*, user_id: int, kind: str, now: float) -> None:
    """
    Count a use inside a page that is limited in part only; what is limited as a whole stands in `guards`.

    :raises TooOften: it was one too many
    """
    if settings.LIMITS_HOLD and (wait := count_use(user_id=user_id, kind=kind, now=now)):
        raise TooOften(wait)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """On SQLite give up after a tenth of a second, and do not wait for the disk: a lost count is no loss."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    raw: Any = connection.connection
    waits: Any = connection
    waits.patience = 0.1
    raw.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        waits.patience = None
        raw.execute("PRAGMA synchronous=FULL")

"""
How often one may search, look, and take out: enough for hard work, too little to carry a register away unseen.

The counts stand in the database, so that all processes share them. One statement counts, whole or not at all.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.crypto import salted_hmac

from muster.access.models import StrangerUse


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
        # A letter to oneself, to see it.
        "letter": Limit(30, 60 * 60),
        # A balance sheet on paper keeps a thread of the server busy for two seconds.
        "paper": Limit(60, 60 * 60),
    }
)

# Of whoever writes to us without being signed in: by network, and (`…_all`) from everywhere together.
STRANGERS: Mapping[str, Limit] = MappingProxyType(
    {
        "write": Limit(20, 60 * 60),
        "write_all": Limit(600, 60 * 60),
        "write_unproven": Limit(5, 60 * 60),
        "write_unproven_all": Limit(100, 60 * 60),
    }
)
EVERYWHERE = "everywhere"

_COUNT = """
    INSERT INTO {table} ({who}, kind, began, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT ({who}, kind) DO UPDATE SET
        count = CASE WHEN {table}.began <= %s THEN 1 ELSE {table}.count + 1 END,
        began = CASE WHEN {table}.began <= %s THEN excluded.began ELSE {table}.began END
    RETURNING began, count
"""
_OF_USERS = _COUNT.format(table="access_usage", who="user_id")
_OF_STRANGERS = _COUNT.format(table="access_strangeruse", who="place")


def count_use(*, user_id: int, kind: str, now: float) -> int:
    """
    Count one use; one query.

    :param kind: a key of `LIMITS`
    :param now: seconds since 1970
    :returns: 0 where it is allowed, else the seconds after which it will be again
    """
    return _count(_OF_USERS, user_id, kind, LIMITS[kind], int(now))


def count_stranger(*, address: str, kind: str, now: float) -> int:
    """
    Count something that somebody who is not signed in wants to do, by their network and over all; three queries.

    :param address: that they come from, as the proxy says; of IPv6 the first half is counted, which is one household
    :param kind: a key of `STRANGERS`
    :returns: 0 where it is allowed, else the seconds after which it will be again
    """
    of_all, limit, second = f"{kind}_all", STRANGERS[f"{kind}_all"], int(now)
    # While nothing is left for anybody no row is stored: whoever has very many networks could fill the table.
    used_up = StrangerUse.objects.filter(
        place=EVERYWHERE, kind=of_all, count__gte=limit.count, began__gt=second - limit.seconds
    )
    began = used_up.order_by("pk").values_list("began", flat=True).first()
    if began is not None:
        return max(1, began + limit.seconds - second)
    own = _count(_OF_STRANGERS, _place(address), kind, STRANGERS[kind], second)
    # Whoever is refused takes nothing from the others.
    return own or _count(_OF_STRANGERS, EVERYWHERE, of_all, limit, second)


def _place(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    known = getattr(known, "ipv4_mapped", None) or known
    network = ip_network(f"{known}/{64 if known.version == 6 else 32}", strict=False)
    return salted_hmac("muster.strangers", str(network), algorithm="sha256").hexdigest()


def _count(statement: str, who: int | str, kind: str, limit: Limit, second: int) -> int:
    over = second - limit.seconds
    try:
        with _without_waiting(), connection.cursor() as cursor:
            cursor.execute(statement, [who, kind, second, over, over])
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

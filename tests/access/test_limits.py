"""How often one may search, look and take out; and that all processes count together."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from muster.access.limits import LIMITS, count_use
from tests.builders import make_person


def use_up(user, kind):
    for _ in range(LIMITS[kind].count):
        assert count_use(user_id=user.pk, kind=kind, now=time.time()) == 0


@pytest.mark.db
def test_the_count_begins_anew_when_its_time_is_over(alice, bob):
    waits = [count_use(user_id=alice.pk, kind="export", now=1000 + second) for second in range(32)]
    assert waits == [0] * 30 + [3600 - 30, 3600 - 31]
    assert count_use(user_id=alice.pk, kind="contact", now=1040) == 0
    assert count_use(user_id=bob.pk, kind="export", now=1040) == 0
    assert count_use(user_id=alice.pk, kind="export", now=1000 + 3599) == 1
    assert count_use(user_id=alice.pk, kind="export", now=1000 + 3600) == 0


@pytest.mark.db
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_use_is_lost_between_connections(alice):
    def some(_):
        try:
            return [count_use(user_id=alice.pk, kind="export", now=5000) for _ in range(12)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        waits = [wait for several in pool.map(some, range(4)) for wait in several]
    # Where a write had to wait too long on SQLite it is let through uncounted; that may not happen for a few quick ones.
    assert sorted(waits) == [0] * 30 + [3600] * 18


@pytest.mark.web
@pytest.mark.parametrize(
    ("kind", "method", "name"),
    [
        ("search", "get", "web:search"),
        ("search", "get", "web:palette"),
        ("search", "get", "people:person_list"),
        ("search", "get", "people:person_ask"),
        ("search", "get", "contacts:follow_up_list"),
        ("look", "get", "people:person_detail"),
        ("look", "get", "people:person_who"),
        ("look", "get", "contacts:contact_detail"),
        ("contact", "post", "people:contact_show"),
        ("export", "get", "people:person_export"),
        ("paper", "get", "reports:balance_sheet_file"),
    ],
)
def test_too_often_is_told_when_to_come_again(client, alice, charlie, north, kind, method, name):
    person = make_person(unit=north, email="nora@example.org")
    args = ["csv"] if kind in ("export", "paper") else [person.pk] if kind in ("look", "contact") else []
    client.force_login(alice)
    use_up(alice, kind)

    answer = getattr(client, method)(reverse(name, args=args))

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= LIMITS[kind].seconds
    assert re.search(r"Wait until \d\d:\d\d, that is \d+ minutes", answer.content.decode())
    assert "nora@example.org" not in answer.content.decode()
    # Nobody else waits for her, and what is not limited is open to her.
    assert client.get("/more/").status_code == 200
    client.force_login(charlie)
    assert getattr(client, method)(reverse(name, args=args)).status_code in (200, 404)

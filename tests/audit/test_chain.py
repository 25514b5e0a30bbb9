"""The trace cannot be changed unseen by somebody who has the database but not the key."""

import hashlib
import hmac
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from django.db import DatabaseError, connection, transaction

from muster.audit import _sealing, outside, services
from muster.audit.calc import chain
from muster.audit.models import Entry, Head
from muster.audit.verification import verify
from tests.audit import trails
from tests.audit.attacks import ATTACKS
from tests.guards import unguarded

pytestmark = pytest.mark.db


@pytest.fixture
def home(settings, tmp_path):
    """Keys, heads and tip of this test alone."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def trail(home, db, django_capture_on_commit_callbacks):
    trails.make_trail(django_capture_on_commit_callbacks)


def broken():
    verdict = verify()
    return verdict.broken.kind if verdict.broken else None


def in_database(act):
    """Do something past the guards."""
    with unguarded():
        act()


def test_an_untouched_trace_is_whole(trail):
    verdict = verify()
    assert (verdict.broken, verdict.notes) == (None, [])
    assert (verdict.count, verdict.waiting, verdict.heads) == (trails.ENTRIES, 0, trails.DAYS - 1)
    assert (verdict.first, verdict.last) == ("2026-10-01 09:00:00", "2026-10-05 09:05:00")


def test_a_thousand_attacks_are_all_found(trail):
    random, unseen, seen = Random(20261101), [], Counter()
    with unguarded():
        for number in range(1000):
            attack = ATTACKS[number % len(ATTACKS)]
            with transaction.atomic():
                attack(random)
                verdict = verify()
                transaction.set_rollback(True)
            seen[verdict.broken.kind] += 1
            if verdict.broken.kind == "unguarded":  # which is all there was to be seen before the attack, too
                unseen.append(f"{number} {attack.__name__}")
    assert unseen == []
    assert broken() is None
    assert seen.keys() >= {"changed", "moved", "missing", "cut", "put in", "head"}
    assert seen.total() == 1000


def test_a_seal_is_what_the_documents_say(trail):
    """Worked out by hand for the first two entries: HMAC-SHA-256 over the seal before, the position and what the entry says."""
    (key,) = outside.ring().keys.values()
    seal = bytes(32)
    for entry in Entry.objects.order_by("position")[:2]:
        texts = (entry.actor_label, entry.channel, entry.address, entry.action, entry.target)
        told = f'{{"changed":{{"given_name":["Rosa","Rosa {entry.position - 1}"]}}}}'
        numbers = [1, entry.pk, f"{entry.happened_at:%Y-%m-%d %H:%M:%S}", entry.user_id, entry.unit_id, entry.count]
        said = "|".join(map(str, [*numbers, *map(len, texts), "".join(texts) + told]))
        message = b"entry\0" + seal + entry.position.to_bytes(8, "big") + said.encode()
        seal = hmac.new(key, message, hashlib.sha256).digest()
        assert bytes(entry.mac) == seal


@pytest.mark.parametrize(
    "act",
    [
        lambda: Entry.objects.filter(position=3).update(count=7),
        lambda: Entry.objects.filter(position=3).update(position=None),
        lambda: Entry.objects.filter(position=3).delete(),
        lambda: Head.objects.filter(day="2026-10-01").update(position=1),
        lambda: Head.objects.all().delete(),
    ],
)
def test_the_database_itself_refuses(trail, act):
    with pytest.raises(DatabaseError, match="The trace is never changed"), transaction.atomic():
        act()
    assert broken() is None


def test_a_guard_that_is_gone_is_named(trail):
    with unguarded():
        assert broken() == "unguarded"


def test_after_a_cut_the_hole_stays_however_much_is_written_later(trail, django_capture_on_commit_callbacks):
    in_database(lambda: Entry.objects.filter(position__gt=28).delete())
    assert broken() == "cut"
    for number in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            trails.record(number, at=trails.FIRST + timedelta(days=9))
    verdict = verify()
    assert verdict.broken.says.startswith("2 entries are missing, positions 29 to 30, before entry ")
    assert Entry.objects.order_by("-position").first().position == 35


def test_a_cut_is_found_by_the_file_of_heads_alone(home, trail):
    (home / "audit" / "tip").unlink()
    in_database(lambda: (Entry.objects.filter(position__gt=20).delete(), Head.objects.filter(position__gt=20).delete()))
    verdict = verify()
    assert (verdict.count, verdict.broken.kind) == (20, "head")
    assert "2026-10-04" in verdict.broken.says


@pytest.mark.parametrize("file", ["tip", "heads"])
def test_a_changed_file_is_named(home, trail, file):
    path = home / "audit" / file
    path.write_bytes(path.read_bytes().replace(b"3", b"4"))
    assert broken() in {"tip", "head"}


def test_a_new_key_seals_what_comes_after_it_and_the_old_one_nothing_more(
    home, trail, django_capture_on_commit_callbacks
):
    old = outside.ring().current_id
    with django_capture_on_commit_callbacks(execute=True):
        new = services.change_key(actor_label="system:command", now=trails.FIRST + timedelta(days=9))
    with django_capture_on_commit_callbacks(execute=True):
        trails.record(1, at=trails.FIRST + timedelta(days=9))
    assert [*Entry.objects.order_by("position").values_list("key_id", flat=True)] == [old] * trails.ENTRIES + [new] * 2
    assert broken() is None

    (home / "keys" / f"audit.{old}").unlink()
    assert broken() == "key missing"


def test_an_entry_that_waits_gets_its_seal_later_and_a_forged_one_never(home, db, django_capture_on_commit_callbacks):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite no entry waits")
    trails.record(1, at=trails.FIRST)  # the process ends here, before it could seal
    waiting = Entry.objects.get()
    forged = Entry.objects.create(
        happened_at=trails.FIRST, actor_label="x", action="access.role.granted", key_id=waiting.key_id, mac=bytes(32)
    )
    assert (verify().waiting, services.seal_waiting()) == (2, 1)
    assert list(Entry.objects.order_by("pk").values_list("position", flat=True)) == [1, None]
    assert verify().broken.entry_id == forged.pk


def test_an_old_key_lets_no_entry_in_that_waits(home, db, django_capture_on_commit_callbacks):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite no entry waits")
    trails.record(1, at=trails.FIRST)  # waits while the key changes
    waiting, (old_id, old) = Entry.objects.get(), outside.current_mac()
    with django_capture_on_commit_callbacks(execute=True):
        services.change_key(actor_label="system:command", now=trails.FIRST)
    assert (Entry.objects.get(pk=waiting.pk).key_id, broken()) == (old_id, None)

    # Whoever had the old key, and can write to the database still.
    said = _sealing.row_of(next(rows_of(waiting.pk)))._replace(id=9_999, position=None, mac=b"")
    forged = Entry.objects.get(pk=waiting.pk)
    forged.pk, forged.position, forged.mac = 9_999, None, chain.waiting_mark(old, chain.content(said))
    forged.save(force_insert=True)

    assert services.seal_waiting() == 0
    assert (verify().broken.kind, verify().broken.entry_id) == ("put in", 9_999)


def rows_of(entry_id):
    with connection.cursor() as cursor:
        cursor.execute(_sealing.query(f"id = {entry_id}", "id"))
        yield from cursor.fetchall()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_new_key_waits_for_whoever_is_writing(home):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")

    def change():
        try:
            services.change_key(actor_label="system:command", now=trails.FIRST)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            trails.record(1, at=trails.FIRST)
            changing = pool.submit(change)
            time.sleep(0.5)
            assert not changing.done()
            trails.record(2, at=trails.FIRST)
        changing.result(10)
    services.seal_waiting()
    assert (verify().broken, verify().count, verify().waiting) == (None, 3, 0)


def test_a_head_is_signed_once_a_day(home, trail, django_capture_on_commit_callbacks):
    now = trails.FIRST + timedelta(days=trails.DAYS)
    with django_capture_on_commit_callbacks(execute=True):
        assert (services.make_head(now=now), services.make_head(now=now)) == (True, False)
    lines = (home / "audit" / "heads").read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [
        [f"2026-10-0{day}", str(day * trails.PER_DAY)] for day in range(1, trails.DAYS + 1)
    ]
    assert broken() is None

"""The keys that the private part of people is sealed with: a new one, and the end of the old ones."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Substr

from muster.audit import services as audit
from muster.core import keyfiles
from muster.core.sealing import KEY_LETTERS, CannotOpen
from muster.people import private
from muster.people.models import PersonPrivate

# Imports and merges can be taken back for thirty days; what they keep for it stays sealed as it was.
KEPT_FOR = timedelta(days=31)
_CHUNK = 1_000


def change_key(*, actor_label: str, now: datetime) -> tuple[str, int]:
    """
    Make a new key and seal every private part with it; returns (id of the key, how many parts).

    One that is broken off is finished by the next night, or by `reseal`.
    """
    key_id = keyfiles.add_key(_folder(), private.RING).current_id
    count = reseal()
    audit.record(
        user_id=None, actor_label=actor_label, action="people.private_key.changed", now=now, count=count, key=key_id
    )
    return key_id, count


def reseal() -> int:
    """Seal with the newest key what an older one has sealed, a thousand rows at a time; returns how many those were."""
    by = private.sealer()
    everybody = PersonPrivate.objects.unscoped("sealing is done for everybody").order_by("pk")
    older = everybody.exclude(sealed__startswith=f"{by.current}.").select_for_update()
    count = last = 0
    while True:
        with transaction.atomic():
            rows = list(older.filter(pk__gt=last)[:_CHUNK])
            for row in rows:
                row.sealed = by.seal(row.pk, by.open(row.pk, row.sealed))
            everybody.bulk_update(rows, ["sealed"])
        if not rows:
            return count
        count, last = count + len(rows), rows[-1].pk


def finish(now: datetime) -> str:
    """Seal what is still under an older key, and remove the keys that nothing needs since `KEPT_FOR`."""
    resealed = reseal()
    ring, removed = keyfiles.read_ring(_folder(), private.RING), 0
    for key_id, newer in pairwise(ring.keys):
        written = datetime.fromtimestamp(_file(newer).stat().st_mtime, UTC)
        if written < now - KEPT_FOR:
            _file(key_id).unlink()
            removed += 1
    return f"{resealed:,} private parts are sealed anew, {removed:,} old keys removed."


def missing_keys() -> list[str]:
    """Return the fingerprints of keys that private parts are sealed with and that are not in the folder; one query."""
    known = {key_id.partition("-")[2] for key_id in keyfiles.read_ring(_folder(), private.RING).keys}
    rows = (
        PersonPrivate.objects.unscoped("which keys are in use")
        .annotate(key=Substr("sealed", 1, KEY_LETTERS))
        .order_by("key")
    )
    return sorted(set(rows.values_list("key", flat=True).distinct()) - known)


def unopened(*, most: int = 1_000) -> int:
    """Return how many of the latest private parts cannot be opened with the keys there are; one query, `most` are tried."""
    by, failed = private.sealer(), 0
    for row in PersonPrivate.objects.unscoped("whether it can be opened").order_by("-pk")[:most]:
        try:
            by.open(row.pk, row.sealed)
        except CannotOpen:
            failed += 1
    return failed


def _folder() -> Path:
    return Path(settings.HOME) / "keys"


def _file(key_id: str) -> Path:
    return _folder() / f"{private.RING}.{key_id}"

"""The keys that `settings.SEALED` lies sealed with, the private part of people above all: a new one, and the end of the old."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Substr

from muster.access.querysets import ScopedQuerySet
from muster.audit import services as audit
from muster.core import keyfiles
from muster.core.sealing import KEY_LETTERS, CannotOpen, Sealer
from muster.people import private

# Imports and merges can be taken back for thirty days; what they keep for it stays sealed as it was.
KEPT_FOR = timedelta(days=31)
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of texts that lie sealed, '' where there is none."""

    model: type[Any]
    name: str

    @property
    def sealer(self) -> Sealer:
        return private.sealer(f"{self.model._meta.db_table}:{self.name}")

    def filled(self) -> Any:
        rows = self.model.objects.all()
        if isinstance(rows, ScopedQuerySet):
            rows = rows.unscoped("sealing is done for everybody")
        return rows.exclude(**{self.name: ""})


def change_key(*, actor_label: str, now: datetime) -> tuple[str, int]:
    """
    Make a new key and seal everything with it; returns (id of the key, how many texts).

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
    return sum(map(_reseal, _columns()))


def _reseal(column: _Column) -> int:
    by, name = column.sealer, column.name
    everything = column.filled().order_by("pk")
    older = everything.exclude(**{f"{name}__startswith": f"{by.current}."}).select_for_update()
    count = last = 0
    while True:
        with transaction.atomic():
            rows = list(older.filter(pk__gt=last)[:_CHUNK])
            for row in rows:
                setattr(row, name, by.seal(row.pk, by.open(row.pk, getattr(row, name))))
            everything.bulk_update(rows, [name])
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
    return f"Sealed anew: {resealed:,}. Old keys removed: {removed:,}."


def missing_keys() -> list[str]:
    """Return the fingerprints of keys that something is sealed with and that are not in the folder; one query a column."""
    known = {key_id.partition("-")[2] for key_id in keyfiles.read_ring(_folder(), private.RING).keys}
    used: set[str] = set()
    for column in _columns():
        rows = column.filled().annotate(key=Substr(column.name, 1, KEY_LETTERS)).order_by("key")
        used.update(rows.values_list("key", flat=True).distinct())
    return sorted(used - known)


def unopened(*, most: int = 1_000) -> int:
    """Return how many of the latest sealed texts cannot be opened with the keys there are; `most` of each column are tried."""
    failed = 0
    for column in _columns():
        by = column.sealer
        for row in column.filled().order_by("-pk")[:most]:
            try:
                by.open(row.pk, getattr(row, column.name))
            except CannotOpen:
                failed += 1
    return failed


def _columns() -> Iterator[_Column]:
    for label in settings.SEALED:
        model, _, name = label.rpartition(".")
        yield _Column(apps.get_model(model), name)


def _folder() -> Path:
    return Path(settings.HOME) / "keys"


def _file(key_id: str) -> Path:
    return _folder() / f"{private.RING}.{key_id}"

"""The private part of people lies sealed (docs/adr/0014): the one place that knows how, for services, imports and exports."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from muster.core import keyfiles
from muster.core.sealing import Sealer
from muster.people.calc.fields import PRIVATE

PLACE = "people_personprivate:sealed"
REFUSED_PLACE = "people_person:email_refused"
RING, MARKS = "private", "private_marks"
_WHOLE_DATE = 10


def sealer(place: str = PLACE) -> Sealer:
    """
    Return what seals with the newest key; the keys are read again only when something in their folder has changed.

    :param place: table and column, as `core.sealing` has it; another than the private part stands in `settings.SEALED` too
    """
    folder = Path(settings.HOME) / "keys"
    return _sealer(folder, folder.stat().st_mtime_ns, place)


def seal(person_id: int, fields: Mapping[str, str], by: Sealer | None = None) -> tuple[str, str]:
    """
    Return (sealed, birth_mark) of a private part, as they are stored.

    :param fields: of `PRIVATE`; those that are missing or '' are not known
    :param by: `sealer()`, for whoever seals many
    """
    by = by or sealer()
    known = {name: fields[name] for name in PRIVATE if fields.get(name)}
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    return by.seal(person_id, text), birth_mark(known.get("birth_date", ""), by)


def opened(person_id: int, sealed: str, by: Sealer | None = None) -> dict[str, str]:
    """
    Return a private part as field → text, each of `PRIVATE`.

    :raises CannotOpen: see `core.sealing`
    """
    known = json.loads((by or sealer()).open(person_id, sealed))
    return {name: known.get(name, "") for name in PRIVATE}


def birth_mark(birth_date: str, by: Sealer | None = None) -> str:
    """Return by what people born on the same day are found; '' for a year alone, which would tell too many apart."""
    return (by or sealer()).mark(birth_date) if len(birth_date) == _WHOLE_DATE else ""


def refused_mark(email_key: str) -> str:
    """Return by what an address that a mail server refused is known again (`Person.email_refused`), without telling it."""
    return sealer(REFUSED_PLACE).mark(email_key)


@lru_cache(maxsize=8)
def _sealer(folder: Path, _changed: int, place: str) -> Sealer:
    return Sealer.of(place, keyfiles.open_ring(folder, RING), keyfiles.open_ring(folder, MARKS))

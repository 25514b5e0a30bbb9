"""
Where everything lies: what is bundled, and what the organisation uploaded of other countries.

A process keeps what it read as long as it holds. Which places hold stands in one setting, with the mark of their content: it is
asked for together with the other settings, so that a change is seen by every process at once, and costs no query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from muster.core.places import BUNDLED, Atlas
from muster.core.sheets.values.places import country_name
from muster.units.calc import OrganisationSettings
from muster.units.models import CountryPlaces, PlaceChange, Setting

if TYPE_CHECKING:
    from muster.core.places.packed import Packed

KEY = "places"
# Country → id and mark of the places that hold there.
Held = Mapping[str, tuple[int, str]]

_lock = Lock()
# The marks of what holds → the atlas of it; the bundled one, and the one that was asked for last.
_atlases: dict[frozenset[str], Atlas] = {frozenset(): BUNDLED}
_packed: dict[str, Packed] = {}


@dataclass(frozen=True, slots=True)
class Ground:
    """
    What routing and figures stand on, of one moment.

    :ivar settings: the organisation's choices
    :ivar atlas: where places are
    """

    settings: OrganisationSettings
    atlas: Atlas


def ground() -> Ground:
    """Return the organisation's choices and its places; one query, one more where a process has not read these places yet."""
    stored = dict(Setting.objects.values_list("key", "value"))
    return Ground(OrganisationSettings.from_stored(stored), atlas_of(held_in(stored)))


def held_in(stored: Mapping[str, object]) -> Held:
    """Return which places hold, out of all settings; no query."""
    found = stored.get(KEY)
    return {code: (pk, mark) for code, (pk, mark) in found.items()} if isinstance(found, dict) else {}


def atlas_of(held: Held, *, keep: bool = True) -> Atlas:
    """
    Return the bundled places with these laid over them; one query where this process has not read them yet.

    :param keep: they are what holds, and will be asked for again
    """
    marks = frozenset(mark for _, mark in held.values())
    with _lock:
        if marks in _atlases:
            return _atlases[marks]
        known = {mark: _packed[mark] for mark in marks & _packed.keys()}
    known |= _read(pk for pk, mark in held.values() if mark not in known)
    # Those that are gone though a setting names them are left out, and asked for again the next time.
    made = Atlas({code: known[mark] for code, (_, mark) in held.items() if mark in known})
    if keep and len(known) == len(held):
        with _lock:
            _packed.clear()
            _packed.update(known)
            _atlases.clear()
            _atlases.update({frozenset(): BUNDLED, marks: made})
    return made


def forget() -> None:
    """Forget what was read."""
    with _lock:
        _packed.clear()
        _atlases.clear()
        _atlases[frozenset()] = BUNDLED


def packed(ids: Iterable[int]) -> dict[str, Packed]:
    """Return country → its places as these rows have them, those left out where they are to go; one query."""
    return {one.code: one for one in _read(ids).values()}


def _read(ids: Iterable[int]) -> dict[str, Packed]:
    from muster.core.places.packed import Packed

    wanted = list(ids)
    if not wanted:
        return {}
    rows = CountryPlaces.objects.filter(pk__in=wanted).exclude(mark="").order_by("pk")
    return {row.mark: Packed(row.country, bytes(row.content), has_counties=row.has_counties) for row in rows}


@dataclass(frozen=True, slots=True)
class Counts:
    """
    What a change says of one country, or what holds there.

    :ivar name: the country in English
    :ivar is_removal: its places are to go
    :ivar stored_at: when they were stored, None where they are not
    """

    country: str
    name: str
    change_id: int
    postcodes: int
    cities: int
    people: int
    has_counties: bool
    is_removal: bool
    stored_at: datetime | None


def changes(*, most: int) -> list[PlaceChange]:
    """Return the latest changes; one query."""
    return list(PlaceChange.objects.order_by("-made_at", "-pk")[:most])


def change(change_id: int) -> PlaceChange | None:
    """Return one change, None where there is none; one query."""
    return PlaceChange.objects.filter(pk=change_id).order_by("pk").first()


def counts_of(change_id: int) -> list[Counts]:
    """Return what a change says of each of its countries, by country; one query."""
    return _counts(CountryPlaces.objects.filter(change_id=change_id))


def counts_held(held: Held) -> list[Counts]:
    """Return what holds, by country; one query."""
    return _counts(CountryPlaces.objects.filter(pk__in=[pk for pk, _ in held.values()]))


def _counts(rows: QuerySet[CountryPlaces]) -> list[Counts]:
    found = rows.order_by("country", "pk").select_related("change").defer("content")
    return [
        Counts(
            country=row.country,
            name=country_name(row.country),
            change_id=row.change_id,
            postcodes=row.postcode_count,
            cities=row.city_count,
            people=row.people_count,
            has_counties=row.has_counties,
            is_removal=not row.mark,
            stored_at=row.change.stored_at,
        )
        for row in found
    ]


def packed_of(change_id: int) -> dict[str, Packed]:
    """Return country → its places as a change has them, those left out that are to go; one query."""
    ids = CountryPlaces.objects.filter(change_id=change_id).order_by("country").values_list("pk", flat=True)
    return packed(list(ids))

"""
Writes of the places of other countries: proposed, stored, taken back, forgotten.

Rights, traces and what it moves stand above units, in `workflows.places`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from muster.core.errors import DomainError
from muster.core.places.gathered import Settled
from muster.core.sheets.problems import SheetProblem
from muster.core.sheets.values.places import country_name
from muster.units import places
from muster.units.models import CountryPlaces, PlaceChange, Setting
from muster.units.places import Held

UNDO_FOR, KEEP_PROPOSED = timedelta(days=30), timedelta(days=7)
MOST_LEFT_OUT = 500
_NAME_LENGTH = 120
PROPOSED, STORED, UNDONE = "proposed", "stored", "undone"


class NothingToStore(DomainError):
    """No row of a file can be taken."""


class NoSuchPlaces(DomainError):
    """No places of that country were uploaded."""


class WrongStep(DomainError):
    """The change cannot be stored or taken back any more."""


@transaction.atomic
def propose(
    *,
    name: str,
    countries: Mapping[str, Settled],
    problems: Sequence[SheetProblem] = (),
    problem_count: int = 0,
    now: datetime,
) -> int:
    """
    Keep the places of some countries to be looked at, and return the id of the change.

    :param problems: rows that cannot be taken, the first of them; `problem_count`: how many those are
    :raises NothingToStore: there are no places
    """
    if not countries:
        why = f" {problems[0]}" if problems else ""
        raise NothingToStore(f"No row of it can be taken.{why}", field="file")
    made = PlaceChange.objects.create(
        name=name[:_NAME_LENGTH],
        made_at=now,
        left_out=[_row(problem) for problem in problems[:MOST_LEFT_OUT]],
        left_out_count=problem_count,
    )
    for code, settled in countries.items():
        CountryPlaces.objects.create(
            change=made,
            country=code,
            content=settled.content,
            mark=hashlib.sha256(code.encode() + settled.content).hexdigest(),
            postcode_count=settled.postcodes,
            city_count=settled.cities,
            people_count=settled.people,
            has_counties=settled.has_counties,
        )
    return made.pk


@transaction.atomic
def propose_removal(*, country: str, now: datetime) -> int:
    """
    Keep to be looked at that a country's places go, and return the id of the change.

    :raises NoSuchPlaces: none of that country were uploaded
    """
    if country not in held():
        raise NoSuchPlaces("No places of this country were uploaded.")
    made = PlaceChange.objects.create(name=f"{country_name(country)} goes", made_at=now)
    CountryPlaces.objects.create(change=made, country=country, content=b"")
    return made.pk


def lock_places() -> None:
    """
    Let nobody else change which places hold before this transaction ends; two queries.

    Whoever works out what a change moves locks first: else they do it by places that hold no more when it is stored.
    """
    Setting.objects.select_for_update().get_or_create(key=places.KEY, defaults={"value": {}})


def locked(*, change_id: int, state: str) -> PlaceChange:
    """
    Return a change in that state, for the rest of the transaction the caller's alone.

    :raises WrongStep: it is in another state, or not there any more
    """
    found = PlaceChange.objects.select_for_update().filter(pk=change_id).order_by("pk").first()
    if found is None or state_of(found) != state:
        raise WrongStep("Somebody has done this already, or it is not there any more.")
    return found


def state_of(change: PlaceChange) -> str:
    """Return `PROPOSED`, `STORED` or `UNDONE`."""
    return UNDONE if change.undone_at else STORED if change.stored_at else PROPOSED


@transaction.atomic
def store(*, change: PlaceChange, done: Mapping[str, object], moved: Mapping[str, int], now: datetime) -> None:
    """
    Let the places of a change hold from now on; of each of its countries those from before hold no more.

    The caller has locked the places. Whoever waited for somebody else stores after them, whenever they began.

    :param done: country → what it changed; `moved`: how many people and inquiries
    """
    latest = PlaceChange.objects.aggregate(latest=Max("stored_at"))["latest"]
    at = max(now, latest + timedelta(microseconds=1)) if latest else now
    change.stored_at, change.done, change.moved = at, dict(done), dict(moved)
    change.save(update_fields=["stored_at", "done", "moved"])
    _hold()


@transaction.atomic
def undo(*, change: PlaceChange, now: datetime) -> None:
    """
    Let the places from before a change hold again. The caller has locked the places.

    :raises WrongStep: it was stored more than thirty days ago, or places of one of its countries were stored since
    """
    if change.stored_at is None or now - change.stored_at > UNDO_FOR:
        raise WrongStep(f"This was stored more than {UNDO_FOR.days} days ago and cannot be taken back.")
    if since := changed_since(change=change):
        named = ", ".join(map(country_name, since))
        raise WrongStep(f"Places of {named} were stored since, so nothing would come back. Take the latest back first.")
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    _hold()


def changed_since(*, change: PlaceChange) -> list[str]:
    """Return the countries of a stored change of which places were stored since that still stand; two queries."""
    own = set(CountryPlaces.objects.filter(change=change).values_list("country", flat=True))
    found: dict[str, int] = dict(_stored().filter(country__in=own).values_list("country", "change_id"))
    return sorted(country for country, latest in found.items() if latest != change.pk)


def drop(*, change: PlaceChange) -> None:
    """Forget what was proposed."""
    change.delete()


@transaction.atomic
def forget_old_places(*, now: datetime) -> int:
    """
    Forget what nobody stored, and what neither holds nor is needed to take something back; return how many changes are gone.

    Row by row, as a change of several countries may hold in one of them alone.
    """
    proposed = PlaceChange.objects.filter(stored_at=None, made_at__lt=now - KEEP_PROPOSED)
    undone = PlaceChange.objects.filter(undone_at__lt=now - UNDO_FOR)
    needed, settled = set[int](), set[str]()
    rows = _stored().values_list("pk", "country", "mark", "change__stored_at")
    for pk, country, mark, stored_at in reversed(list(rows)):
        can_be_undone = stored_at is not None and stored_at >= now - UNDO_FOR
        if country not in settled and (mark or can_be_undone):
            needed.add(pk)
        if not can_be_undone:
            settled.add(country)
    _stored().exclude(pk__in=needed).delete()
    there = CountryPlaces.objects.filter(change=OuterRef("pk"))
    empty = PlaceChange.objects.filter(~Exists(there), stored_at__lt=now - UNDO_FOR, undone_at=None)
    gone = 0
    for found in (proposed, undone, empty):
        gone += found.count()
        found.delete()
    return gone


def held(*, without: int | None = None, and_then: int | None = None) -> Held:
    """
    Work out which places hold, of each country the latest that were stored and not taken back; one query.

    :param without: as if this change were taken back
    :param and_then: as if this change, which is not stored, were
    """
    found: dict[str, tuple[int, str]] = {}
    rows = list(_stored().exclude(change_id=without).values_list("country", "pk", "mark"))
    if and_then is not None:
        asked = CountryPlaces.objects.filter(change_id=and_then).order_by("country")
        rows += asked.values_list("country", "pk", "mark")
    for country, pk, mark in rows:
        found[country] = pk, mark
    return {country: (pk, mark) for country, (pk, mark) in found.items() if mark}


def _stored() -> QuerySet[CountryPlaces]:
    rows = CountryPlaces.objects.filter(change__undone_at=None).exclude(change__stored_at=None)
    return rows.order_by("change__stored_at", "change_id")


def _hold() -> None:
    value = {country: list(one) for country, one in held().items()}
    Setting.objects.filter(key=places.KEY).update(value=value)


def _row(problem: SheetProblem) -> tuple[str, int, str, str, str]:
    return problem.file, problem.row or 0, problem.column, problem.value, problem.message

"""
The places of other countries: rights, what a change of them moves, the trace, and the inquiries that are sent on by it.

What is proposed lies beside what holds until it is stored. Nothing of what it would do is kept: a preview says what is true now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.contacts.queries import plans
from muster.contacts.queries.plans import Effects
from muster.contacts.services import routing
from muster.core.errors import DomainError
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.places import country_name, parse_country
from muster.units import places as kept
from muster.units import queries as units
from muster.units.places import Counts
from muster.units.services import places as services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.core.places.packed import Differences
    from muster.units.imports.places import ReadPlaces

PERMISSION = "settings.edit"
PROPOSED, STORED, UNDONE = services.PROPOSED, services.STORED, services.UNDONE
SHOWN = 50


class NoSuchCountry(DomainError):
    """What was typed is no country."""


@dataclass(frozen=True, slots=True)
class CountryChange:
    """
    What a change does to one country.

    :ivar name: in English
    :ivar postcodes, cities: how many there are then, and how many of them are new, changed and gone
    :ivar people: inhabitants of its cities, 0 where the change does not say: then the bundled cities stay
    """

    country: str
    name: str
    postcodes: Differences
    cities: Differences
    people: int
    has_counties: bool
    is_removal: bool


@dataclass(frozen=True, slots=True)
class Change:
    """
    A change of places as its page shows it.

    :ivar left_out: (file, row, column, value, message) of the first rows that cannot be taken
    :ivar moved: people and inquiries that it moves, or moved
    :ivar effects: what it would do; None once it is stored, and for whoever may not see all units
    :ivar undo_until: the last moment at which it can be taken back, None where it cannot
    :ivar changed_since: names of its countries of which places were stored since: that has to be taken back first
    """

    id: int
    name: str
    state: str
    made_at: datetime
    countries: list[CountryChange]
    left_out: list[tuple[str, int, str, str, str]]
    left_out_count: int
    moved: Mapping[str, int]
    effects: Effects | None
    stored_at: datetime | None
    undo_until: datetime | None
    changed_since: str = ""

    @property
    def bundled_stay(self) -> str:
        """Name the countries of which no inhabitants are given, so that their bundled cities stay in use."""
        return ", ".join(one.name for one in self.countries if not one.is_removal and not one.people)


def countries(actor: Actor) -> list[Counts]:
    """
    Return what was uploaded and holds, by country; two queries.

    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require(PERMISSION, unit_id=None)
    return kept.counts_held(services.held())


def changes(actor: Actor, *, most: int) -> list[Any]:
    """
    Return the latest changes; one query.

    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require(PERMISSION, unit_id=None)
    return kept.changes(most=most)


def read_files(actor: Actor, paths: Sequence[Path], *, country: str, scratch: Path | None) -> ReadPlaces:
    """
    Read files of places; one query. Files of a million rows take some ten seconds.

    :param country: as somebody writes it; '' for the one each row names, else the organisation's own
    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NoSuchCountry: it is none
    :raises SheetError: one of them is no such table
    """
    from muster.units.imports import places as imports

    actor.require(PERMISSION, unit_id=None)
    code = _code(country)
    return imports.read_files(paths, country=code, at_home=units.settings().country, scratch=scratch)


def read_uploads(actor: Actor, files: Iterable[tuple[str, Iterable[bytes]]], *, country: str) -> ReadPlaces:
    """Read files that somebody sent, each with its name, as `read_files` does."""
    from muster.units.imports import places as imports

    actor.require(PERMISSION, unit_id=None)
    code = _code(country)
    return imports.read_uploads(files, country=code, at_home=units.settings().country)


def propose(*, actor: Actor, name: str, read: ReadPlaces, now: datetime) -> int:
    """
    Keep what files say to be looked at, and return the id of the change.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NothingToStore: no row of them can be taken
    """
    actor.require(PERMISSION, unit_id=None)
    return services.propose(
        name=name, countries=read.countries, problems=read.problems, problem_count=read.problem_count, now=now
    )


def propose_removal(*, actor: Actor, country: str, now: datetime) -> int:
    """
    Keep to be looked at that the places of a country go, and return the id of the change.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises NoSuchPlaces: none of that country were uploaded
    """
    actor.require(PERMISSION, unit_id=None)
    return services.propose_removal(country=country, now=now)


def change(actor: Actor, change_id: int, *, now: datetime) -> Change | None:
    """
    Return one change, with what it would do where it is not stored yet, None where there is none; thirty queries.

    :raises NotAllowed: the actor may not change the organisation's settings
    """
    actor.require(PERMISSION, unit_id=None)
    found = kept.change(change_id)
    if found is None:
        return None
    state, effects, moved = services.state_of(found), None, found.moved
    if state == PROPOSED:
        done = _compared(change_id)
        effects = plans.effects_of_places(actor, _atlas_with(change_id))
        moved = asdict(effects.moved)
    else:
        done = [_told(country, said) for country, said in sorted(found.done.items())]
    ends = found.stored_at + services.UNDO_FOR if found.stored_at and state == STORED else None
    until = ends if ends and now <= ends else None
    since = ", ".join(map(country_name, services.changed_since(change=found))) if until else ""
    return Change(
        id=found.pk,
        name=found.name,
        state=state,
        made_at=found.made_at,
        countries=done,
        left_out=[tuple(row) for row in found.left_out[:SHOWN]],
        left_out_count=found.left_out_count,
        moved=moved,
        # Which units these are is for whoever may see units.
        effects=effects if actor.has_whole("units.view") else None,
        stored_at=found.stored_at,
        undo_until=None if since else until,
        changed_since=since,
    )


@transaction.atomic
def store(*, actor: Actor, change_id: int, now: datetime) -> Effects:
    """
    Let the places of a change hold, as things are now, and send on the inquiries it alters, and those that wait.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises WrongStep: it was stored already, or is not there any more
    """
    actor.require(PERMISSION, unit_id=None)
    services.lock_places()
    found = services.locked(change_id=change_id, state=PROPOSED)
    done = _compared(change_id)
    effects = plans.effects_of_places(actor, _atlas_with(change_id))
    told = {one.country: {key: value for key, value in asdict(one).items() if key != "country"} for one in done}
    services.store(change=found, done=told, moved=asdict(effects.moved), now=now)
    routing.send(actor=actor, routed=effects.routed, now=now)
    _trace(actor, "organisation.places.set", now, effects, found, [one.country for one in done])
    return effects


@transaction.atomic
def undo(*, actor: Actor, change_id: int, now: datetime) -> Effects:
    """
    Let the places hold again that did before, or none, and send on the inquiries.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises WrongStep: it is not stored, was stored more than thirty days ago, or is not the latest of one of its countries
    """
    actor.require(PERMISSION, unit_id=None)
    services.lock_places()
    found = services.locked(change_id=change_id, state=STORED)
    effects = plans.effects_of_places(actor, kept.atlas_of(services.held(without=change_id), keep=False))
    services.undo(change=found, now=now)
    routing.send(actor=actor, routed=effects.routed, now=now)
    _trace(actor, "organisation.places.undone", now, effects, found, sorted(found.done))
    return effects


@transaction.atomic
def drop(*, actor: Actor, change_id: int) -> None:
    """
    Forget what was proposed.

    :raises NotAllowed: the actor may not change the organisation's settings
    :raises WrongStep: it was stored already, or is not there any more
    """
    actor.require(PERMISSION, unit_id=None)
    services.drop(change=services.locked(change_id=change_id, state=PROPOSED))


def forget_old(now: datetime) -> str:
    """Forget changes of places that nobody stored, and those that can no longer be taken back."""
    gone = services.forget_old_places(now=now)
    return f"Changes of places forgotten: {gone:,}." if gone else "Nothing to forget."


def _code(country: str) -> str:
    try:
        return parse_country(country)
    except BadValue as error:
        raise NoSuchCountry(str(error), field="country") from error


def _atlas_with(change_id: int) -> Any:
    return kept.atlas_of(services.held(and_then=change_id), keep=False)


def _compared(change_id: int) -> list[CountryChange]:
    from muster.core.places.packed import city_differences, post_differences

    counts, after = kept.counts_of(change_id), kept.packed_of(change_id)
    held = services.held()
    before = kept.packed(pk for country, (pk, _) in held.items() if country in {one.country for one in counts})
    found = []
    for one in counts:
        old, new = before.get(one.country), after.get(one.country)
        found.append(
            CountryChange(
                country=one.country,
                name=country_name(one.country),
                postcodes=post_differences(old.posts if old else None, new.posts if new else None),
                cities=city_differences(old.cities if old else None, new.cities if new else None),
                people=one.people,
                has_counties=one.has_counties,
                is_removal=one.is_removal,
            )
        )
    return found


def _told(country: str, said: Mapping[str, Any]) -> CountryChange:
    from muster.core.places.packed import Differences

    both = {name: Differences(**said[name]) for name in ("postcodes", "cities")}
    return CountryChange(country=country, **{**said, **both})


def _trace(actor: Actor, action: str, now: datetime, effects: Effects, found: Any, codes: Sequence[str]) -> None:
    moved = effects.moved
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        now=now,
        count=len(codes),
        name=found.name,
        countries=list(codes),
        moved=moved.inquiries,
        people=moved.people,
    )

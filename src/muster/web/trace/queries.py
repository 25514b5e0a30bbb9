"""The trace as a reader may see it: entries as sentences, with the names of whom and what they are about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone

from muster.access import queries as access
from muster.access.actor import Actor
from muster.accounts import queries as accounts
from muster.audit.calc import words
from muster.people.queries import persons
from muster.web.trace.words import sentence

SIZE = 50
BATCH = 500
# Of jobs and commands, whoever asked for them at the shell.
NOBODY = "0"
# Whoever may read of an alarm must know whom it is about.
_ALARM = "audit.alarm."
_PERSON, _UNIT = "people.Person", "units.Unit"


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What one wants to read; empty: all of it.

    :ivar who: id of an account as text, or `NOBODY`
    :ivar what: a key of `words.KINDS`
    :ivar since, until: days of the organisation, both included
    """

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None

    def as_query(self) -> dict[str, str]:
        """Return it as it stands in an address, what is empty left out."""
        found = {"who": self.who, "what": self.what, "from": _iso(self.since), "to": _iso(self.until)}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """
    One entry.

    :ivar about: the person or unit it was done to, as far as the reader may know; `about_url` leads there
    :ivar where: the unit it happened in, '' where the reader may not see it
    """

    id: int
    at: datetime
    who: str
    what: str
    about: str
    about_url: str
    where: str


@dataclass(frozen=True, slots=True)
class Page:
    """
    Some entries, the latest first.

    :ivar previous, next: id of the entry before or after which the page beside this one begins, None: there is none
    """

    lines: list[Line]
    previous: int | None
    next: int | None


def entries(actor: Actor, asked: Asked = Asked()) -> QuerySet[Any]:
    """Return what is asked of what the actor may read, latest first; a QuerySet of `audit.Entry`."""
    found = access.trace(actor)
    if asked.who:
        found = found.filter(user_id=None if asked.who == NOBODY else int(asked.who))
    if asked.what:
        found = found.filter(action__in=words.actions_of(asked.what))
    if asked.since:
        found = found.filter(happened_at__gte=_midnight(asked.since))
    if asked.until:
        found = found.filter(happened_at__lt=_midnight(asked.until + timedelta(days=1)))
    return found


def page(actor: Actor, found: QuerySet[Any], *, after: int | None = None, before: int | None = None) -> Page:
    """
    Return `SIZE` entries; seven queries at most.

    :param found: what to show, of `entries`
    :param after: only those behind (older than) this one; `before`: those in front of it
    """
    if before is not None:
        rows = list(found.filter(pk__gt=before).order_by("pk")[: SIZE + 1])
        is_more, rows = len(rows) > SIZE, rows[:SIZE][::-1]
        older, newer = bool(rows), is_more
    else:
        rows = list((found if after is None else found.filter(pk__lt=after))[: SIZE + 1])
        older, newer, rows = len(rows) > SIZE, after is not None and bool(rows), rows[:SIZE]
    return Page(
        lines_of(actor, rows),
        previous=rows[0].pk if rows and newer else None,
        next=rows[-1].pk if rows and older else None,
    )


def every_line(actor: Actor, found: QuerySet[Any]) -> Iterator[Line]:
    """Yield all of them; memory stays flat."""
    batch: list[Any] = []
    for entry in found.iterator(chunk_size=BATCH):
        batch.append(entry)
        if len(batch) == BATCH:
            yield from lines_of(actor, batch)
            batch = []
    yield from lines_of(actor, batch)


def doers(actor: Actor) -> list[tuple[str, str]]:
    """Return (id as text, name) of whoever did what the actor may read, by name; two queries."""
    seen = access.trace(actor).order_by()
    latest = dict(seen.values_list("user_id").annotate(Max("pk")))
    some = latest.pop(None, None) is not None
    labels = seen.filter(pk__in=latest.values()).values_list("user_id", "actor_label")
    named = sorted(((str(user_id), label) for user_id, label in labels), key=lambda doer: doer[1].casefold())
    return [*named, *([(NOBODY, "Muster itself")] if some else [])]


def lines_of(actor: Actor, rows: list[Any]) -> list[Line]:
    """Return entries that the actor may read as lines; four queries at most."""
    names = _names(actor, rows)
    return [_line(entry, names) for entry in rows]


def _line(entry: Any, names: "_Names") -> Line:
    label, _, key = entry.target.partition(":")
    about, about_url = "", ""
    if label == _PERSON and int(key) in names.people:
        about, about_url = names.people[int(key)], reverse("people:person_detail", args=[key])
    elif label == _UNIT and int(key) in names.units:
        about, about_url = names.units[int(key)], reverse("units:unit_detail", args=[key])
    elif user_id := _account(entry):
        about = names.accounts.get((user_id, entry.unit_id), "")
    return Line(
        entry.pk,
        entry.happened_at,
        words.called(entry.actor_label),
        sentence(entry.action, entry.count, entry.details, names.roles),
        about,
        about_url,
        names.units.get(entry.unit_id or 0, ""),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    people: Mapping[int, str]
    units: Mapping[int, str]
    roles: Mapping[str, str]
    accounts: Mapping[tuple[int, int | None], str]


def _names(actor: Actor, rows: list[Any]) -> _Names:
    """Return the names the entries speak of, each only where the reader may see what bears it."""
    people_ids, unit_ids = _ids(rows, _PERSON), _ids(rows, _UNIT) | {entry.unit_id for entry in rows} - {None}
    people = persons.people(actor).filter(pk__in=people_ids) if people_ids else ()
    units = access.units(actor).filter(pk__in=unit_ids) if unit_ids else ()
    roles = access.roles(actor) if any("role" in entry.details for entry in rows) else ()
    users = {
        (user_id, entry.unit_id)
        for entry in rows
        if (user_id := _account(entry)) and (entry.action.startswith(_ALARM) or _may_name(actor, entry.unit_id))
    }
    called_so = accounts.labels_of({user_id for user_id, _ in users}) if users else {}
    return _Names(
        {person.pk: str(person) for person in people},
        {unit.pk: unit.name for unit in units},
        {role.code: role.name for role in roles},
        {pair: called_so.get(pair[0], "") for pair in users},
    )


def _may_name(actor: Actor, unit_id: int | None) -> bool:
    return actor.has_whole("access.grant") if unit_id is None else actor.may("access.grant", unit_id=unit_id)


def _account(entry: Any) -> int | None:
    """Return the account that an entry is about, if it is about one."""
    user_id = entry.details.get("user")
    return user_id if isinstance(user_id, int) else next(iter(_ids([entry], "accounts.User")), None)


def _ids(rows: Iterable[Any], label: str) -> set[int]:
    return {int(key) for entry in rows for name, _, key in [entry.target.partition(":")] if name == label}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

"""Adding a person, changing what is known of them, putting them away."""

import contextlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.core.errors import DomainError
from muster.core.mails.addresses import is_read_whole
from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.contacts import email_key, phone_parser
from muster.core.sheets.values.names import name_key
from muster.people.calc.fields import CONTACT, LONGEST_PRIVATE, OPEN, PRIVATE, TOLD, Value, label_of, to_write
from muster.people.calc.spells import PLACEMENT, STANDING, SpellRow
from muster.people.calc.tags import clean_tag, with_tags
from muster.people.models import CustomField, Person
from muster.people.services import _spells as spells
from muster.people.services._private import held_private, keep_private
from muster.units import queries as unit_queries


class NameMissing(DomainError):
    """Nobody can be found again without a name."""


class TooLong(DomainError):
    """A text is longer than its field."""


class BadAddress(DomainError):
    """Mail to it would go to another address."""


class UnknownField(DomainError):
    """There is no such field of the organisation's own."""


@transaction.atomic
def add_person(
    *,
    actor: Actor,
    fields: Mapping[str, Value],
    unit_id: int | None,
    on: date,
    now: datetime,
    standing: str = "",
    tags: Collection[str] = (),
) -> Person:
    """
    Add a person, placed in a home unit and with a standing from a day on.

    :param fields: of `OPEN` and `CONTACT`; unknown ones may be left out
    :param unit_id: the home unit; None for somebody without one
    :param standing: `contact`, `applicant`, `member`, or '' for none
    :raises NotAllowed: the actor may not add people in that unit (None: in the whole organisation)
    :raises NameMissing, TooLong, BadAddress, UnitClosed, BadTag: see there
    """
    actor.require("people.edit", unit_id=unit_id)
    cleaned = {name: _clean(name, fields[name]) for name in (*OPEN, *CONTACT) if name in fields}
    _require_address(cleaned.get("email"))
    kept_tags = with_tags("", add=[clean_tag(tag) for tag in tags])
    person = Person(**cleaned, tags=kept_tags, created_at=now)
    _require_name(person)
    _set_keys(person)
    person = Person.objects.create(**{field.attname: getattr(person, field.attname) for field in Person._meta.fields})
    rows: list[SpellRow] = []
    if unit_id is not None:
        spells.require_open(unit_id, on)
        rows.append(SpellRow(PLACEMENT, on, unit_id=unit_id, is_primary=True))
    if standing:
        rows.append(SpellRow(STANDING, on, what=standing))
    spells.write(actor, person.pk, [], rows)
    _record(actor, "people.person.added", person, now, unit_id=unit_id, standing=standing)
    return person


@transaction.atomic
def edit_person(
    *, actor: Actor, person_id: int, wanted: Mapping[str, Value], seen: Mapping[str, Value], now: datetime
) -> list[str]:
    """
    Change fields of a person and return which were changed.

    :param wanted: field → value: fields of `OPEN`, of `CONTACT`, and `custom:key` for those of the organisation's own
    :param seen: field → value that the actor was shown
    :raises NotAllowed: the actor may not change this person, or names contact details without the right to see them
    :raises ChangedSince: somebody else changed one of them too; nothing is written
    :raises NameMissing, TooLong, BadAddress, UnknownField: see there
    """
    person = spells.locked_person(actor, person_id)
    if set(wanted) & set(CONTACT):
        spells.locked_person(actor, person_id, "people.contact")
    return write_fields(actor=actor, person=person, wanted=wanted, seen=seen, now=now)


def write_fields(
    *, actor: Actor, person: Person, wanted: Mapping[str, Value], seen: Mapping[str, Value], now: datetime
) -> list[str]:
    """As `edit_person`, for a person whom the service has locked and checked."""
    current = {name: getattr(person, name) for name in (*OPEN, *CONTACT)}
    current |= {f"custom:{key}": str(value) for key, value in person.custom.items()}
    cleaned = {name: _clean(name, value) for name, value in wanted.items()}
    changed = to_write(current=current, seen=seen, wanted=cleaned)
    if not changed:
        return []
    _require_known([name for name in changed if name not in (*OPEN, *CONTACT)])
    _require_address(changed.get("email"))
    for name, value in changed.items():
        _assign(person, name, value)
    # Some have none: an import takes rows with an address alone, and those may say no as well.
    if not _NAMES.isdisjoint(changed):
        _require_name(person)
    _set_keys(person)
    person.version += 1
    person.save()
    # The trace is never erased: it tells which fields were changed, and of few of them what stood there.
    told = {name: [current[name], value] if name in TOLD else None for name, value in changed.items()}
    _record(actor, "people.person.edited", person, now, changed=told)
    return list(changed)


@transaction.atomic
def edit_private(
    *, actor: Actor, person_id: int, wanted: Mapping[str, Value], seen: Mapping[str, Value], now: datetime
) -> list[str]:
    """
    Change the private part of a person and return which fields were changed; the trace keeps their names only.

    :raises NotAllowed: the actor may not change this person or not see the private part
    :raises ChangedSince: somebody else changed one of them too; nothing is written
    """
    person = spells.locked_person(actor, person_id)
    spells.locked_person(actor, person_id, "people.private")
    return write_private(actor=actor, person=person, wanted=wanted, seen=seen, now=now)


def write_private(
    *, actor: Actor, person: Person, wanted: Mapping[str, Value], seen: Mapping[str, Value], now: datetime
) -> list[str]:
    """As `edit_private`, for a person whom the service has locked and checked."""
    current = held_private(person.pk)
    cleaned = {name: _clean(name, value) for name, value in wanted.items()}
    changed = to_write(current=current, seen=seen, wanted=cleaned)
    if not changed:
        return []
    keep_private(person.pk, current | {name: str(value) for name, value in changed.items()})
    _record(actor, "people.private.edited", person, now, changed=dict.fromkeys(changed))
    return list(changed)


def _clean(name: str, value: Value) -> Value:
    """Return a text without outer and doubled blanks (notes keep their lines); flags pass."""
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "").replace("\r\n", "\n").strip()
    if name != "notes":
        text = " ".join(text.split())
    limit = _limit(name)
    if limit is not None and len(text) > limit:
        raise TooLong(f"{label_of(name)} is too long: at most {limit} letters.", field=name)
    return text.upper() if name == "country" else text


def _limit(name: str) -> int | None:
    if ":" in name:
        return 2000
    return LONGEST_PRIVATE.get(name) if name in PRIVATE else getattr(Person._meta.get_field(name), "max_length", None)


def _assign(person: Person, name: str, value: Value) -> None:
    if name in (*OPEN, *CONTACT):
        setattr(person, name, value)
    else:
        key = name.partition(":")[2]
        person.custom = {k: v for k, v in person.custom.items() if k != key} | ({key: value} if value else {})


_NAMES = {"given_name", "family_name", "preferred_name"}


def _require_name(person: Person) -> None:
    if not (person.given_name or person.family_name or person.preferred_name):
        raise NameMissing("Write a name, even if only one.", field="given_name")


def _require_address(email: Value) -> None:
    if isinstance(email, str) and email and not is_read_whole(email):
        raise BadAddress("Mail would not reach this address. Write it such as name@example.org.", field="email")


def _require_known(names: list[str]) -> None:
    keys = {name.partition(":")[2] for name in names}
    if keys and CustomField.objects.filter(key__in=keys).count() != len(keys):
        raise UnknownField("One of these fields is not there any more.")


def _set_keys(person: Person) -> None:
    person.name_key = name_key(person.given_name or person.preferred_name, person.family_name)
    person.email_key = email_key(person.email)
    person.phone_e164 = ""
    if person.phone:
        country = person.country or unit_queries.settings().country
        # A number that nobody can read is kept as it was typed; it is only not found by its digits.
        with contextlib.suppress(BadValue):
            person.phone_e164 = phone_parser(country)(person.phone)


def _record(
    actor: Actor, action: str, person: Person, now: datetime, *, unit_id: int | None = None, **details: Any
) -> None:
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        target=person,
        unit_id=unit_id or spells.home_unit_id(person.pk, actor.on),
        now=now,
        **details,
    )

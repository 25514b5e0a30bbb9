"""Whether somebody may be written to and called, where it is not typed into their record but follows from something else."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from muster.access.actor import Actor
from muster.core.sheets.values.contacts import email_key
from muster.people import private
from muster.people.models import Person
from muster.people.services.persons import write_fields

Consents = tuple[bool | None, bool | None]


@dataclass(frozen=True, slots=True)
class Set:
    """
    What was set, so that it can be taken back.

    :ivar before: what stood there
    :ivar version: of the record since
    """

    before: Consents
    version: int


_FIELDS = ("email_opt_in", "phone_opt_in")


def set_consents(*, actor: Actor, person_id: int, to: Consents, now: datetime) -> Set:
    """
    Set whether somebody may be written to and called (None: never asked).

    Whoever calls has checked that the actor may say so of this person.
    """
    rows = Person.objects.unscoped("the caller has checked the person").select_for_update()
    person = rows.get(pk=person_id)
    before = (person.email_opt_in, person.phone_opt_in)
    write_fields(
        actor=actor,
        person=person,
        wanted=dict(zip(_FIELDS, to, strict=True)),
        seen=dict(zip(_FIELDS, before, strict=True)),
        now=now,
    )
    return Set(before, person.version)


def take_back_consents(*, actor: Actor, person_id: int, done: Set, now: datetime) -> None:
    """
    Put back what stood there before, unless the record was changed since: a "no" that was said meanwhile stays.

    Whoever calls has checked that the actor may say so of this person.
    """
    rows = Person.objects.unscoped("the caller has checked the person").select_for_update()
    if rows.filter(pk=person_id, version=done.version).exists():
        set_consents(actor=actor, person_id=person_id, to=done.before, now=now)


def add_consents(*, actor: Actor, person_id: int, said: Consents, now: datetime) -> None:
    """
    Note what somebody agreed to or not, where nothing of the kind stands in their record yet; what stands there stays.

    Whoever calls has checked that the actor may say so of this person.
    """
    rows = Person.objects.unscoped("the caller has checked the person").select_for_update()
    person = rows.get(pk=person_id)
    before = (person.email_opt_in, person.phone_opt_in)
    to = tuple(new if was is None else was for was, new in zip(before, said, strict=True))
    if to != before:
        set_consents(actor=actor, person_id=person_id, to=(to[0], to[1]), now=now)


def note_refused(*, actor: Actor, person_id: int, email: str) -> None:
    """
    Write down that a mail server knows of no such address as this person's; it counts until another one stands there.

    Whoever calls has sent them a letter.
    """
    rows = Person.objects.unscoped("the caller wrote to the person").filter(pk=person_id)
    rows.update(email_refused=private.refused_mark(email_key(email)))


def say_no(*, actor: Actor, person_id: int, now: datetime) -> bool:
    """
    Write down that somebody wants no more e-mail, and return whether that was new.

    Said again it is a change of the record all the same, so that nothing older is put back over it.
    """
    rows = Person.objects.unscoped("whoever holds a letter to them speaks for them").select_for_update()
    person = rows.filter(pk=person_id).order_by("pk").first()
    if person is None or person.email_opt_in is False:
        rows.filter(pk=person_id).update(version=F("version") + 1)
        return False
    set_consents(actor=actor, person_id=person_id, to=(False, person.phone_opt_in), now=now)
    return True

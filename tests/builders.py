"""Plain functions that make rows for tests; what a test does not name does not matter to it."""

from datetime import UTC, date, datetime
from typing import Any

from django_tasks_db.models import DBTaskResult

from muster.access.models import Grant, Role
from muster.accounts.models import User
from muster.contacts.models import Assessment, Case, Claim, Conversation, Inquiry, PublicForm, Scale, Stage, UnitMeeting
from muster.mailings.models import Mailing
from muster.people import private
from muster.people.models import Office, Person, PersonPrivate, Placement, Qualification, Standing
from muster.planning.models import Goal
from muster.units.models import FormerKind, Setting, Unit, UnitKind

TODAY = date(2026, 11, 1)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
LONG_AGO = date(2000, 1, 1)
PASSWORD = "correct horse battery"


def make_unit(name: str, *, kind: str = "branch", parent: Unit | None = None, **fields: Any) -> Unit:
    """With a root comes an organisation in which a password is enough; tests about sign-in say `require_second_factor`."""
    if kind == "organisation":
        Setting.objects.update_or_create(key="second_factor", defaults={"value": "offered"})
    return Unit.objects.create(name=name, kind=UnitKind.objects.get(code=kind), parent=parent, **fields)


def make_meeting(unit: Unit, held_on: date = TODAY, people: int = 5) -> UnitMeeting:
    return UnitMeeting.objects.create(unit=unit, held_on=held_on, people_count=people, noted_at=NOON)


def make_former_kind(unit: Unit, kind: str, *, until: date) -> FormerKind:
    return FormerKind.objects.create(unit=unit, kind=UnitKind.objects.get(code=kind), until_on=until, made_at=NOON)


def require_second_factor() -> None:
    Setting.objects.update_or_create(key="second_factor", defaults={"value": "required"})


def make_user(name: str, **roles: Unit) -> User:
    """`make_user("alice", unit_organiser=north)`: the role in that unit, since long ago."""
    user = User.objects.create_user(f"{name}@example.org", name=name)
    for code, unit in roles.items():
        Grant.objects.create(user=user, role=Role.objects.get(code=code), unit=unit, from_on=LONG_AGO)
    return user


def make_grant(user: User, role: str, unit: Unit, *, from_on: date = LONG_AGO, to_on: date | None = None) -> Grant:
    return Grant.objects.create(user=user, role=Role.objects.get(code=role), unit=unit, from_on=from_on, to_on=to_on)


def make_person(
    name: str = "Nora Berg",
    *,
    unit: Unit | None = None,
    member_from: date | None = None,
    member_to: date | None = None,
    **fields: Any,
) -> Person:
    """A person, placed in `unit` since long ago, with a member spell where `member_from` says so."""
    given, _, family = name.partition(" ")
    defaults = {"given_name": given, "family_name": family, "name_key": name.casefold(), "created_at": NOON}
    person = Person.objects.create(**{**defaults, **fields})
    if unit is not None:
        make_placement(person, unit, is_primary=True)
    if member_from is not None:
        make_standing(person, from_on=member_from, to_on=member_to)
    return person


def make_private(person: Person, **fields: str) -> PersonPrivate:
    sealed, birth_mark = private.seal(person.pk, fields)
    return PersonPrivate.objects.update_or_create(person=person, defaults={"sealed": sealed, "birth_mark": birth_mark})[
        0
    ]


def private_of(person: Person) -> dict[str, str]:
    """What is held of a person in private, field → text."""
    return PersonPrivate.objects.unscoped("a test reads all").get(person=person).opened()


def make_standing(
    person: Person, standing: str = "member", *, from_on: date = LONG_AGO, to_on: date | None = None
) -> Standing:
    return Standing.objects.create(person=person, standing=standing, from_on=from_on, to_on=to_on)


def make_placement(
    person: Person, unit: Unit, *, from_on: date = LONG_AGO, to_on: date | None = None, is_primary: bool = False
) -> Placement:
    return Placement.objects.create(person=person, unit=unit, from_on=from_on, to_on=to_on, is_primary=is_primary)


def make_qualification(
    person: Person, qualification: str = "organiser", *, from_on: date = LONG_AGO, to_on: date | None = None
) -> Qualification:
    return Qualification.objects.create(person=person, qualification=qualification, from_on=from_on, to_on=to_on)


def make_office(
    person: Person, unit: Unit, role: str = "treasurer", *, from_on: date = LONG_AGO, to_on: date | None = None
) -> Office:
    return Office.objects.create(person=person, unit=unit, role=role, from_on=from_on, to_on=to_on)


def make_inquiry(**fields: Any) -> Inquiry:
    return Inquiry.objects.create(**{"received_at": NOON, "channel": "website", **fields})


def make_form(unit: Unit, **fields: Any) -> PublicForm:
    """A public form that is on; that of the root asks for consent."""
    words = {"email_words": "You may write to me", "phone_words": "You may call me"} if unit.parent_id is None else {}
    return PublicForm.objects.create(unit=unit, **{"is_on": True, "title": f"Write to {unit.name}", **words, **fields})


def make_claim(unit: Unit, value: str, *, kind: str = "postcode", country: str = "US") -> Claim:
    return Claim.objects.create(unit=unit, kind=kind, country=country, value=value)


def make_case(person: Person, stage: str = "Inquiry", **fields: Any) -> Case:
    """A case at the stage of that name, due today and nobody's."""
    defaults = {"stage_since": NOON, "opened_at": NOON, "next_on": TODAY}
    return Case.objects.create(person=person, stage=Stage.objects.get(name=stage), **{**defaults, **fields})


def make_conversation(person: Person, result: str = "reached", **fields: Any) -> Conversation:
    return Conversation.objects.create(person=person, result=result, **{"kind": "call", "held_at": NOON, **fields})


def make_assessment(person: Person, step: int = 1, **fields: Any) -> Assessment:
    scale = Scale.objects.get(name="Support")
    return Assessment.objects.create(person=person, scale=scale, step=step, **{"made_on": TODAY, **fields})


def make_goal(unit: Unit, **fields: Any) -> Goal:
    defaults = {"measure": "members", "start_on": date(2026, 1, 1), "due_on": date(2027, 1, 1), "target": 10}
    return Goal.objects.create(unit=unit, **{**defaults, **fields})


def send_letters() -> None:
    """Do what the worker would do now with the letters that wait."""
    for job in DBTaskResult.objects.filter(status="READY", task_path__startswith="muster.accounts").order_by(
        "enqueued_at"
    ):
        job.task.func(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.delete()


def make_mailing(unit: Unit, **fields: Any) -> Mailing:
    defaults = {
        "subject": "May Day",
        "body": "Dear {given_name|friend},\n\n**come along**.",
        "ask": "tag:stall",
        "imprint": "North, 1 Main Street, Salem",
        "made_at": NOON,
    }
    return Mailing.objects.create(unit=unit, **{**defaults, **fields})


def make_reader(name: str = "Nora Berg", **fields: Any) -> Person:
    """Somebody who agreed to e-mail, at an address made of their name, whom `make_mailing` asks for."""
    email = f"{name.replace(' ', '.').lower()}@example.org"
    return make_person(name, **{"email": email, "email_key": email, "email_opt_in": True, "tags": "stall", **fields})

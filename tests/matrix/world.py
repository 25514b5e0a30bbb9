"""A small world in which every text of North is a word found nowhere else, so that a leak shows in any answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from muster.access.models import Role
from muster.audit.models import Entry, JSONText
from muster.contacts import sealed
from muster.people.calc.fields import PRIVATE
from muster.people.models import PersonPrivate
from tests.builders import (
    NOON,
    TODAY,
    make_case,
    make_form,
    make_former_kind,
    make_goal,
    make_inquiry,
    make_office,
    make_person,
    make_placement,
    make_private,
    make_qualification,
    make_standing,
    make_unit,
    make_user,
)

# From nobody to everything; each may do what the one before may. `foreign` is an organiser of South.
ROLES = {
    "anonymous": None,
    "member": "member",
    "viewer": "unit_viewer",
    "organiser": "unit_organiser",
    "officer": "national_officer",
    "administrator": "administrator",
    "foreign": "unit_organiser",
}

# Who may see the texts of a row of North: whoever holds one of these permissions there. Narrower ones stand by the field.
SEEN_WITH: dict[str, set[str]] = {
    "access.Grant": {"access.grant"},
    "access.Release": {"people.export"},
    "access.Release.address": set(),
    "access.Release.canary_name": {"audit.view"},
    "access.Release.canary_ref": {"audit.view"},
    "accounts.User": {"access.grant"},
    "audit.Entry": {"audit.view", "units.edit", "people.edit"},
    "contacts.Claim": {"contacts.view"},
    "contacts.Application": {"contacts.view"},
    "contacts.Call": set(),
    "contacts.CallList": {"contacts.work"},
    "contacts.Case": {"contacts.view"},
    "contacts.Conversation": {"contacts.view"},
    "contacts.Inquiry": {"contacts.view"},
    "contacts.Inquiry.email": {"people.contact"},
    "contacts.Inquiry.phone": {"people.contact"},
    "contacts.Inquiry.sent_with": set(),
    "contacts.InquiryExternalId": {"contacts.view"},
    "contacts.InquiryLetter": {"contacts.view"},
    "contacts.InquiryLetter.email": {"people.contact"},
    "contacts.RawLetter": {"contacts.raw"},
    "contacts.StageChange": set(),
    "mailings.Mailing": {"mailings.send"},
    "mailings.Letter": {"mailings.send"},
    "mailings.Letter.token": set(),
    "people.DuplicatePair": {"people.merge"},
    "people.Merge": {"people.merge"},
    "people.Office": {"people.view"},
    "people.Person": {"people.view"},
    "people.Person.email": {"people.contact"},
    "people.Person.email_key": {"people.contact"},
    "people.Person.phone": {"people.contact"},
    "people.Person.phone_e164": {"people.contact"},
    "people.PersonExternalId": {"people.view"},
    "people.PersonPrivate": {"people.private"},
    "people.Qualification": {"people.view"},
    "people.Standing": {"people.view"},
    "transfer.Batch": {"transfer.import"},
    "units.Closing": {"units.edit"},
    "units.Split": {"units.edit"},
    "units.Unit": {"units.view"},
    "units.UnitExternalId": {"units.view"},
    "web.SavedView": set(),
    "workflows.ErasureRequest": {"people.erase"},
}
# Texts that belong to the whole organisation, or that nobody types.
NOT_OF_A_UNIT = {
    "access.OfficeRole",
    "access.Role",
    "contacts.ClaimChange",
    "contacts.PublicForm",  # for everybody to read
    "access.StrangerUse",
    "audit.Head",
    "contacts.Scale",
    "contacts.Stage",
    "contacts.WelcomeStep",
    "access.Usage",
    "accounts.Session",
    "people.CustomField",
    "mailings.Reminder",  # of an account alone
    "people.SaidReason",  # read by an undo alone
    "transfer.Change",
    "units.CountryPlaces",
    "units.PlaceChange",
    "units.Setting",
    "units.UnitKind",
    "workflows.Erasure",
    "workflows.NightlyRun",
}
# Too short to hold a word, or read by a program as something else than text.
NOT_A_TEXT = {
    "access.Release.ref",
    "accounts.User.password",
    "audit.Entry.action",
    "audit.Entry.key_id",
    "audit.Entry.target",
    "contacts.Application.reason",
    "contacts.Application.said",
    "contacts.Claim.country",
    "contacts.Claim.shape",
    "contacts.Call.result",
    # A question: what is no question is shown by its place.
    "mailings.Mailing.ask",
    "contacts.Conversation.note",
    "contacts.Inquiry.country",
    "contacts.InquiryLetter.digest",
    "contacts.InquiryLetter.sealed",
    "contacts.InquiryLetter.token",
    "contacts.RawLetter.sealed",
    "people.Merge.after",
    "people.Merge.before",
    "people.Person.country",
    "people.Person.email_refused",
    "people.PersonPrivate.birth_mark",
    "people.PersonPrivate.sealed",
    "transfer.Batch.mapping",
    "transfer.Batch.progress",
    "transfer.Batch.result",
    "units.Closing.spells",
    "units.Closing.units_before",
    "units.Split.spells",
    "units.Unit.country",
}


# What a person's private part holds that may be a word.
SEALED = tuple(name for name in PRIVATE if name != "birth_date")

SEALED_TEXTS = {"contacts.Conversation": ("note",), "contacts.Application": ("said", "reason")}
# Sealed letters: what the text inside is called.
LETTERS = {"contacts.InquiryLetter": "text", "contacts.RawLetter": "raw"}

# Roles that no row of the table names: they see a part, or a little, and whatever they get must not hold more.
OTHERS = {
    "north_officer": "national_officer",
    "north_administrator": "administrator",
    "branch_viewer": "unit_viewer",
    "whole_viewer": "unit_viewer",
    "mapper": "mapper",
}
WORD = re.compile(r"zq\d{4}qz", re.IGNORECASE)


@dataclass(frozen=True)
class Canary:
    """
    A word that stands in one text of the world and nowhere else.

    :ivar name: the field that holds it, as `app.Model.field`
    :ivar place: id of the unit the row belongs to, None for a row without a unit
    :ivar needed: permissions of which one lets see it there
    """

    name: str
    place: int | None
    needed: frozenset[str]


@dataclass
class World:
    """
    :ivar users: role of the matrix → user, None for nobody
    :ivar ids: what addresses take, by the name that a row of the table uses; all of North
    :ivar foreign: the same of South
    :ivar canaries: word → what it is
    :ivar held: role → permission → ids of the units it holds in; None among them: it reaches rows without a unit too
    """

    users: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    canaries: dict[str, Canary] = field(default_factory=dict)
    held: dict[str, dict[str, set[int | None]]] = field(default_factory=dict)

    def may_see(self, role: str, word: str) -> bool:
        """Say whether a role may see a word: it holds a permission that is needed, in the unit the row belongs to."""
        canary, held = self.canaries[word], self.held[role]
        return any(canary.place in held.get(permission, ()) for permission in canary.needed)

    def seen(self, text: str) -> set[str]:
        """Return the words that the text holds."""
        return {word for found in WORD.findall(text) if (word := found.lower()) in self.canaries}

    def leaks(self, role: str, text: str) -> list[str]:
        """Return the fields whose word the role must not see and the text holds."""
        return sorted(self.called(word) for word in self.seen(text) if not self.may_see(role, word))

    def called(self, word: str) -> str:
        return f"{word} of {self.canaries[word].name}"

    def mark(self, row: models.Model, place: int | None) -> None:
        """Fill every text field of the row with a word of its own."""
        label = row._meta.label
        for column in text_fields(type(row)):
            name = f"{label}.{column.name}"
            if name in NOT_A_TEXT:
                continue
            word = self.word(name, place, SEEN_WITH.get(name, SEEN_WITH[label]))
            setattr(row, column.name, _dressed(column, word))
        row.save()
        if isinstance(row, PersonPrivate):
            self._mark_sealed(row, place)
        for column in SEALED_TEXTS.get(label, ()):
            text = self.word(f"{label}.{column}", place, SEEN_WITH[label])
            setattr(row, column, sealed.seal(row, column, text))
            row.save()
        if label in LETTERS:
            word = self.word(f"{label}.{LETTERS[label]}", place, SEEN_WITH[label])
            row.sealed = sealed.seal(row, "sealed", f'{{"text": "{word}"}}')
            row.save()

    def _mark_sealed(self, row: PersonPrivate, place: int | None) -> None:
        needed = SEEN_WITH["people.PersonPrivate"]
        words = {name: self.word(f"people.PersonPrivate.{name}", place, needed) for name in SEALED}
        make_private(row.person, **words)

    def word(self, name: str, place: int | None, needed: Iterable[str]) -> str:
        """Return a word for a text field that stands nowhere else."""
        word = f"zq{len(self.canaries):04}qz"
        self.canaries[word] = Canary(name, place, frozenset(needed))
        return word


def text_fields(model: type[models.Model]) -> list[models.Field]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [column for column in model._meta.concrete_fields if isinstance(column, kinds) and not column.choices]


def _dressed(column: models.Field, word: str) -> object:
    if isinstance(column, models.JSONField | JSONText):
        return {"note": word}
    return f"{word}@example.org" if column.name.startswith("email") else word


def build() -> World:
    """Two regions with a branch each, rows of every kind in both, somebody without a unit, and a user for each role."""
    world = World()
    organisation = make_unit("Workers Together", kind="organisation")
    north, south = (make_unit(name, kind="region", parent=organisation) for name in ("North", "South"))
    branch = make_unit("North 1", parent=north, opened_on=date(2001, 1, 1))
    other = make_unit("South 1", parent=south, opened_on=date(2001, 1, 1))
    Role.objects.create(code="mapper", name="Mapper", permissions=["units.view"])
    where = dict.fromkeys(("officer", "administrator", "whole_viewer", "mapper"), organisation)
    where |= {"foreign": south, "branch_viewer": branch}
    reach = {north: {north.pk, branch.pk}, south: {south.pk, other.pk}, branch: {branch.pk}}
    reach[organisation] = {unit.pk for unit in (organisation, north, branch, south, other)} | {None}
    for role, code in (ROLES | OTHERS).items():
        unit = where.get(role, north)
        world.users[role] = make_user(role, **{code: unit}) if code else None
        permissions = Role.objects.get(code=code).permissions if code else ()
        world.held[role] = dict.fromkeys(permissions, reach[unit])
    # Fields belong to the whole organisation; what they are called is no secret.
    own_field = apps.get_model("people.CustomField").objects.create(key="Shirt", label="Shirt")
    viewer = Role.objects.get(code="unit_viewer")
    office_role = apps.get_model("access.OfficeRole").objects.create(office="Chair", key="chair", role=viewer)
    # Which unit claims what is changed for the whole organisation.
    change = apps.get_model("contacts.ClaimChange").objects.create(name="Claims", made_at=NOON)
    of_places = apps.get_model("units.PlaceChange").objects.create(name="Places", made_at=NOON)
    everywhere = {
        "form": _open_forms(organisation, branch),
        "claim_change": change.pk,
        "place_change": of_places.pk,
        "own_field": own_field.pk,
        **dict.fromkeys(("handle", "letter_token"), "nobody"),
        "passkey": 1,
        "kind_of_spell": "standing",
        "file_kind": "csv",
        "format": "json",
        "picture": "members",
        "figures_table": "stages",
        "kind": branch.kind_id,
        "role": Role.objects.get(code="unit_viewer").pk,
        "welcome_step": apps.get_model("contacts.WelcomeStep").objects.get(after_days=3).pk,
        "stage": apps.get_model("contacts.Stage").objects.get(name="Attending").pk,
        "scale": apps.get_model("contacts.Scale").objects.get(name="Support").pk,
        "office_role": office_role.pk,
    }
    for region, home, away, into in ((north, branch, south, world.ids), (south, other, north, world.foreign)):
        rows = _rows_of(home)
        for name, row in rows.items():
            # Imports are seen by who sent them in, else by who may import everywhere.
            world.mark(row, None if name == "batch" else home.pk)
        world.mark(home, home.pk)
        world.mark(region, region.pk)
        shared = world.word("web.SavedView.name", home.pk, {"people.view"})
        into["alarm"] = _alarm_about(rows["user"], home).pk
        _sent_in(rows["batch"], world.word("audit.Entry.details", None, {"transfer.import"}))
        rows["shared"] = _make_view(user=rows["user"], page="people:person_list", name=shared, unit=home)
        into |= everywhere | {"unit": home.pk, "region": region.pk, "foreign_unit": away.pk}
        into |= {name: row.pk for name, row in rows.items()} | {"release": rows["release"].ref}
    for person, place in _between(branch, other):
        world.mark(person, place)
    return world


def _open_forms(organisation: Any, branch: Any) -> str:
    """Let strangers write to everybody, and to the branch; return what that is called in its address."""
    make_form(organisation, privacy="Few read it.")
    return make_form(branch, name="north-one", title="Write to the branch").name


def _make_view(**fields: Any) -> models.Model:
    return apps.get_model("web.SavedView")._base_manager.create(**{"query": "", **fields})


def _sent_in(batch: Any, name: str) -> None:
    """The trace of an import, which names the file."""
    Entry.objects.create(
        happened_at=NOON,
        user_id=batch.started_by_id,
        actor_label="eve",
        action="transfer.import.published",
        target=f"transfer.Batch:{batch.pk}",
        details={"name": name},
    )


def _alarm_about(user: Any, unit: Any) -> Entry:
    return Entry.objects.create(
        happened_at=timezone.now(),
        actor_label="system:alarms",
        action="audit.alarm.raised",
        unit_id=unit.pk,
        count=99,
        details={"rule": "looks", "user": user.pk, "day": TODAY.isoformat(), "usual": 1},
    )


def _between(branch: Any, other: Any) -> list[tuple[models.Model, int | None]]:
    """People whom rules about one unit alone would show to too many, with the unit whose officers see them."""
    alone = make_person("Ada Alone", member_from=date(2020, 1, 1))
    asked = make_inquiry(person=None)
    sent = make_inquiry(person=None, unit=other)
    moved = make_person("Mo Moved", member_from=date(2015, 1, 1))
    make_placement(moved, branch, from_on=date(2015, 1, 1), to_on=date(2019, 1, 1), is_primary=True)
    make_placement(moved, other, from_on=date(2019, 1, 1), is_primary=True)
    coming = make_person("Cora Coming", unit=other, member_from=date(2020, 1, 1))
    make_placement(coming, branch, from_on=date(2090, 1, 1))
    treasurer = make_person("Tom Treasurer", unit=other, member_from=date(2020, 1, 1))
    make_office(treasurer, branch, role="auditor")
    return [
        (alone, None),
        (asked, None),
        (sent, other.pk),
        (moved, other.pk),
        (coming, other.pk),
        (treasurer, other.pk),
    ]


def _followed_up(unit: Any, person: Any, by: Any) -> dict[str, models.Model]:
    """A contact of this person, talked to once, on a list of people to call, and written to."""
    case = make_case(person)
    change, conversation = (
        apps.get_model(f"contacts.{name}")._base_manager for name in ("StageChange", "Conversation")
    )
    lists, calls = (apps.get_model(f"contacts.{name}")._base_manager for name in ("CallList", "Call"))
    application = apps.get_model("contacts.Application")._base_manager.create(
        person=person, applied_on=TODAY, dues_cents=1250, made_by=by, made_at=NOON
    )
    call_list = lists.create(unit=unit, cooldown_days=0, made_by=by, made_at=NOON)
    return {
        "case": case,
        "application": application,
        "welcome": apps.get_model("contacts.Welcome")._base_manager.create(
            person=person, application=application, step_id=1, owner=by, due_on=TODAY
        ),
        "stage_change": change.create(person=person, case=case, stage=case.stage, changed_at=NOON),
        "conversation": conversation.create(person=person, kind="call", result="reached", held_at=NOON, held_by=by),
        "call_list": call_list,
        "call": calls.create(call_list=call_list, person=person, handed_to=by, handed_at=timezone.now()),
        **_written(unit, person, by),
    }


def _written(unit: Any, person: Any, by: Any) -> dict[str, models.Model]:
    """A letter that is being written, and one that was sent and refused."""
    mailings, letters = (apps.get_model(f"mailings.{name}")._base_manager for name in ("Mailing", "Letter"))
    made = {"unit": unit, "made_by": by, "made_at": NOON, "ask": "standing:member"}
    sent = mailings.create(**made, state="done", sent_by=by, sent_at=NOON)
    return {
        "draft": mailings.create(**made),
        "mailing": sent,
        "letter": letters.create(unit=unit, mailing=sent, person=person, state="refused", due_at=NOON, changed_at=NOON),
    }


def _letters(inquiry: Any) -> dict[str, models.Model]:
    """An inquiry with a letter, and how that came."""
    letter = apps.get_model("contacts.InquiryLetter").objects.create(inquiry=inquiry, at=NOON)
    raw = apps.get_model("contacts.RawLetter").objects.create(letter=letter, received_at=NOON, size=1)
    return {"inquiry": inquiry, "inquiry_letter": letter, "raw": raw}


def _rows_of(unit: Any) -> dict[str, models.Model]:
    """Rows of every kind that hold text, all of this unit."""
    eve = make_user(f"eve-{unit.pk}", unit_viewer=unit)
    person = make_person(unit=unit, member_from=date(2020, 1, 1))
    twin = make_person("Nora Bergh", unit=unit)
    inquiry = make_inquiry(person=person, unit=unit, routed_by="national")
    goal = make_goal(unit)

    office = make_office(person, unit)
    grants = apps.get_model("access.Grant").objects.filter(user=eve)
    grants.update(office=office.role, office_id=office.pk)

    def make(label: str, **fields: Any) -> models.Model:
        return apps.get_model(label)._base_manager.create(**fields)

    return {
        "release": make(
            "access.Release", ref=f"MF-{unit.pk}", unit=unit, count=300, asked_by=eve, asked_at=timezone.now()
        ),
        "person": person,
        "twin": twin,
        "private": make_private(person),
        "standing": make_standing(person, "contact", from_on=date(2019, 1, 1), to_on=date(2020, 1, 1)),
        "qualification": make_qualification(person),
        "office": office,
        **_letters(inquiry),
        "sent": make_inquiry(person=None, unit=unit, routed_by="nearest"),
        **_followed_up(unit, person, eve),
        "claim": make("contacts.Claim", unit=unit, kind="postcode", country="US", value="x"),
        "goal": goal,
        "inquiry_id": make("contacts.InquiryExternalId", inquiry=inquiry, source="a", value="a"),
        "person_id": make("people.PersonExternalId", person=person, source="a", value="a"),
        "unit_id": make("units.UnitExternalId", unit=unit, source="a", value="a"),
        "pair": make("people.DuplicatePair", first=person, second=twin, reason="name", found_at=NOON),
        "merge": make("people.Merge", kept=person, dropped_id=0, dropped_ref="x", merged_at=NOON),
        "request": make("workflows.ErasureRequest", person=person, asked_at=NOON),
        "user": eve,
        "grant": grants.get(),
        # Stored when it is marked: an entry is written once.
        "entry": Entry(
            happened_at=NOON,
            user_id=eve.pk,
            actor_label="eve",
            action="units.unit.edited",
            target=f"units.Unit:{unit.pk}",
            unit_id=unit.pk,
        ),
        "change": Entry(
            happened_at=NOON,
            user_id=eve.pk,
            actor_label="eve",
            action="people.person.edited",
            target=f"people.Person:{person.pk}",
            unit_id=unit.pk,
        ),
        "batch": make("transfer.Batch", name="x", source="x", started_by=eve, created_at=NOON, state="DONE"),
        "view": _make_view(user=eve, page="x", name="x"),
        **_grown(unit),
    }


def _grown(unit: Any) -> dict[str, models.Model]:
    """What was done to a unit, each thing to be undone; nobody was moved by it."""
    untouched = {table: {"before": [], "after": []} for table in ("placements", "offices")}
    made = {
        "closing": ("units.Closing", {"closed_on": TODAY, "closed_at": NOON, "spells": untouched}),
        "meeting": ("contacts.UnitMeeting", {"held_on": TODAY, "people_count": 7, "noted_at": NOON}),
        "split": ("units.Split", {"new_unit": unit, "split_on": TODAY, "split_at": NOON, "spells": untouched}),
    }
    rows = {
        name: apps.get_model(label)._base_manager.create(unit=unit, **fields) for name, (label, fields) in made.items()
    }
    return rows | {"former_kind": make_former_kind(unit, "group", until=date(2020, 1, 1))}

"""A small world in which every text of North is a word found nowhere else, so that a leak shows in any answer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models

from muster.access.models import Role
from muster.audit.models import Entry, JSONText
from tests.builders import (
    NOON,
    TODAY,
    make_goal,
    make_inquiry,
    make_office,
    make_person,
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
    "accounts.User": {"access.grant"},
    "audit.Entry": {"audit.view", "units.edit", "people.edit"},
    "contacts.Inquiry": {"contacts.view"},
    "contacts.InquiryExternalId": {"contacts.view"},
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
    "units.Unit": {"units.view"},
    "units.UnitExternalId": {"units.view"},
    "web.SavedView": set(),
    "workflows.ErasureRequest": {"people.erase"},
}
# Texts that belong to the whole organisation, or that nobody types.
NOT_OF_A_UNIT = {
    "access.OfficeRole",
    "access.Role",
    "audit.Head",
    "access.Usage",
    "accounts.Session",
    "people.CustomField",
    "transfer.Change",
    "units.Setting",
    "units.UnitKind",
    "workflows.Erasure",
    "workflows.NightlyRun",
}
# Too short to hold a word, or read by a program as something else than text.
NOT_A_TEXT = {
    "accounts.User.password",
    "audit.Entry.action",
    "audit.Entry.key_id",
    "audit.Entry.target",
    "contacts.Inquiry.country",
    "people.Merge.after",
    "people.Merge.before",
    "people.Person.country",
    "people.PersonPrivate.birth_date",
    "transfer.Batch.mapping",
    "transfer.Batch.progress",
    "transfer.Batch.result",
    "units.Closing.spells",
    "units.Closing.units_before",
    "units.Unit.country",
}


@dataclass
class World:
    """
    :ivar users: role of the matrix → user, None for nobody
    :ivar ids: what addresses take, by the name that a row of the table uses; all of North
    :ivar canaries: word → permissions of which one lets see it
    :ivar fields: word → the text field that holds it, as `app.Model.field`
    """

    users: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    canaries: dict[str, set[str]] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def leaks(self, role: str, text: str) -> list[str]:
        """Return the fields whose word the role must not see and the text holds."""
        code = ROLES[role]
        held = set(Role.objects.get(code=code).permissions) if code and role != "foreign" else set()
        found = (word for word, needed in self.canaries.items() if word in text and not needed & held)
        return sorted(f"{word} of {self.fields[word]}" for word in found)

    def mark(self, row: models.Model) -> None:
        """Fill every text field of the row with a word of its own."""
        label = row._meta.label
        for column in text_fields(type(row)):
            name = f"{label}.{column.name}"
            if name in NOT_A_TEXT:
                continue
            word = f"zq{len(self.canaries):03}qz"
            self.canaries[word] = SEEN_WITH.get(name, SEEN_WITH[label])
            self.fields[word] = name
            setattr(row, column.name, _dressed(column, word))
        row.save()


def text_fields(model: type[models.Model]) -> list[models.Field]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [column for column in model._meta.concrete_fields if isinstance(column, kinds) and not column.choices]


def _dressed(column: models.Field, word: str) -> object:
    if isinstance(column, models.JSONField | JSONText):
        return {"note": word}
    return f"{word}@example.org" if column.name.startswith("email") else word


def build() -> World:
    world = World()
    organisation = make_unit("Workers Together", kind="organisation")
    north, south = (make_unit(name, kind="region", parent=organisation) for name in ("North", "South"))
    branch = make_unit("North 1", parent=north, opened_on=date(2001, 1, 1))
    make_person("Sol South", unit=make_unit("South 1", parent=south), member_from=date(2020, 1, 1))
    where = {"officer": organisation, "administrator": organisation, "foreign": south}
    for role, code in ROLES.items():
        world.users[role] = make_user(role, **{code: where.get(role, north)}) if code else None
    rows = _rows_of(branch)
    for row in (north, branch, *rows.values()):
        world.mark(row)
    # Fields belong to the whole organisation; what they are called is no secret.
    own_field = apps.get_model("people.CustomField").objects.create(key="Shirt", label="Shirt")
    viewer = Role.objects.get(code="unit_viewer")
    office_role = apps.get_model("access.OfficeRole").objects.create(office="Chair", key="chair", role=viewer)
    world.ids = {
        "own_field": own_field.pk,
        "handle": "nobody",
        "passkey": 1,
        "kind_of_spell": "standing",
        "file_kind": "csv",
        "format": "json",
        "picture": "members",
        "kind": branch.kind_id,
        "role": Role.objects.get(code="unit_viewer").pk,
        "office_role": office_role.pk,
        "unit": branch.pk,
        "region": north.pk,
        "foreign_unit": south.pk,
    } | {name: row.pk for name, row in rows.items()}
    return world


def _rows_of(unit: Any) -> dict[str, models.Model]:
    """Rows of every kind that hold text, all of this unit."""
    eve = make_user("eve", unit_viewer=unit)
    person = make_person(unit=unit, member_from=date(2020, 1, 1))
    twin = make_person("Nora Bergh", unit=unit)
    inquiry = make_inquiry(person=person)
    make_goal(unit)

    office = make_office(person, unit)
    grants = apps.get_model("access.Grant").objects.filter(user=eve)
    grants.update(office=office.role, office_id=office.pk)
    untouched = {table: {"before": [], "after": []} for table in ("placements", "offices")}

    def make(label: str, **fields: Any) -> models.Model:
        return apps.get_model(label)._base_manager.create(**fields)

    return {
        "person": person,
        "twin": twin,
        "private": make_private(person),
        "standing": make_standing(person, "contact", from_on=date(2019, 1, 1), to_on=date(2020, 1, 1)),
        "qualification": make_qualification(person),
        "office": office,
        "inquiry": inquiry,
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
        "batch": make("transfer.Batch", name="x", source="x", started_by=eve, created_at=NOON, state="DONE"),
        "view": make("web.SavedView", user=eve, page="x", name="x", query="x"),
        "closing": make("units.Closing", unit=unit, closed_on=TODAY, closed_at=NOON, spells=untouched),
    }

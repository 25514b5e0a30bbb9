"""The tables of the exchange folder and where their columns go: data that every statement of an import is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from django.apps import apps
from django.conf import settings

from muster.core.sheets import folders
from muster.transfer.engine.columns import Column, plain
from muster.transfer.engine.contact_kinds import CONTACTS
from muster.transfer.engine.unit_kinds import UNIT, UNIT_ROWS

KINDS = folders.KINDS


@dataclass(frozen=True, slots=True)
class Rule:
    """No two spells of one person that agree in `same` share a day; `primary_only` looks at primary ones alone."""

    same: tuple[str, ...]
    primary_only: bool = False
    message: str = "Two rows say the same of this person for the same days."


@dataclass(frozen=True, slots=True)
class SpellKind:
    """
    A table of dated spells of people.

    :ivar key: columns that, with the person and the first day, say which spell it is
    :ivar changing: columns that a later import may change
    """

    kind: str
    table: str
    key: tuple[Column, ...]
    changing: tuple[Column, ...]
    rules: tuple[Rule, ...]
    has_unit: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        person = Column("person", "", required=True, expected="the person's id")
        return (person, *((UNIT,) if self.has_unit else ()), *self.key, FROM, *self.changing)


FROM = Column("from", "from_on", "date", required=True, expected="the first day, such as 2024-05-31")
TO = Column("to", "to_on", "date", expected="the first day it no longer holds, such as 2024-05-31")

PLACE = plain("city", "region", "postcode", "country")

UNITS = (
    Column("unit", "", required=True, expected="the unit's id"),
    Column("name", "name"),
    Column("kind", ""),
    Column("parent", ""),
    Column("opened_on", "opened_on", "date", expected="a day such as 2024-05-31"),
    Column("closed_on", "closed_on", "date", expected="a day such as 2024-05-31"),
    *PLACE,
    Column("latitude", "latitude", "number"),
    Column("longitude", "longitude", "number"),
)

PEOPLE_OPEN = (
    *plain("given_name", "family_name", "preferred_name", "email", "phone"),
    *PLACE,
    *plain("language", "occupation", "source"),
    Column("email_opt_in", "email_opt_in", "flag"),
    Column("phone_opt_in", "phone_opt_in", "flag"),
    *plain("tags"),
)
PEOPLE_PRIVATE = plain("birth_date", "street", "gender", "ethnicity", "notes")
_PEOPLE_ORDER = (
    *(
        "given_name",
        "family_name",
        "preferred_name",
        "email",
        "phone",
        "street",
        "city",
        "region",
        "postcode",
        "country",
    ),
    *(
        "birth_date",
        "language",
        "gender",
        "ethnicity",
        "occupation",
        "source",
        "email_opt_in",
        "phone_opt_in",
        "tags",
        "notes",
    ),
)
_PEOPLE = {column.name: column for column in (*PEOPLE_OPEN, *PEOPLE_PRIVATE)}
PEOPLE = (Column("person", ""), *(_PEOPLE[name] for name in _PEOPLE_ORDER))

SPELLS: Mapping[str, SpellKind] = MappingProxyType(
    {
        spell.kind: spell
        for spell in (
            SpellKind(
                "standings",
                "people_standing",
                (Column("standing", "standing", required=True, expected="contact, applicant or member"),),
                (TO, *plain("reason")),
                (Rule(("standing",), message="This person already has that standing on some of these days."),),
            ),
            SpellKind(
                "placements",
                "people_placement",
                (),
                (TO, Column("primary", "is_primary", "flag", expected="yes or no")),
                (
                    Rule(("unit_id",), message="This person is already placed in that unit on some of these days."),
                    Rule((), True, "This person already has another primary placement on some of these days."),
                ),
                has_unit=True,
            ),
            SpellKind(
                "roles",
                "people_office",
                (Column("role", "role", required=True, expected="the name of the role"),),
                (TO,),
                (Rule(("unit_id", "role"), message="This person already has that role there on some of these days."),),
                has_unit=True,
            ),
            SpellKind(
                "qualifications",
                "people_qualification",
                (Column("qualification", "qualification", required=True, expected="such as organiser"),),
                (TO,),
                (
                    Rule(
                        ("qualification",), message="This person already has that qualification on some of these days."
                    ),
                ),
            ),
        )
    }
)

TAKEN_UP = Column(
    "taken_up", "case_id", "case", expected="when the case was opened in which it was taken up, as in cases.csv"
)
EXPECTED_FIRST = "the id of another inquiry, the first of them, that is in inquiries.csv or was here before"
PART_OF, REPEATS = (Column(name, "", expected=EXPECTED_FIRST) for name in ("part_of", "repeats"))
SUSPECTED = "suspected"
MARK = Column("mark", "", expected=f"{SUSPECTED}, or nothing")
INQUIRIES = (
    Column("inquiry", ""),
    Column("received_at", "received_at", "moment", required=True, expected="a day or a moment, such as 2024-05-31"),
    *plain("channel", "name", "email", "phone"),
    *PLACE,
    *plain("message"),
    Column("person", ""),
    # Where it was sent. What a rule decided is worked out anew; by hand it is taken over with a new inquiry.
    Column("unit", "", expected="the unit's id"),
    Column("routed_by", ""),
    Column("reason", ""),
    TAKEN_UP,
    # With a new inquiry too: of one that is here already, to compare these would tell what is one with what elsewhere.
    PART_OF,
    REPEATS,
    MARK,
)

COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "units": UNITS,
        "people": PEOPLE,
        **{kind: spell.columns for kind, spell in SPELLS.items()},
        "inquiries": INQUIRIES,
        **{kind: rows.columns for kind, rows in UNIT_ROWS.items()},
        **{kind: contact.columns for kind, contact in CONTACTS.items()},
    }
)

# What else stands in a staging table beside the columns of the file.
EXTRA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"people": ("ref", "name_key", "email_key", "phone_e164", "custom"), "units": ("ref",), "inquiries": ("ref",)}
)

# Where an inquiry was sent follows from what it says, and is worked out anew: no part of what an import did. By hand it is.
DERIVED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"contacts_inquiry": ("unit_id", "routed_by", "routed_because", "routed_at")}
)
BY_HAND = "routed_by = 'hand'"


def staged_names(kind: str) -> list[str]:
    """Return the text columns of a staging table, in order."""
    return [column.staged for column in COLUMNS[kind]] + list(EXTRA.get(kind, ()))


@cache
def all_columns(table: str) -> tuple[str, ...]:
    """Return every column of a main table but its primary key and what is derived, in the model's order."""
    columns = (field.column for field in _model(table)._meta.concrete_fields if not field.primary_key)
    return tuple(column for column in columns if column not in DERIVED.get(table, ()))


@cache
def primary_key(table: str) -> str:
    """Return the column that tells the rows of a main table apart."""
    column = _model(table)._meta.pk
    assert column is not None
    return str(column.column)


@cache
def sealed_columns(table: str) -> tuple[str, ...]:
    """Return the columns of a main table whose texts lie sealed."""
    label = _model(table)._meta.label
    return tuple(name.removeprefix(f"{label}.") for name in settings.SEALED if name.startswith(f"{label}."))


def choices(table: str, column: str) -> tuple[str, ...]:
    """Return the values a column of a main table may hold."""
    return tuple(str(value) for value, _ in _model(table)._meta.get_field(column).choices)


def _model(table: str):  # type: ignore[no-untyped-def]  # a model of any app, by the name of its table
    return next(model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table)

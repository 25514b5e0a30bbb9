"""The columns of the exchange folder, what each holds, and the fields that only single sheets have."""

from dataclasses import dataclass

TEXT, LINES, EMAIL, PHONE, FLAG, TAGS, NUMBER = "text", "lines", "email", "phone", "flag", "tags", "number"
DAY, PARTIAL, MOMENT = "day", "partial", "moment"
COUNTRY, REGION, POSTCODE, LATITUDE, LONGITUDE = "country", "region", "postcode", "latitude", "longitude"
STANDING = "standing"
DATES = frozenset({DAY, PARTIAL, MOMENT})


@dataclass(frozen=True, slots=True)
class Column:
    """
    :ivar holds: how its cells are read
    :ivar longest: letters there is room for
    """

    holds: str = TEXT
    longest: int = 200


def _text(longest: int) -> Column:
    return Column(TEXT, longest)


_ID, _NAME = _text(120), _text(120)
_PLACE = {
    "city": _text(120),
    "region": Column(REGION, 120),
    "postcode": Column(POSTCODE, 20),
    "country": Column(COUNTRY, 60),
}
_SPELL = {"from": Column(DAY), "to": Column(DAY)}

# kind → column → what it holds; the order is that of the files.
TABLES: dict[str, dict[str, Column]] = {
    "units": {
        "unit": _ID, "name": _text(200), "kind": _text(40), "parent": _ID, "opened_on": Column(DAY),
        "closed_on": Column(DAY),
        **_PLACE, "latitude": Column(LATITUDE), "longitude": Column(LONGITUDE),
    },
    "people": {
        "person": _ID, "given_name": _NAME, "family_name": _NAME, "preferred_name": _NAME, "email": Column(EMAIL, 254),
        "phone": Column(PHONE, 60), "street": _text(200), **_PLACE, "birth_date": Column(PARTIAL), "language": _text(35),
        "gender": _text(60), "ethnicity": _text(120), "occupation": _text(200), "source": _text(200),
        "email_opt_in": Column(FLAG), "phone_opt_in": Column(FLAG), "tags": Column(TAGS, 2000), "notes": Column(LINES,
        100_000),
    },
    "standings": {"person": _ID, "standing": Column(STANDING), **_SPELL, "reason": _text(200)},
    "placements": {"person": _ID, "unit": _ID, **_SPELL, "primary": Column(FLAG)},
    "roles": {"person": _ID, "unit": _ID, "role": _text(60), **_SPELL},
    "qualifications": {"person": _ID, "qualification": _text(60), **_SPELL},
    "inquiries": {
        "inquiry": _ID, "received_at": Column(MOMENT), "channel": _text(60), "name": _text(250), "email": Column(EMAIL,
        254),
        "phone": Column(PHONE, 60), **_PLACE, "message": Column(LINES, 100_000), "person": _ID,
        "unit": _ID, "routed_by": _text(20), "reason": _text(400), "taken_up": Column(MOMENT), "part_of": _ID, "repeats": _ID,
        "mark": _text(20),
    },
    "goals": {
        "unit": _ID, "measure": _text(40), "start_on": Column(DAY), "due_on": Column(DAY), "start_value": Column(NUMBER),
        "target": Column(NUMBER),
    },
    "unit_kinds": {"unit": _ID, "until": Column(DAY), "kind": _text(40)},
    "meetings": {"unit": _ID, "held_on": Column(DAY), "people": Column(NUMBER)},
    "cases": {
        "person": _ID, "opened_at": Column(MOMENT), "stage": _text(80), "stage_since": Column(MOMENT), "owner": _ID,
        "next_step": _text(200), "next_on": Column(DAY), "closed_at": Column(MOMENT),
    },
    "stages": {
        "person": _ID, "opened_at": Column(MOMENT), "stage": _text(80), "at": Column(MOMENT), "by": _ID,
    },
    "conversations": {
        "person": _ID, "held_at": Column(MOMENT), "way": _text(10), "result": _text(20), "by": _ID, "note": Column(LINES, 4000),
    },
    "assessments": {"person": _ID, "scale": _text(80), "value": Column(NUMBER), "made_on": Column(DAY), "by": _ID},
    "applications": {
        "person": _ID, "applied_on": Column(DAY), "outcome": _text(10), "decided_at": Column(MOMENT), "decided_by": _ID,
        "dues": Column(NUMBER), "dues_every": _text(10), "dues_paid_on": Column(DAY), "said": Column(LINES, 10_000),
        "reason": Column(LINES, 10_000), "made_at": Column(MOMENT), "made_by": _ID,
    },
}  # fmt: skip

# Fields of a sheet of people beside the columns of people.csv: field → (what it holds, what the user reads).
_SHEET_ONLY: dict[str, tuple[Column, str]] = {
    "full_name": (_text(250), "Whole name"),
    "middle_name": (_NAME, "Middle name"),
    "name_suffix": (_text(20), "Name suffix, such as Jr."),
    "street2": (_text(200), "Address, second line"),
    "house_number": (_text(20), "House number"),
    "address": (Column(LINES, 400), "Whole address"),
    "postcode_suffix": (_text(10), "Second part of the postcode"),
    "birth_year": (_text(10), "Year of birth"),
    "birth_month": (_text(20), "Month of birth"),
    "birth_day": (_text(10), "Day of birth"),
    "email_opt_out": (Column(FLAG), "Wants no e-mail"),
    "phone_opt_out": (Column(FLAG), "Wants no calls"),
    "standing": (Column(STANDING), "Standing: contact, applicant, member"),
    "joined_on": (Column(DAY), "Joined on"),
    "left_on": (Column(DAY), "Left on"),
    "expires_on": (Column(DAY), "Membership runs out on"),
    "unit": (_ID, "Unit: its id or name"),
    "unit_name": (_text(200), "Name of the unit"),
    "unit_kind": (_text(40), "Kind of the unit"),
    "parent_unit": (_ID, "Unit above: its id or name"),
    "role": (_text(60), "Role in the unit"),
    "qualification": (_text(60), "Qualification"),
}
_LABELS = {
    "person": "Id in the other system", "given_name": "Given name", "family_name": "Family name",
    "preferred_name": "Called",
    "email": "E-mail", "phone": "Phone", "street": "Street", "city": "City", "region": "Region or state",
    "postcode": "Postcode", "country": "Country", "birth_date": "Birth date or year", "language": "Language",
    "gender": "Gender", "ethnicity": "Ethnicity", "occupation": "Occupation", "source": "Where they came from",
    "email_opt_in": "Agreed to e-mail", "phone_opt_in": "Agreed to calls", "tags": "Tags", "notes": "Notes",
}  # fmt: skip

# Several columns of a sheet may hold these.
MANY_VALUED = frozenset({"tags", "notes"})


def fields_of(kind: str) -> dict[str, Column]:
    """Return the fields that a column of a table of this kind may be mapped to,
    in the order in which they are offered."""
    if kind != "people":
        return TABLES[kind]
    return TABLES["people"] | {field: column for field, (column, _) in _SHEET_ONLY.items()}


def label_of(field: str) -> str:
    """Return what the user reads for a field."""
    if field in _SHEET_ONLY:
        return _SHEET_ONLY[field][1]
    return _LABELS.get(field, field.replace("_", " ").capitalize())

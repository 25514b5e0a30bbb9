"""The fields of a person: which right shows them, how two people changing them at once is settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from muster.core.errors import DomainError

Value = str | bool | None
OPEN = (
    "given_name",
    "family_name",
    "preferred_name",
    "city",
    "region",
    "postcode",
    "country",
    "language",
    "occupation",
    "source",
)
# Of these the trace tells what they were before: alone they point to nobody.
TOLD = ("region", "country", "language")
CONTACT = ("email", "phone", "email_opt_in", "phone_opt_in")
PRIVATE = ("birth_date", "street", "gender", "ethnicity", "notes")
# The longest text of each; notes may be of any length.
LONGEST_PRIVATE: Mapping[str, int] = MappingProxyType({"birth_date": 10, "street": 200, "gender": 60, "ethnicity": 120})
# Field → its word on the screen.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "given_name": "Given name",
        "family_name": "Family name",
        "preferred_name": "Called",
        "email": "E-mail",
        "phone": "Phone",
        "city": "City",
        "region": "State or region",
        "postcode": "Post code",
        "country": "Country",
        "language": "Language",
        "occupation": "Occupation",
        "source": "How we met",
        "email_opt_in": "E-mail allowed",
        "phone_opt_in": "Calls allowed",
        "birth_date": "Birth date",
        "street": "Street",
        "gender": "Gender",
        "ethnicity": "Ethnicity",
        "notes": "Notes",
    }
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that two people changed: what it says now, and what this one wants."""

    field: str
    theirs: Value
    yours: Value


class ChangedSince(DomainError):
    """Somebody else changed the same fields after they were shown; nothing was written."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        names = ", ".join(label_of(conflict.field) for conflict in conflicts)
        super().__init__(
            f"Changed by someone else since you opened this page: {names}. Both are shown; choose and save again."
        )
        self.conflicts = conflicts


def label_of(field: str) -> str:
    """Return the word of a field; of one of the organisation's own (`custom:key`) the key."""
    return LABELS.get(field) or field.partition(":")[2]


def to_write(
    *, current: Mapping[str, Value], seen: Mapping[str, Value], wanted: Mapping[str, Value]
) -> dict[str, Value]:
    """
    Return the fields to write: those the user changed. A field somebody else changed and this user did not is left alone.

    :param current: what is stored now
    :param seen: what the user was shown; a field that is missing there was shown as it is now
    :param wanted: what the user wants
    :raises ChangedSince: a field was changed by both, to different values
    """
    changed: dict[str, Value] = {}
    conflicts: list[Conflict] = []
    for field, value in wanted.items():
        now = current.get(field, "")
        shown = seen.get(field, now)
        if value in (shown, now):
            continue
        if now != shown:
            conflicts.append(Conflict(field, now, value))
        else:
            changed[field] = value
    if conflicts:
        raise ChangedSince(conflicts)
    return changed

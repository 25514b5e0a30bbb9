"""The tables of what contacts work on: cases, their stages, conversations, assessments, applications (docs/adr/0023)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from muster.transfer.engine.columns import NAMING, Column, plain

# What `ContactKind.begins` may say; `contact_rows` knows how.
OPENED, APPLIED, TODAY, MONTHLY, NOTHING = (
    "when the case was opened",
    "when they applied",
    "today",
    "a month",
    "nothing",
)
# The rights that it takes to bring in what was done for somebody.
FOLLOWING = ("contacts.view", "contacts.work")
_DAY, _MOMENT = "a day such as 2024-05-31", "a moment such as 2024-05-31T18:30:00Z"
_AHEAD = frozenset({"next_on"})
_PERSON = Column("person", "", required=True, expected="the person's id")


@dataclass(frozen=True, slots=True)
class OneOpen:
    """
    Each person has one row at most that is open.

    :ivar ends: the column that says that a row is open no more; empty while it is
    :ivar stored: the condition that a row `m` of the main table is open
    """

    ends: Column
    stored: str
    message: str


@dataclass(frozen=True, slots=True)
class ContactKind:
    """
    A table of rows of one person each that are seen with `contacts.view`.

    What says which row it is: the columns of `keys`, with the person; the first of `keys` that finds a row counts. Where
    several rows say the same, the first in the file is the first that was stored, and so on.

    :ivar apart: columns that tell apart, where both say something, what says the same by the one key
    :ivar columns: of the file, behind the person
    :ivar needs: the rights that whoever brings it in has wherever they may import
    :ivar begins: what stands in a new row where the file does not say: column of the main table → `OPENED` and the like
    :ivar versioned: a number goes up with each change
    """

    kind: str
    table: str
    columns_behind: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...] = FOLLOWING
    begins: Mapping[str, str] = field(default_factory=dict)
    one_open: OneOpen | None = None
    versioned: bool = False
    apart: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        return (_PERSON, *self.columns_behind)

    @property
    def changing(self) -> tuple[Column, ...]:
        """Return the columns that a later import may change."""
        always = set.intersection(*map(set, self.keys))
        return tuple(column for column in self.columns_behind if column.name not in always)

    @property
    def past(self) -> tuple[Column, ...]:
        """Return the columns that say when something was."""
        return tuple(
            c for c in self.columns_behind if c.type == "moment" or (c.type == "date" and c.name not in _AHEAD)
        )

    @property
    def sealed(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns_behind if column.type == "sealed")

    @property
    def naming(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns_behind if column.type in NAMING)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    def keys_in_turn(self) -> Iterator[list[Column]]:
        """Yield the columns of each key."""
        for names in self.keys:
            yield [self.column(name) for name in names]


def _by(name: str, target: str) -> Column:
    return Column(name, target, "account", expected="the id of a person who has an account here")


_STAGE = Column("stage", "stage_id", "stage", required=True)
_CLOSED = Column("closed_at", "closed_at", "moment", expected=_MOMENT)
_OUTCOME = Column("outcome", "state", "choice", blank="open")

CONTACTS: Mapping[str, ContactKind] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            ContactKind(
                "cases",
                "contacts_case",
                (
                    Column("opened_at", "opened_at", "moment", required=True, expected=_MOMENT),
                    _STAGE,
                    Column("stage_since", "stage_since", "moment", expected=_MOMENT),
                    _by("owner", "owner_id"),
                    *plain("next_step"),
                    Column("next_on", "next_on", "date", expected=_DAY),
                    _CLOSED,
                ),
                keys=(("opened_at",),),
                begins={"stage_since": OPENED, "next_on": TODAY},
                one_open=OneOpen(
                    _CLOSED, "m.closed_at IS NULL", "This person is followed up already: one case at a time is open."
                ),
                versioned=True,
            ),
            ContactKind(
                "stages",
                "contacts_stagechange",
                (
                    Column(
                        "opened_at",
                        "case_id",
                        "case",
                        required=True,
                        expected="when the case was opened, as in cases.csv",
                    ),
                    _STAGE,
                    Column("at", "changed_at", "moment", required=True, expected=_MOMENT),
                    _by("by", "changed_by_id"),
                ),
                keys=(("opened_at", "stage", "at"),),
                begins={"before": NOTHING},
            ),
            ContactKind(
                "conversations",
                "contacts_conversation",
                (
                    Column("held_at", "held_at", "moment", required=True, expected=_MOMENT),
                    Column("way", "kind", "choice", required=True),
                    Column("result", "result", "choice", required=True),
                    _by("by", "held_by_id"),
                    Column("note", "note", "sealed"),
                ),
                keys=(("held_at", "way", "result"),),
                # Two may talk to somebody in one minute, and nobody's words take the place of others.
                apart=("by", "note"),
            ),
            ContactKind(
                "assessments",
                "contacts_assessment",
                (
                    Column("scale", "scale_id", "scale", required=True),
                    Column("value", "step", "count", required=True),
                    Column("made_on", "made_on", "date", required=True, expected=_DAY),
                    _by("by", "made_by_id"),
                ),
                keys=(("scale", "value", "made_on"),),
            ),
            ContactKind(
                "applications",
                "contacts_application",
                (
                    Column("applied_on", "applied_on", "date", required=True, expected=_DAY),
                    _OUTCOME,
                    Column("decided_at", "decided_at", "moment", expected=_MOMENT),
                    _by("decided_by", "decided_by_id"),
                    Column("dues", "dues_cents", "cents", expected="an amount such as 12 or 7.50"),
                    Column("dues_every", "dues_every", "choice"),
                    Column("dues_paid_on", "dues_paid_on", "date", expected=_DAY),
                    Column("said", "said", "sealed"),
                    Column("reason", "reason", "sealed"),
                    Column("made_at", "made_at", "moment", expected=_MOMENT),
                    _by("made_by", "made_by_id"),
                ),
                # What was decided stays: a row of the same day that says another outcome decides only what is open.
                keys=(("applied_on", "outcome"), ("applied_on",)),
                needs=(*FOLLOWING, "contacts.admit"),
                begins={"dues_every": MONTHLY, "made_at": APPLIED},
                one_open=OneOpen(
                    _OUTCOME,
                    "m.state = 'open'",
                    "An application of this person is to be decided already: one at a time is open.",
                ),
                versioned=True,
            ),
        )
    }
)

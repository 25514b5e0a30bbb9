"""What the steps of one import know: who imports, when, from which system, and where they may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from muster.access import queries as access
from muster.access.actor import Actor
from muster.core.refs import further_source
from muster.transfer.engine.contact_kinds import FOLLOWING

PERMISSION = "transfer.import"
# What opening and changing a unit takes, on its page and by a file.
EDIT = "units.edit"
# What shows something of people beyond that they are there.
SHOWING = ("people.contact", "people.private", "people.edit")
# What it takes beside that to bring some of the files in.
BRINGING = (*FOLLOWING, "contacts.admit", "planning.view", "planning.edit", "units.view", EDIT)
LONGEST_SOURCE = 60
# How many out of sight may have the same id under the name of one part, each that moved away since one.
MOST_NAMES = 99
_IN_USE = " UNION ".join(
    f"SELECT source FROM {table} WHERE source IN ({{marks}})"
    for table in ("people_personexternalid", "units_unitexternalid", "contacts_inquiryexternalid")
)


@dataclass(frozen=True)
class Context:
    """
    :ivar sources: the systems whose ids the file may speak of, the nearest first
    :ivar names: what new ids are kept under: the first where it is free, else the next, and so on
    :ivar scope: ids of the units one may import into, None for all
    :ivar is_sheet: one sheet rather than an exchange folder
    :ivar hides: those of `SHOWING` that the actor lacks somewhere where they may import
    :ivar lacks: those of `BRINGING` likewise
    :ivar edits: ids of the units one may change, None for all
    """

    actor: Actor
    today: date
    sources: tuple[str, ...]
    names: tuple[str, ...]
    scope: frozenset[int] | None
    is_sheet: bool
    hides: frozenset[str]
    lacks: frozenset[str]
    edits: frozenset[int] | None

    @property
    def marks(self) -> str:
        """Return as many parameter marks as there are sources."""
        return ", ".join(["%s"] * len(self.sources))


def make_context(actor: Actor, *, today: date, source: str, is_sheet: bool) -> Context:
    """
    Work out where the actor may import; two queries for whoever may not everywhere.

    Ids that an officer of a part brings in are kept under a name of that part: otherwise the refusal of an id
    would tell that somebody elsewhere has it. Where somebody out of sight has it under that name too, because they moved
    away or another officer whose units begin at the same one brought them in, it is kept under a further name.
    """
    edits = None if actor.has_whole(EDIT) else access.unit_ids(actor, EDIT)
    if actor.has_whole(PERMISSION):
        hides, lacks = (
            frozenset(right for right in rights if not actor.has_whole(right)) for rights in (SHOWING, BRINGING)
        )
        return Context(actor, today, (source,), (source,), None, is_sheet, hides, lacks, edits)
    top, scope = access.top_unit_id(actor, PERMISSION), access.unit_ids(actor, PERMISSION)
    hides, lacks = (
        frozenset(right for right in rights if not scope <= access.unit_ids(actor, right))
        for rights in (SHOWING, BRINGING)
    )
    names = _names(f"{source} {top}"[:LONGEST_SOURCE])
    sources = (names[0], *_in_use(names[1:]), source)
    return Context(actor, today, sources, names, scope, is_sheet, hides, lacks, edits)


def _names(first: str) -> tuple[str, ...]:
    further = (further_source(first, number, longest=LONGEST_SOURCE) for number in range(2, MOST_NAMES + 1))
    return (first, *further)


def _in_use(names: Sequence[str]) -> list[str]:
    """Return those of some names under which any ids are kept, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE.format(marks=", ".join(["%s"] * len(names))), [*names] * 3)
        found = {source for (source,) in cursor.fetchall()}
    return [name for name in names if name in found]

"""What the steps of one import know: who imports, when, from which system, and where they may."""

from dataclasses import dataclass
from datetime import date

from muster.access import queries as access
from muster.access.actor import Actor

PERMISSION = "transfer.import"
# What shows something of people beyond that they are there.
SHOWING = ("people.contact", "people.private", "people.edit")


@dataclass(frozen=True)
class Context:
    """
    :ivar sources: the systems whose ids the file may speak of, the nearest first; new ids are kept under that
    :ivar scope: ids of the units one may import into, None for all
    :ivar is_sheet: one sheet rather than an exchange folder
    :ivar hides: those of `SHOWING` that the actor lacks somewhere where they may import
    """

    actor: Actor
    today: date
    sources: tuple[str, ...]
    scope: frozenset[int] | None
    is_sheet: bool
    hides: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        return self.sources[0]

    @property
    def marks(self) -> str:
        """Return as many parameter marks as there are sources."""
        return ", ".join(["%s"] * len(self.sources))


def make_context(actor: Actor, *, today: date, source: str, is_sheet: bool) -> Context:
    """
    Work out where the actor may import; one query for whoever may not everywhere.

    Ids that an officer of a part brings in are kept under a name of that part: otherwise the refusal of an id
    would tell that somebody elsewhere has it.
    """
    if actor.has_whole(PERMISSION):
        hides = frozenset(right for right in SHOWING if not actor.has_whole(right))
        return Context(actor, today, (source,), None, is_sheet, hides)
    top, scope = access.top_unit_id(actor, PERMISSION), access.unit_ids(actor, PERMISSION)
    hides = frozenset(right for right in SHOWING if not scope <= access.unit_ids(actor, right))
    return Context(actor, today, (f"{source} {top}"[:60], source), scope, is_sheet, hides)

"""What the steps of one import know: who imports, when, from which system, and where they may."""

from dataclasses import dataclass
from datetime import date

from muster.access import queries as access
from muster.access.actor import Actor

PERMISSION = "transfer.import"


@dataclass(frozen=True)
class Context:
    """
    :ivar sources: the systems whose ids the file may speak of, the nearest first; new ids are kept under that
    :ivar scope: ids of the units one may import into, None for all
    :ivar is_sheet: one sheet rather than an exchange folder
    """

    actor: Actor
    today: date
    sources: tuple[str, ...]
    scope: frozenset[int] | None
    is_sheet: bool

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
        return Context(actor, today, (source,), None, is_sheet)
    top = access.top_unit_id(actor, PERMISSION)
    return Context(actor, today, (f"{source} {top}"[:60], source), access.unit_ids(actor, PERMISSION), is_sheet)

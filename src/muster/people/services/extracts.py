"""Taking lists out as files: each is written down with its filters and its length."""

from collections.abc import Iterator
from datetime import datetime

from muster.access.actor import Actor
from muster.audit import services as audit
from muster.people.calc import questions
from muster.people.calc.listing import Filters
from muster.people.queries import listing
from muster.people.queries.listing import PersonLine

_BATCH = 2000


def count_to_take_out(*, actor: Actor, unit_id: int | None, filters: Filters) -> int:
    """Return how many people `take_out` would hand over; two queries."""
    return listing.count_all(actor.standing_in(unit_id).where_may("people.export"), filters)


def take_out(*, actor: Actor, unit_id: int | None, filters: Filters, kind: str, now: datetime) -> Iterator[PersonLine]:
    """
    Return the rows of a list for a file, in its order, only of people whom the actor may take out.

    The trace says what was taken before the first row leaves, and how many there were is known then.

    :param unit_id: the unit the list is about; None where the actor's rights reach none
    """
    taker = actor.standing_in(unit_id).where_may("people.export")
    ids = list(listing.all_ids(taker, filters))
    audit.record(
        user_id=actor.user_id,
        actor_label=actor.label,
        action="people.list.exported",
        now=now,
        unit_id=unit_id,
        count=len(ids),
        filters=_without_names(filters),
        kind=kind,
    )
    starts = range(0, len(ids), _BATCH)
    return (line for start in starts for line in listing.lines_of(taker, ids[start : start + _BATCH]))


def _without_names(filters: Filters) -> dict[str, str]:
    """Return the filters for the trace: of a question only what it is about, as it may look for a name."""
    told = {name: value for name, value in filters.as_query().items() if name not in ("text", "ask")}
    return told | ({"ask": questions.outline(filters.ask)} if filters.ask else {})

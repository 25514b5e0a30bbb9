"""Reads for the pages about duplicates."""

from muster.access.actor import Actor
from muster.people.queries import merging, search
from muster.people.queries.listing import PersonLine

FOUND = 20


def found_to_merge(actor: Actor, person_id: int, text: str) -> list[PersonLine]:
    """Return the people a search finds whose records the actor may merge with this person's, best first; ten queries at most."""
    found = [line for line in search.search(actor, text, limit=FOUND) if line.id != person_id]
    may = merging.mergeable(actor).filter(pk__in=[line.id for line in found]).order_by("pk")
    ids = set(may.values_list("pk", flat=True))
    return [line for line in found if line.id in ids]

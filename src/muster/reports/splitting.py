"""What a unit would be as two: both halves, before anything is done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from muster.access.actor import Actor
from muster.people.queries import in_units
from muster.people.queries.in_units import Resident
from muster.reports.calc.splitting import Rule, digest_of, town_of
from muster.units import queries as units

# So many of each half are named.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Half:
    """
    One of two.

    :ivar people: how many are placed in it; the first by name are `shown`
    :ivar enough: whether there are members enough to begin a branch
    :ivar offices: (role, name) of the offices of the unit that those in it hold
    """

    people: int
    members: int
    organisers: int
    enough: bool
    offices: list[tuple[str, str]]
    shown: list[Resident]


@dataclass(frozen=True, slots=True)
class Halves:
    """
    :ivar ids: who goes
    :ivar digest: stands for exactly these
    """

    stays: Half
    goes: Half
    ids: frozenset[int]
    digest: str


def residents(actor: Actor, unit_id: int, on: date) -> list[Resident]:
    """
    Return everybody placed in a unit on a day, by name; four queries.

    :raises NotAllowed: the actor may not see people there
    """
    actor.require("people.view", unit_id=unit_id)
    return in_units.residents_of(actor, unit_id, on)


def towns(placed: Sequence[Resident]) -> list[tuple[str, int]]:
    """Return (town, how many live there) of those placed in a unit, most first; last '' of those of whom it is not known."""
    return sorted(Counter(map(town_of, placed)).items(), key=lambda town: (not town[0], -town[1], town[0]))


def halves(placed: Sequence[Resident], rule: Rule) -> Halves:
    """Return both halves of those placed in a unit; one query, of the settings."""
    enough = units.settings().small_branch
    goes = [one for one in placed if rule.goes(one)]
    ids = frozenset(one.id for one in goes)
    stays = [one for one in placed if one.id not in ids]
    return Halves(_half(stays, enough), _half(goes, enough), ids, digest_of(ids))


def _half(people: Sequence[Resident], enough: int) -> Half:
    members = sum(one.is_member for one in people)
    return Half(
        people=len(people),
        members=members,
        organisers=sum(one.is_member and one.is_organiser for one in people),
        enough=members >= enough,
        offices=[(role, one.name) for one in people for role in one.offices],
        shown=list(people[:SHOWN]),
    )

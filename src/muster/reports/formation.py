"""Groups on the way to becoming branches: what each has of what it needs, for whoever may see people there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts.queries import building
from muster.people.queries import in_units
from muster.reports.calc.formation import MEETINGS_WITHIN_DAYS, Criterion, criteria
from muster.units import queries as units
from muster.units.calc import OrganisationSettings

GROUP = "group"
PEOPLE, CONTACTS = "people.view", "contacts.view"


@dataclass(frozen=True, slots=True)
class Group:
    """
    A group in formation.

    :ivar unit: its row
    :ivar met, known: how many of the criteria are met, and how many the reader may see
    """

    unit: Any
    criteria: tuple[Criterion, ...]

    @property
    def met(self) -> int:
        return sum(criterion.is_met for criterion in self.criteria)

    @property
    def known(self) -> int:
        return sum(criterion.is_known for criterion in self.criteria)


def groups(actor: Actor, here: Actor) -> list[Group]:
    """
    Return the open groups in which the actor may see people, those that lack least first, then the larger; six queries.

    :param here: the actor narrowed to where they stand
    """
    found = units.open_on(access.units(here), actor.on).filter(kind__code=GROUP)
    if not here.has_whole(PEOPLE):
        found = found.filter(pk__in=here.units_for(PEOPLE))
    rows = list(found)
    known = criteria_of(actor, [unit.pk for unit in rows], actor.on)
    made = [Group(unit, known[unit.pk]) for unit in rows]
    return sorted(made, key=lambda group: (-group.met, -_now(group), group.unit.name.casefold(), group.unit.pk))


def criteria_of(actor: Actor, unit_ids: Collection[int], on: date) -> dict[int, tuple[Criterion, ...]]:
    """
    Return unit → the criteria of becoming a branch on a day; five queries.

    Members are those whose primary placement lies in the unit itself. Dues and meetings are for whoever may see contacts there.
    """
    ids = frozenset(unit_ids)
    seen = ids if actor.has_whole(CONTACTS) else ids & actor.units_for(CONTACTS)
    members = in_units.members_by_unit(actor, on, unit_ids=ids)
    organisers = in_units.members_by_unit(actor, on, unit_ids=ids, qualification="organiser")
    paying = in_units.members_by_unit(actor, on, unit_ids=seen, among=building.paid_by(actor, on))
    since = on - timedelta(days=MEETINGS_WITHIN_DAYS - 1)
    meetings = building.meetings_held(actor, seen, since, on)
    needed = needed_of(units.settings())
    return {
        pk: criteria(
            {
                "members": members.get(pk, 0),
                "organisers": organisers.get(pk, 0),
                "dues": paying.get(pk, 0) if pk in seen else None,
                "meetings": meetings.get(pk, 0) if pk in seen else None,
            },
            needed,
        )
        for pk in ids
    }


def needed_of(chosen: OrganisationSettings) -> dict[str, int]:
    """Return the name of each criterion → what the organisation asks for, 0: nothing."""
    return {
        "members": chosen.small_branch,
        "organisers": chosen.branch_organisers,
        "dues": chosen.branch_dues,
        "meetings": chosen.branch_meetings,
    }


def _now(group: Group) -> int:
    return sum(min(criterion.now or 0, criterion.needed) for criterion in group.criteria)

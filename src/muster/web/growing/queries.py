"""Reads for the pages of units that grow, put together from `access`, `people`, `contacts`, `units` and the reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from muster.access import queries as access
from muster.access.actor import Actor
from muster.contacts.queries import building
from muster.core.terms import Terms
from muster.people.queries import in_units
from muster.reports import formation
from muster.reports.calc.formation import MEETINGS_WITHIN_DAYS, Criterion
from muster.units import queries as units

UNPAID = 100


@dataclass(frozen=True, slots=True)
class Line:
    """
    One criterion in words.

    :ivar count: for example `4 of 5`, '' where the reader may not see it
    :ivar is_missing: it is known that there are not enough
    :ivar next: what to do about what is missing, '' where nothing is
    """

    label: str
    count: str
    is_met: bool
    is_missing: bool
    next: str


@dataclass(frozen=True, slots=True)
class FormationPage:
    """
    :ivar meetings: the last ones, the latest first
    :ivar unpaid: (id, name) of the first members whose first dues are not noted
    :ivar more_unpaid: there are more of them
    :ivar paid: (id, name, day) of the first of whom they are
    :ivar sees_contacts, may_work, may_change: what the reader may do there
    """

    unit: Any
    lines: list[Line]
    meetings: list[Any]
    unpaid: list[tuple[int, str]]
    more_unpaid: bool
    paid: list[tuple[int, str, date]]
    sees_contacts: bool
    may_work: bool
    may_change: bool


def formation_page(actor: Actor, unit: Any, terms: Terms) -> FormationPage:
    """Return what a unit has of what a branch needs; eleven queries at most."""
    sees_contacts = actor.may(formation.CONTACTS, unit_id=unit.pk)
    unpaid, paid = _dues(actor, unit.pk) if sees_contacts else ([], [])
    return FormationPage(
        unit=unit,
        lines=in_words(formation.criteria_of(actor, [unit.pk], actor.on)[unit.pk], terms),
        meetings=building.last_meetings(actor, unit.pk) if sees_contacts else [],
        unpaid=unpaid[:UNPAID],
        more_unpaid=len(unpaid) > UNPAID,
        paid=paid,
        sees_contacts=sees_contacts,
        may_work=actor.may("contacts.work", unit_id=unit.pk),
        may_change=actor.may("units.edit", unit_id=unit.pk) and unit.parent_id is not None,
    )


def in_words(criteria: Sequence[Criterion], terms: Terms) -> list[Line]:
    """Return each criterion in words; no query."""
    return [
        Line(
            label=heads(terms)[criterion.name],
            count="" if criterion.now is None else f"{criterion.now:,} of {criterion.needed:,}",
            is_met=criterion.is_met,
            is_missing=criterion.lacking > 0,
            next=_next(criterion, terms) if criterion.lacking else "",
        )
        for criterion in criteria
    ]


def heads(terms: Terms) -> dict[str, str]:
    """Return the name of each criterion → what it is called; no query."""
    return {
        "members": terms.many("member").capitalize(),
        "organisers": terms.many("organiser").capitalize(),
        "dues": "Have paid dues",
        "meetings": f"Meetings in {MEETINGS_WITHIN_DAYS} days",
    }


def kinds_to_become(actor: Actor, unit: Any) -> list[tuple[int, str]]:
    """Return (id, name) of the kinds that a unit may become where it stands, `branch` first; three queries at most."""
    parent = access.units(actor).filter(pk=unit.parent_id).first()
    allowed = units.kinds_allowed_below(parent.kind_id) if parent else units.kinds()
    found = [kind for kind in allowed if kind.pk != unit.kind_id]
    return [(kind.pk, kind.name) for kind in sorted(found, key=lambda kind: kind.code != "branch")]


def kinds_beside(actor: Actor, unit: Any) -> list[tuple[int, str]]:
    """Return (id, name) of the kinds that may stand beside a unit, its own first; three queries at most."""
    own = [(unit.kind_id, unit.kind.name)]
    parent = access.units(actor).filter(pk=unit.parent_id).first()
    allowed = units.kinds_allowed_below(parent.kind_id) if parent else []
    return own + [(kind.pk, kind.name) for kind in allowed if kind.pk != unit.kind_id]


def _dues(actor: Actor, unit_id: int) -> tuple[list[tuple[int, str]], list[tuple[int, str, date]]]:
    members = in_units.placed_in(actor, [unit_id], actor.on, standing="member", primary_only=True)
    has_paid = building.paid_by(actor, actor.on)
    unpaid = [(person.pk, str(person)) for person in members.exclude(pk__in=has_paid)[: UNPAID + 1]]
    payers = list(members.filter(pk__in=has_paid)[:UNPAID])
    since = building.paid_since(actor, [person.pk for person in payers])
    return unpaid, [(person.pk, str(person), since[person.pk]) for person in payers if person.pk in since]


def _next(criterion: Criterion, terms: Terms) -> str:
    match criterion.name:
        case "members":
            return f"{terms.count(criterion.lacking, 'member')} more. Look who is close to joining, or at large nearby."
        case "organisers":
            return f"Train one of its {terms.many('member')}, or ask an {terms.one('organiser')} nearby to help."
        case "dues":
            return "Note who has paid."
        case _:
            return "Note each day on which it meets."

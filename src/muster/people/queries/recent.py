"""What is new among the people of some units."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef

from muster.access.actor import Actor
from muster.people.models import Standing


class News(StrEnum):
    """What happened."""

    JOINED = "joined"
    LEFT = "left"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody joined, left or asked to join; `on` is the first day it held."""

    person_id: int
    name: str
    what: News
    on: date


def changes(actor: Actor, *, since: date, limit: int = 10) -> list[Change]:
    """
    Return who joined, left or asked to join from `since` to the actor's day, latest first, then by name; two queries.

    A member spell that begins the day another of the same person ends is neither joining nor leaving.
    Narrow the actor (`Actor.standing_in`) to stand in a unit.
    """
    spells = Standing.objects.visible_to(actor).select_related("person")
    others = Standing.objects.unscoped("other spells of people seen already").filter(
        standing=OuterRef("standing"), person_id=OuterRef("person_id")
    )
    kinds = (Standing.Kind.MEMBER, Standing.Kind.APPLICANT)
    began = spells.filter(~Exists(others.filter(to_on=OuterRef("from_on"))), standing__in=kinds)
    ended = spells.filter(~Exists(others.filter(from_on=OuterRef("to_on"))), standing=Standing.Kind.MEMBER)
    days = (since, actor.on)
    found = [
        Change(spell.person_id, str(spell.person), _BEGINNING[spell.standing], spell.from_on)
        for spell in began.filter(from_on__range=days).order_by("-from_on", "person__name_key", "pk")[:limit]
    ]
    found += [
        Change(spell.person_id, str(spell.person), News.LEFT, spell.to_on)
        for spell in ended.filter(to_on__range=days).order_by("-to_on", "person__name_key", "pk")[:limit]
        if spell.to_on
    ]
    return sorted(found, key=lambda change: (-change.on.toordinal(), change.name, change.person_id))[:limit]


_BEGINNING = {Standing.Kind.MEMBER.value: News.JOINED, Standing.Kind.APPLICANT.value: News.APPLIED}

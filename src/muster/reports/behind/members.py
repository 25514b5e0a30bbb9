"""Lists of people, of joining and leaving, and of inquiries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from muster.contacts.queries import inquiries as contacts
from muster.people.queries import figures as people
from muster.reports.behind.asked import Asked, Found, NoSuchFigure, city_of, no_more, said, said_period
from muster.reports.behind.rows import Row, Stored
from muster.units import queries as units

HEADS = ("Name", "City", "State or region")


def members(asked: Asked, detail: str) -> Found:
    """Members on the day, or on the last day of a month."""
    day = asked.last_day(detail)
    return _people(f"Members on {said(day)}" if detail else "Members", people.members(asked.actor, asked.inside, day))


def organisers(asked: Asked, detail: str) -> Found:
    """Members who were trained organisers on the day, or on the last day of a year."""
    day = asked.last_day(detail)
    found = people.qualified(asked.actor, asked.inside, day, qualification="organiser")
    return _people(f"Trained organisers on {said(day)}" if detail else "Trained organisers", found)


def in_branches(asked: Asked, detail: str) -> Found:
    """Members with a placement in an open branch."""
    no_more(detail)
    found = people.members(asked.actor, asked.inside, asked.on)
    return _people("Members in branches", found.placed_in(asked.ids("branch"), asked.on))


def in_groups(asked: Asked, detail: str) -> Found:
    """Members with a placement in an open group and none in a branch."""
    no_more(detail)
    found = people.members_not_placed_in(
        asked.actor, asked.inside, asked.on, others=asked.ids("branch"), inside=asked.ids("group")
    )
    return _people("Members in groups", found)


def at_large(asked: Asked, detail: str) -> Found:
    """Members in neither."""
    return _outside(asked, detail, "Members at large", asked.ids("branch") | asked.ids("group"))


def outside_branches(asked: Asked, detail: str) -> Found:
    """Members in groups and at large."""
    return _outside(asked, detail, "Members outside branches", asked.ids("branch"))


def without_unit(asked: Asked, detail: str) -> Found:
    """Members without a home unit."""
    no_more(detail)
    return _people("Members without a unit", people.members_without_home(asked.actor, asked.inside, asked.on))


def of_unit(asked: Asked, detail: str) -> Found:
    """Members whose primary placement is in that unit, those below it not counted: a size as the sheet gives it."""
    unit = units.find_by_identifier(detail, unit_ids=asked.inside)
    if unit is None:
        raise NoSuchFigure("There is no such unit here.")
    asked.about(unit.pk)
    return _people(f"Members of {unit.name}", people.members(asked.actor, frozenset([unit.pk]), asked.on))


def of_city(asked: Asked, detail: str) -> Found:
    """Members of a city: their own, else that of the unit of their primary placement."""
    city = city_of(detail)
    name, region, country = city
    there = units.units().filter(city=name, region=region, country=country).order_by().values_list("pk", flat=True)
    found = people.members_of_city(asked.actor, asked.inside, asked.on, city=city, units_there=frozenset(there))
    return _people(f"Members in {', '.join(filter(None, (name, region)))}", found)


def joined(asked: Asked, detail: str, since: date | None = None) -> Found:
    """Who joined in a month or year, or since a day; each time they did."""
    first, last = asked.period(detail, since)
    spells = people.joined(asked.actor, asked.inside, first, last)
    rows = Stored(spells, ("from_on", "pk"), _spell_row(lambda spell: spell.from_on))
    return Found(f"Who joined {said_period(detail, first, last)}", ("Name", "Joined", *HEADS[1:]), rows)


def left(asked: Asked, detail: str) -> Found:
    """Who left in a month or year; each time they did."""
    first, last = asked.period(detail)
    spells = people.left(asked.actor, asked.inside, first, last)
    rows = Stored(spells, ("to_on", "pk"), _spell_row(lambda spell: spell.to_on))
    return Found(f"Who left {said_period(detail, first, last)}", ("Name", "Left", *HEADS[1:]), rows)


def inquiries(asked: Asked, detail: str, since: date | None = None) -> Found:
    """Inquiries of a month, of the 90 days to the day, or since a day."""
    asked.actor.require("contacts.view", unit_id=asked.unit_id)
    first, last = asked.period(detail, since or asked.on - timedelta(days=89))
    received = contacts.inquiries_between(asked.actor, asked.inside, first, last, asked.on)
    rows = Stored(received, ("received_at", "pk"), _inquiry_row, descending=True)
    heads = ("Name", "Received", "How", *HEADS[1:])
    return Found(f"Inquiries {said_period(detail, first, last)}", heads, rows)


def _outside(asked: Asked, detail: str, title: str, others: frozenset[int]) -> Found:
    no_more(detail)
    return _people(title, people.members_not_placed_in(asked.actor, asked.inside, asked.on, others=others))


def _people(title: str, found: QuerySet[Any]) -> Found:
    return Found(title, HEADS, Stored(found, ("name_key", "pk"), _person_row))


def _person_row(person: Any) -> Row:
    return Row(person.ref, str(person), (person.city, person.region), person_id=person.pk)


def _spell_row(day: Callable[[Any], date]) -> Callable[[Any], Row]:
    def make(spell: Any) -> Row:
        person = spell.person
        return Row(person.ref, str(person), (day(spell), person.city, person.region), person_id=person.pk)

    return make


def _inquiry_row(inquiry: Any) -> Row:
    name = inquiry.name or "Somebody without a name"
    cells = (inquiry.day, inquiry.channel, inquiry.city, inquiry.region)
    return Row(inquiry.ref, name, cells, person_id=inquiry.person_id)

"""Units that grow: a group becomes a branch, a branch becomes two. What they were stays known of earlier days."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from muster.core.errors import DomainError
from muster.units.calc import UnitDetails
from muster.units.models import FormerKind, Split, Unit
from muster.units.services.rules import (
    BadDetails,
    KindNotAllowed,
    Sees,
    UnitChanged,
    UnitClosed,
    check_details,
    check_kind,
    check_kind_of_existing,
    check_open_on,
    lock_tree,
    said,
    save,
)
from muster.units.services.tree import FORGOTTEN, UNDO_FOR


class PromotionCannotBeUndone(DomainError):
    """It was undone, or too much time has passed."""


class SplitCannotBeUndone(DomainError):
    """It was undone, too much time has passed, or the new unit was closed since."""


@transaction.atomic
def promote_unit(*, unit_id: int, version: int, kind_id: int, on: date, now: datetime, sees: Sees) -> FormerKind:
    """
    Let a unit be of another kind from a day on; up to that day it stays what it was.

    :param version: the version that was read before
    :param on: the first day it is of the new kind, not later than the day of `now`
    :param sees: whether the unit with that id may be spoken of
    :returns: what it was, until that day
    :raises UnitChanged, UnitClosed, KindNotAllowed, BadDetails: see the classes
    """
    units = lock_tree()
    unit = units[unit_id]
    if unit.version != version:
        raise UnitChanged("Somebody else changed this unit a moment ago. Look at it again, then send it.")
    check_open_on(unit, on, field="on")
    if unit.parent_id is None:
        raise KindNotAllowed("The whole organisation stays what it is.")
    if kind_id == unit.kind_id:
        raise KindNotAllowed("It is of that kind already.", field="kind")
    check_kind_of_existing(unit, kind_id, units, sees)
    before = FormerKind.objects.filter(unit=unit).order_by("-until_on").first()
    begun = max((day for day in (unit.opened_on, before and before.until_on) if day), default=None)
    if begun is not None and on <= begun:
        raise BadDetails(f"It became what it is on {said(begun)}. Choose a later day.", field="on")
    former = FormerKind.objects.create(unit=unit, kind=unit.kind, until_on=on, made_at=now)
    unit.kind_id = kind_id
    save(unit)
    return former


@transaction.atomic
def undo_promotion(*, unit_id: int, now: datetime, sees: Sees) -> FormerKind:
    """
    Let a unit be again what it was before it last became something else, as if it never had. Return what was taken back.

    :param sees: whether the unit with that id may be spoken of
    :raises PromotionCannotBeUndone: nothing of the last thirty days is there to take back
    :raises KindNotAllowed: what it was may not stand there any more
    """
    units = lock_tree()
    unit = units[unit_id]
    former = FormerKind.objects.filter(unit=unit).order_by("-until_on").first()
    if former is None or former.made_at is None or now - former.made_at > UNDO_FOR:
        raise PromotionCannotBeUndone("That can be undone once, and within thirty days.")
    if former.kind_id != unit.kind_id:
        check_kind_of_existing(unit, former.kind_id, units, sees)
        unit.kind_id = former.kind_id
    save(unit)
    FormerKind.objects.filter(pk=former.pk).delete()
    return former


@transaction.atomic
def open_beside(*, unit_id: int, version: int, details: UnitDetails, now: datetime) -> Split:
    """
    Open a unit beside another, of which it is a part that goes on by itself from the day it opens.

    :param version: the version of the unit that was read before
    :param details: of the new one, its `opened_on` given
    :raises UnitChanged, UnitClosed, KindNotAllowed, BadDetails: see the classes
    """
    units = lock_tree()
    unit, on = units[unit_id], details.opened_on
    if unit.version != version:
        raise UnitChanged("Somebody else changed this unit a moment ago. Look at it again, then send it.")
    check_details(details)
    if unit.parent_id is None:
        raise KindNotAllowed("The whole organisation cannot be split.")
    for each in (unit, units[unit.parent_id]):
        if each.closed_on is not None:
            raise UnitClosed(f"{each.name} closes on {said(each.closed_on)}.", field="opened_on")
    if on is None or (unit.opened_on is not None and on <= unit.opened_on):
        raise BadDetails(f"Choose a day after it opened{_on(unit.opened_on)}.", field="opened_on")
    check_kind(details.kind_id, units[unit.parent_id])
    made = {"parent_id": unit.parent_id, "kind_id": details.kind_id, "opened_on": on, "name": details.name}
    place = {name: getattr(details, name) for name in ("city", "region", "postcode", "country")}
    new = Unit.objects.create(**made, **place, latitude=details.latitude, longitude=details.longitude)
    save(unit)
    return Split.objects.create(unit=unit, new_unit=new, split_on=on, split_at=now)


def keep_split_spells(*, split_id: int, spells: Mapping[str, Any]) -> None:
    """Store with a split what it did to people's spells, JSON values; one query."""
    Split.objects.filter(pk=split_id).update(spells=spells)


@transaction.atomic
def undo_split(*, split_id: int, on: date, now: datetime) -> Split:
    """
    Close the unit that a split opened on the day it opened, so that it never was open. Return the split with its `spells`.

    :param on: the day it is done; a unit that would open later opens and closes on that day instead
    :raises UnitClosed: the unit that was split is closed
    :raises SplitCannotBeUndone: it was undone, is older than thirty days, or the new unit was closed or divided since
    """
    units = lock_tree()
    record = Split.objects.select_for_update(of=("self",)).select_related("unit", "new_unit").get(pk=split_id)
    if record.undone_at is not None or now - record.split_at > UNDO_FOR or not record.spells:
        raise SplitCannotBeUndone(f"That can be undone once, and within thirty days. {FORGOTTEN}")
    check_open_on(units[record.unit_id], on)
    new = units[record.new_unit_id]
    if new.closed_on is not None or new.opened_on != record.split_on:
        raise SplitCannotBeUndone(f"{new.name} was closed or opened on another day since. Move its people by hand.")
    if any(each.parent_id == new.pk for each in units.values()):
        raise SplitCannotBeUndone(f"Units stand below {new.name} now. Move them first.")
    new.opened_on = new.closed_on = min(record.split_on, on)
    save(new)
    Split.objects.filter(pk=split_id).update(undone_at=now)
    return record


def _on(day: date | None) -> str:
    return f", on {said(day)}" if day else ""

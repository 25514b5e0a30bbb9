"""The balance sheet of a unit on a day, for whoever may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from muster.access.actor import Actor
from muster.core.errors import DomainError
from muster.reports import way_in
from muster.units import queries as units
from muster.units.places import ground

if TYPE_CHECKING:
    from muster.reports.calc.sheet import BalanceSheet
    from muster.reports.report import Report

FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)


class NoSuchDay(DomainError):
    """A balance sheet can be drawn up for the days of three centuries only."""


def build(
    actor: Actor, unit_id: int | None, on: date, *, compared_with: date | None = None, contacts: bool = False
) -> Report:
    """
    Draw up the balance sheet of a unit, compare it with an earlier one and say what the figures say; some twelve queries.

    :param unit_id: None for the whole organisation, which the root stands for too
    :param compared_with: an earlier day; None for the same day a year before
    :param contacts: also how contacts become members, for four queries more, where the actor may see that
    :raises NotAllowed: the actor may not see reports of that unit
    :raises NoSuchDay: a day outside `FIRST`..`LAST`, or one to compare with that is not earlier
    """
    # NumPy is read here, so that pages and commands without figures start without it.
    from muster.reports.calc import days
    from muster.reports.calc.sentences import sentences
    from muster.reports.report import Report

    actor.require("reports.view", unit_id=unit_id)
    check_day(on)
    earlier = compared_with or days.year_before(on)
    if earlier < date(1899, 1, 1):
        raise NoSuchDay(f"Give a day from {FIRST.year} to {LAST.year}.", field="compared_with")
    if earlier >= on:
        raise NoSuchDay("Compare with a day before the day of the balance sheet.", field="compared_with")
    sheet, before = _sheets(actor, unit_id, on, earlier)
    if contacts:
        now, then = way_in.summaries(actor, unit_id, (on, earlier))
        sheet, before = replace(sheet, contacts=now), replace(before, contacts=then)
    return Report(sheet, before, sentences(sheet, before, units.terms()))


def sheet_of(actor: Actor, unit_id: int | None, on: date) -> BalanceSheet:
    """
    Draw up the figures alone, compared with nothing; some ten queries.

    :raises NotAllowed, NoSuchDay: as `build`
    """
    actor.require("reports.view", unit_id=unit_id)
    check_day(on)
    return _sheets(actor, unit_id, on)[0]


def check_day(on: date) -> None:
    """Do nothing if a balance sheet can be drawn up for that day; :raises NoSuchDay: it cannot."""
    if not FIRST <= on <= LAST:
        raise NoSuchDay(f"Give a day from {FIRST.year} to {LAST.year}.", field="on")


def _sheets(actor: Actor, unit_id: int | None, *on: date) -> list[BalanceSheet]:
    from muster.reports import queries
    from muster.reports.calc.balance_sheet import balance_sheet
    from muster.reports.calc.records import Options

    found = ground()
    chosen = found.settings
    sizes = (chosen.small_branch, chosen.working_branch)
    options = Options(chosen.milestone_step, chosen.coverage_km, sizes, found.atlas)
    records, unit = queries.records(actor, unit_id, until=on[0])
    return [balance_sheet(records, unit, day, options) for day in on]

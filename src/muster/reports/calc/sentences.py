"""What the figures say, in sentences that stay true for none, one, few and falling figures; page, text and PDF share them."""

from collections.abc import Mapping
from dataclasses import dataclass

from muster.core.terms import Terms
from muster.reports.calc import days
from muster.reports.calc.sheet import BalanceSheet
from muster.reports.calc.titles import titles
from muster.reports.calc.wording import capital, each, many, number, part_of_all, span, written


@dataclass(frozen=True, slots=True)
class Sentences:
    """
    :ivar headline: the whole in one line
    :ivar lead: what matters most, a sentence each
    :ivar titles: key of a picture → its message
    """

    headline: str
    lead: tuple[str, ...]
    titles: Mapping[str, str]


def sentences(sheet: BalanceSheet, before: BalanceSheet | None = None, terms: Terms | None = None) -> Sentences:
    """
    Say what a balance sheet says.

    :param before: the sheet of an earlier day, to speak of change
    :param terms: the organisation's own nouns
    """
    words = terms or Terms()
    lead = (
        _milestone(sheet, words),
        _change(sheet, before),
        _outside(sheet, words),
        _organisers(sheet, before, words),
    )
    return Sentences(_headline(sheet, words), tuple(filter(None, lead)), titles(sheet, before, words))


def _headline(sheet: BalanceSheet, words: Terms) -> str:
    total, cities = sheet.members.total, sheet.places.cities_with_members
    if not total:
        return f"No {words.many('member')} {'now' if sheet.members.most else 'yet'}"
    members = words.count(total, "member")
    if not cities:
        return f"{members}, city unknown"
    where = f"{members} in {number(cities)} {'city' if cities == 1 else 'cities'}"
    strong = sheet.places.strongholds
    if len(strong.cities) == cities or strong.members * 2 < total:
        return where
    return f"{where}, {part_of_all(strong.members, total)} of them in {number(len(strong.cities))}"


def _milestone(sheet: BalanceSheet, words: Terms) -> str:
    members = sheet.members
    if members.total < members.most and members.most_on:
        fewer = members.most - members.total
        most = f"The most so far were {members.most:,}, first on {written(members.most_on)}; now there are "
        return most + (f"{fewer:,} fewer." if members.total else "none.")
    reached = list(members.milestones.items())
    if len(reached) > 1:
        (_, previous), (count, last) = reached[-2:]
        return f"The last {_step(sheet.step)} came in {span(previous, last)}: there were {count:,} on {written(last)}."
    if reached:
        return f"The first {_step(sheet.step)} {words.many('member')} were there on {written(reached[0][1])}."
    return ""


def _step(step: int) -> str:
    return {100: "hundred", 1000: "thousand"}.get(step, f"{step:,}")


def _change(sheet: BalanceSheet, before: BalanceSheet | None) -> str:
    joined, left = sheet.members.joined_12_months, sheet.members.left_12_months
    if not sheet.members.most:
        return ""
    said = f"In the last twelve months {many(joined)} joined and {many(left)} left"
    if before is None or before.as_of != days.year_before(sheet.as_of):
        return said + "."
    moved = sheet.members.total - before.members.total - joined + left
    if moved:
        return f"{said}; {abs(moved):,} more moved {'in than out' if moved > 0 else 'out than in'}."
    return said + "."


def _outside(sheet: BalanceSheet, words: Terms) -> str:
    total, units = sheet.members.total, sheet.units
    outside = total - units.members_in_branches
    if not total:
        return ""
    if not outside:
        everyone = f"The one {words.one('member')}" if total == 1 else f"Every {words.one('member')}"
        return f"{everyone} is in a {words.one('branch')}."
    who = capital(each(outside, total, words))
    return (
        f"{who} outside a {words.one('branch')}: {units.members_in_groups:,} in {words.many('group')},"
        f" {units.members_at_large:,} at large."
    )


def _organisers(sheet: BalanceSheet, before: BalanceSheet | None, words: Terms) -> str:
    now = sheet.organisers.members_per_organiser
    one = words.one("organiser")
    if not sheet.members.total:
        return ""
    if now is None:
        return f"There is no trained {one}."
    said = f"There is one {one} for every {now:.1f} {words.many('member')}"
    then = before.organisers.members_per_organiser if before else None
    if before is None or then is None:
        return said + "."
    when = "a year before" if before.as_of == days.year_before(sheet.as_of) else f"on {written(before.as_of)}"
    if f"{now:.1f}" == f"{then:.1f}":
        return f"{said}, as {when}."
    return f"{said}; {when} there was one for {then:.1f}."

"""The message of each picture, worked out from its figures: every phrase is chosen by a rule that makes it true."""

from itertools import pairwise

from muster.core.terms import Terms
from muster.reports.calc.days import year_before
from muster.reports.calc.sheet import BalanceSheet
from muster.reports.calc.wording import capital, many, number, part_of_all, written


def titles(sheet: BalanceSheet, before: BalanceSheet | None, words: Terms) -> dict[str, str]:
    """
    Return picture → message: members, joined_left, map, strongholds, sizes, recruits, organisers, inquiries, potential,
    milestones.
    """
    return {
        "members": _members(sheet, before, words),
        "joined_left": _joined_left(sheet),
        "map": _map(sheet, words),
        "strongholds": _strongholds(sheet),
        "sizes": _sizes(sheet, words),
        "recruits": _recruits(sheet),
        "organisers": _organisers(sheet, before, words),
        "inquiries": _inquiries(sheet, words),
        "potential": _potential(sheet, words),
        "milestones": _milestones(sheet, words),
    }


def _members(sheet: BalanceSheet, before: BalanceSheet | None, words: Terms) -> str:
    counts, now = list(sheet.members.by_month.values()), sheet.members.total
    if not now:
        return f"No {words.many('member')} {'now' if counts else 'yet'}"
    slow = _slow_years(counts)
    if slow:
        return f"{capital(number(slow))} slow years, then a leap"
    if before is None:
        return words.count(now, "member")
    then = before.members.total
    when = "in twelve months" if before.as_of == year_before(sheet.as_of) else f"since {written(before.as_of)}"
    if now == then:
        return f"As many {words.many('member')} as on {written(before.as_of)}"
    if not then:
        return f"From none to {now:,} {when}"
    if now >= 2 * then:
        return f"{'More than doubled' if now > 2 * then else 'Doubled'} {when}"
    change, percent = abs(now - then), abs(now - then) / then * 100
    how = f"{percent:.0f} %" if then >= 50 and percent >= 1 else f"by {change:,}"
    return f"{'Up' if now > then else 'Down'} {how} {when}"


def _slow_years(counts: list[int]) -> int:
    """Return how many years before the last each grew by less than a third of it; 0 unless all did, and three at least."""
    ends = counts[::-1][::12][::-1]
    gains = [later - earlier for earlier, later in pairwise(ends)]
    if len(gains) < 4 or gains[-1] < 10 or any(gain * 3 >= gains[-1] for gain in gains[:-1]):
        return 0
    return len(gains) - 1


def _joined_left(sheet: BalanceSheet) -> str:
    joined, left = sheet.members.joined_12_months, sheet.members.left_12_months
    return f"{capital(many(joined))} joined, {many(left)} left in twelve months"


def _map(sheet: BalanceSheet, words: Terms) -> str:
    cities, alone = sheet.places.cities_with_members, sheet.potential.places
    if not cities:
        return "No city is known"
    said = f"{capital(number(cities))} {'city' if cities == 1 else 'cities'}"
    branch = words.one("branch")
    if not alone:
        return f"{said}, {'with' if cities == 1 else 'each with'} a {branch}"
    if alone == cities:
        return f"{said}, {'without' if cities == 1 else 'none with'} a {branch}"
    return f"{said}, {number(alone)} of them without a {branch}"


def _strongholds(sheet: BalanceSheet) -> str:
    strong, total = sheet.places.strongholds, sheet.members.total
    if not strong.cities:
        return "No city is known"
    count = len(strong.cities)
    who = strong.cities[0].city if count == 1 else f"{capital(number(count))} cities"
    holds = "holds" if count == 1 else "hold"
    if strong.members * 2 < total:
        return f"{who} {holds} {strong.members:,} of us; of the others no city is known"
    return f"{who} {holds} {part_of_all(strong.members, total)} of us"


def _sizes(sheet: BalanceSheet, words: Terms) -> str:
    total = sheet.units.branches_open
    if not total:
        return f"No {words.one('branch')} is open"
    fewer = sum(1 for branch in sheet.units.branches if branch.members < 5)
    middle, large = sheet.units.size_classes["5-7"], sheet.units.size_classes["8-13"] + sheet.units.size_classes["14+"]
    branches = words.many("branch")
    if total == 1:
        return f"The one {words.one('branch')} has {words.count(sheet.units.branches[0].members, 'member')}"
    for count, size in ((large, "eight or more"), (middle, "five to seven"), (fewer, "fewer than five")):
        if count == total:
            return f"All {branches} have {size} {words.many('member')}"
        if count * 2 > total:
            return f"Most {branches} have {size} {words.many('member')}"
    has = "has" if fewer == 1 else "have"
    return f"{capital(number(fewer))} of {total:,} {branches} {has} fewer than five {words.many('member')}"


# Least ratio to the year before → what happened.
_GREW = (
    (4.05, "grown more than fourfold"),
    (3.95, "grown fourfold"),
    (3.05, "more than tripled"),
    (2.95, "tripled"),
    (2.7, "nearly tripled"),
    (2.05, "more than doubled"),
    (1.95, "doubled"),
    (1.8, "nearly doubled"),
)


def _recruits(sheet: BalanceSheet) -> str:
    rates = list(sheet.recruitment.joined_per_month_by_year.values())
    if not rates:
        return "Nobody has joined yet"
    now, last = rates[-1], rates[-2] if len(rates) > 1 else 0.0
    if not now:
        return "Nobody has joined this year"
    if not last:
        return f"{now:.1f} recruits a month this year"
    said = next((said for least, said in _GREW if now / last >= least), "")
    if said:
        return f"Recruits a month have {said}"
    if now / last > 1.05:
        return "Recruiting is faster than last year"
    return "Recruiting is slower than last year" if now / last < 0.95 else "Recruiting keeps the pace of last year"


def _organisers(sheet: BalanceSheet, before: BalanceSheet | None, words: Terms) -> str:
    now, organisers = sheet.organisers.members_per_organiser, words.many("organiser")
    if now is None:
        return f"No trained {organisers}"
    then = before.organisers.members_per_organiser if before else None
    if before is None or not then:
        return f"{words.count(sheet.organisers.total, 'organiser')} so far"
    if now < then * 0.95:
        return f"More {organisers} for each {words.one('member')}"
    if now <= then * 1.05:
        return "Training keeps the pace"
    grew = sheet.members.total > before.members.total
    return "Training is behind recruiting" if grew else f"Fewer {organisers} for each {words.one('member')}"


def _inquiries(sheet: BalanceSheet, words: Terms) -> str:
    now, then = sheet.inquiries.per_week_last_90_days, sheet.inquiries.per_week_90_days_before
    if not now:
        return f"No {words.many('inquiry')} in the last 90 days"
    said = f"{now:.1f} {words.many('inquiry')} a week"
    if now == then:
        return f"{said}, as in the 90 days before"
    return f"{said}, {'more' if now > then else 'fewer'} than in the 90 days before"


def _potential(sheet: BalanceSheet, words: Terms) -> str:
    potential = sheet.potential
    branch, needed = words.one("branch"), potential.recruits_needed[0]
    if not sheet.places.cities_with_members:
        return "What it would take"
    if not potential.places:
        return f"Every city with {words.many('member')} has a {branch}"
    if not needed:
        cities = "One city has" if potential.places == 1 else f"{capital(number(potential.places))} cities have"
        return f"{cities} {words.many('member')} enough for a {branch}"
    recruits = "One recruit" if needed == 1 else f"{capital(number(needed))} recruits"
    return f"{recruits} would give every city a {branch} of {number(potential.branch_sizes[0])}"


def _milestones(sheet: BalanceSheet, words: Terms) -> str:
    reached = list(sheet.members.milestones.items())
    if not reached:
        return "No milestone yet"
    if len(reached) < 3:
        count, day = reached[-1]
        return f"{count:,} {words.many('member')} on {written(day)}"
    (_, first), (_, second), (_, third) = reached[-3:]
    last, before = third - second, second - first
    how = "faster than" if last < before else "more slowly than" if last > before else "as fast as"
    return f"The last {sheet.step:,} came {how} those before"

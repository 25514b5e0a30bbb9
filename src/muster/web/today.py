"""What the first page says: sentences and rows made of figures that were read elsewhere. No query, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from muster.access.actor import Actor
from muster.core.terms import Terms
from muster.people.queries.recent import Change, News
from muster.web import navigation
from muster.web.balance_sheet.links import Links
from muster.web.trace.words import unusual
from muster.web.words import day, month, number, spelled

if TYPE_CHECKING:
    from muster.contacts.queries import welcome
    from muster.contacts.queries.follow_up import Line
    from muster.reports.calc.sheet import BalanceSheet, GoalProgress
    from muster.reports.report import Report
    from muster.workflows.alarms import Open

NEWS_DAYS, NEWS_ROWS = 30, 8
CALL_ROWS = 5
_NEWS = {News.JOINED: "joined", News.LEFT: "left", News.APPLIED: "asked to join"}
_STATES = {
    "reached": "reached",
    "ahead": "ahead of the line",
    "on line": "on the line",
    "behind": "behind the line",
    "missed": "not reached in time",
    "not begun": "not begun yet",
}
_MEASURES = {"members": "member", "branches": "branch", "groups": "group", "organisers": "organiser"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the page; `late` marks what is to be looked at."""

    title: str
    url: str
    detail: str
    chip: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """How far along a goal is; `share` and `expected` are 0..1 of the way from its start to its target; `url` its list or ''."""

    title: str
    now_of_target: str
    share: float
    expected: float
    text: str
    url: str


def headline(sheet: BalanceSheet, terms: Terms) -> str:
    """Return the sentence the page begins with."""
    month_key = f"{sheet.as_of:%Y-%m}"
    joined = sheet.members.joined_by_month.get(month_key, 0)
    left = sheet.members.left_by_month.get(month_key, 0)
    if not sheet.members.total and not joined:
        return f"No {terms.many('member')} yet"
    if joined:
        return f"{spelled(joined).capitalize()} new {_noun(terms, 'member', joined)} this month"
    if left:
        return f"{spelled(left).capitalize()} {_noun(terms, 'member', left)} left this month, nobody joined"
    return f"{terms.count(sheet.members.total, 'member').capitalize()}, none new this month"


def lead(report: Report, terms: Terms) -> str:
    """Return one or two sentences on where the unit stands."""
    sheet, total = report.sheet, report.sheet.members.total
    if not total:
        return f"{sheet.unit.name} begins here."
    said = f"{sheet.unit.name} has {terms.count(total, 'member')}"
    if report.before is None or not report.before.members.total:
        said += "."
    elif report.before.members.total == total:
        said += ", as many as a year ago."
    else:
        said += f"; a year ago it had {number(report.before.members.total)}."
    behind = sum(goal.state == "behind" for goal in _own(sheet))
    if behind:
        said += f" {spelled(behind).capitalize()} {_noun(terms, 'goal', behind)} {'needs' if behind == 1 else 'need'} a push."
    return said


def figures(report: Report, terms: Terms, to: Links) -> list[dict[str, str]]:
    """Return the strip of numbers, each with its change in a year and the list behind it where there is one."""
    now, was = report.sheet, report.before
    each = now.organisers.members_per_organiser
    counted = (
        ("member", "members", now.members.total, was.members.total if was else None),
        ("branch", "branches", now.units.branches_open, was.units.branches_open if was else None),
        ("group", "groups", now.units.groups_open, was.units.groups_open if was else None),
        ("organiser", "organisers", now.organisers.total, was.organisers.total if was else None),
    )
    found = [_figure(terms.many(noun), count, before, to.list_of(key)) for noun, key, count, before in counted]
    if each:
        found[3] = found[3] | {
            "change": f"one for {number(each, 0 if each == round(each) else 1)} {terms.many('member')}",
            "gain": "",
            "loss": "",
        }
    inquiries = {
        "label": f"{terms.many('inquiry').capitalize()} a week",
        "value": number(now.inquiries.per_week_last_90_days, 1),
        "change": "in the last 90 days",
        "url": to.list_of("inquiries"),
    }
    return [*found, inquiries]


def _figure(label: str, now: int, before: int | None, url: str) -> dict[str, str]:
    figure = {"label": label.capitalize(), "value": number(now), "url": url}
    if before is None:
        return figure
    change = now - before
    if not change:
        return figure | {"change": "as a year ago"}
    return figure | {"gain" if change > 0 else "loss": number(change, sign=True), "change": "in a year"}


def news_rows(changes: Iterable[Change], homes: Mapping[int, str], today: date) -> list[Row]:
    """
    Return who joined, left and asked to join.

    :param homes: id of a person → name of the home unit, '' without one
    """
    return [
        Row(
            change.name,
            navigation.address("people:person_detail", change.person_id),
            f"{_NEWS[change.what]} {_when(change.on, today)}"
            + (f", {homes[change.person_id]}" if homes.get(change.person_id) else ""),
        )
        for change in changes
    ]


def call_rows(lines: Iterable[Line]) -> list[Row]:
    """Return whom the reader is to get in touch with, those who wait longest first."""
    return [
        Row(
            line.name,
            navigation.address("contacts:contact_detail", line.person_id),
            " · ".join(filter(None, (line.next_step, line.stage, line.unit))),
            _late(line.late),
            late=line.late > 0,
        )
        for line in lines
    ]


def welcome_rows(lines: Iterable[welcome.Line]) -> list[Row]:
    """Return which steps of a welcome are the reader's and due, those that wait longest first."""
    return [
        Row(
            line.name,
            navigation.address("contacts:contact_detail", line.person_id),
            " · ".join(filter(None, (line.step, "new", line.unit))),
            _late(line.late),
            late=line.late > 0,
        )
        for line in lines
    ]


def _late(days: int) -> str:
    return f"{number(days)} {'day' if days == 1 else 'days'} late" if days else "today"


def more_calls(mine: int, shown: int, free: int) -> str:
    """
    Return what the rows leave out, '' where that is nothing.

    :param mine, free: how many contacts of the reader are due, and how many nobody owns
    """
    told = []
    if mine > shown:
        told.append(f"{number(mine - shown)} more of yours")
    if free:
        told.append(f"{number(free)} {'is' if free == 1 else 'are'} nobody’s yet")
    return ", ".join(told)


def application_rows(count: int) -> list[Row]:
    """
    Return a row on applications.

    :param count: how many wait for the reader
    """
    if not count:
        return []
    title = "An application waits for you" if count == 1 else f"{number(count)} applications wait for you"
    return [Row(title, navigation.address("contacts:application_list"), "Somebody asks to join")]


def release_rows(count: int) -> list[Row]:
    """
    Return a row on the long lists that others want to take out.

    :param count: how many wait for the reader
    """
    if not count:
        return []
    title = "A long list waits for you to agree" if count == 1 else f"{number(count)} long lists wait for you to agree"
    return [Row(title, navigation.address("releases:release_list"), "Somebody wants to take it out as a file")]


def import_rows(entries: Iterable[tuple[datetime, str, Mapping[str, Any]]], actor: Actor) -> list[Row]:
    """
    Return the latest imports, for who may import.

    :param entries: (moment, action, details) of the trace
    """
    if not actor.may("transfer.import"):
        return []
    return [
        Row(
            str(details.get("name", "A file")),
            navigation.address("transfer:import_list"),
            f"{'taken back' if action.endswith('undone') else _counts(details)}, {day(moment)}",
        )
        for moment, action, details in entries
    ]


def alarm_rows(alarms: list[Open]) -> list[Row]:
    """Return one row that leads to the alarms nobody has acknowledged, the latest of which it tells."""
    if not alarms:
        return []
    more = f" And {spelled(len(alarms) - 1)} more." if len(alarms) > 1 else ""
    address = navigation.address("trace:entry_list")
    return [Row("Unusual reading", address, f"{alarms[0].who} {unusual(alarms[0])}{more}", "look into it", late=True)]


def goals(sheet: BalanceSheet, terms: Terms, to: Links) -> list[Goal]:
    """Return the unit's own goals that are not over, those due first on top."""
    return [_goal(goal, sheet, terms, to) for goal in sorted(_own(sheet), key=lambda goal: (goal.due_on, goal.measure))]


def behind_below(sheet: BalanceSheet, terms: Terms) -> str:
    """Return a sentence on the goals of units below, '' where there are none."""
    below = [goal for goal in sheet.goals if goal.unit != sheet.unit.id and goal.due_on >= sheet.as_of]
    behind = sum(goal.state == "behind" for goal in below)
    if not below:
        return ""
    held = f"{terms.many('unit').capitalize()} below have {terms.count(len(below), 'goal')}"
    return f"{held}, {spelled(behind)} behind the line." if behind else f"{held}, none behind the line."


def _own(sheet: BalanceSheet) -> list[GoalProgress]:
    return [goal for goal in sheet.goals if goal.unit == sheet.unit.id and goal.due_on >= sheet.as_of]


def first_steps(actor: Actor) -> list[Row]:
    """Return what to do first in an organisation without people, each step only for who may."""
    steps = (
        ("transfer.import", "transfer:import_list", "Bring your files in", "Or look around in a made-up organisation"),
        ("units.edit", "units:unit_tree", "Lay out your units", "Regions, branches, groups"),
        ("access.grant", "access:grant_list", "Let others in", "Each with a role, for a part of the organisation"),
        ("settings.edit", "web:settings", "Use your own words", "What you call a branch, a member, an organiser"),
    )
    rows = [Row(title, navigation.address(name), text) for need, name, title, text in steps if actor.may(need)]
    return [row for row in rows if row.url]


def _goal(goal: GoalProgress, sheet: BalanceSheet, terms: Terms, to: Links) -> Goal:
    way = goal.target - goal.start_value
    days = max(1, (goal.due_on - goal.start_on).days)
    name = terms.many(_MEASURES[goal.measure]) if goal.measure in _MEASURES else goal.measure
    return Goal(
        title=f"{name.capitalize()} by {month(goal.due_on)}",
        now_of_target=f"{number(goal.now)} of {number(goal.target)}",
        share=(goal.now - goal.start_value) / way if way else 1.0,
        expected=(sheet.as_of - goal.start_on).days / days,
        text=_STATES[goal.state],
        url=to.goal(goal.key, goal.measure),
    )


def _noun(terms: Terms, noun: str, count: int) -> str:
    return terms.one(noun) if count == 1 else terms.many(noun)


def _when(on: date, today: date) -> str:
    past = (today - on).days
    return "today" if past == 0 else "yesterday" if past == 1 else f"on {day(on)}"


def _counts(details: Mapping[str, Any]) -> str:
    people = details.get("counts", {}).get("people", {})
    said = [
        f"{number(people[key])} {word}" for key, word in (("created", "new"), ("updated", "changed")) if people.get(key)
    ]
    return " and ".join(said) or "nothing new"

"""How far along each goal is, as the bar on the page wants it."""

from dataclasses import dataclass

from muster.reports.calc.sheet import BalanceSheet, GoalProgress
from muster.web.balance_sheet.links import Links

WORDS = {
    "reached": "reached",
    "ahead": "ahead of the line",
    "on line": "on the line",
    "behind": "behind the line",
    "missed": "not reached in time",
    "not begun": "not begun yet",
}
DECIDED = {"reached", "missed"}


@dataclass(frozen=True, slots=True)
class Bar:
    """
    :ivar share: of the way from start to target, 0 to 1
    :ivar expected: where a straight line would be on the day of the sheet, 0 to 1
    :ivar url: the list behind the number, '' where the reader may not open it
    """

    title: str
    now_of_target: str
    share: float
    expected: float
    text: str
    url: str


def bars(sheet: BalanceSheet, to: Links) -> list[Bar]:
    """Return a bar for each goal: what is still to be reached first, the unit's own before those below it, soonest due first."""
    ordered = sorted(sheet.goals, key=lambda goal: (goal.state in DECIDED, goal.unit != sheet.unit.id, goal.due_on))
    return [_bar(goal, sheet, to) for goal in ordered]


def _bar(goal: GoalProgress, sheet: BalanceSheet, to: Links) -> Bar:
    way = goal.target - goal.start_value
    share = (goal.now - goal.start_value) / way if way else 1.0
    days = (sheet.as_of - goal.start_on).days / max(1, (goal.due_on - goal.start_on).days)
    return Bar(
        f"{goal.unit_name}: {goal.measure} by {goal.due_on.day} {goal.due_on:%b %Y}",
        f"{goal.now:,} of {goal.target:,g}",
        min(1.0, max(0.0, share)),
        min(1.0, max(0.0, days)),
        WORDS[goal.state],
        to.goal(goal.key, goal.measure),
    )

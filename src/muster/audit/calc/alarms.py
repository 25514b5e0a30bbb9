"""
When reading is unusual: three rules over what each account looked at and took out on each day.

1. *looks*: on one day more looks at contact or private details than `FLOOR[LOOKS]`, than `TIMES` what is usual for the
   account, and than `TIMES` what is usual for whoever has one of its roles.
2. *rows*: the same of rows in files, with `FLOOR[ROWS]`.
3. *night*: at least `AT_NIGHT` looks and files between midnight and `NIGHT_ENDS` by somebody who did nothing of the kind at
   that time in the `BEFORE` days before.

Usual is the median over the days of the `BEFORE` days before on which there was anything at all; without such days it is 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from types import MappingProxyType

LOOKS, ROWS, NIGHT = "looks", "rows", "night"
FLOOR: Mapping[str, int] = MappingProxyType({LOOKS: 30, ROWS: 500})
TIMES = 3
BEFORE = 28
AT_NIGHT, NIGHT_ENDS = 10, 5


@dataclass(frozen=True, slots=True)
class Act:
    """
    One look, or one file that was taken out.

    :ivar day: the organisation's day, `hour` 0 to 23 by its clock
    :ivar rows: how many rows the file has, None for a look
    """

    user_id: int
    day: date
    hour: int
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """
    An account that did far more on a day than usual.

    :ivar rule: `LOOKS`, `ROWS` or `NIGHT`
    :ivar count: looks, rows, or looks and files
    :ivar usual: what is usual for the account on a day, 0 for `NIGHT`
    """

    rule: str
    user_id: int
    day: date
    count: int
    usual: float


# Rule → account → day → how much; of a night the day it belongs to.
Sums = dict[str, dict[int, dict[date, int]]]


def alarms(acts: Iterable[Act], roles: Mapping[int, frozenset[str]], day: date) -> list[Alarm]:
    """
    Return what was unusual on a day, by rule and account.

    :param acts: of that day and the `BEFORE` days before it; others are left aside
    :param roles: account → its roles
    """
    sums = _sums(acts, day)
    found = []
    for rule, floor in FLOOR.items():
        by_account = sums[rule]
        for user_id, days in sorted(by_account.items()):
            count = days.get(day, 0)
            if count <= floor:
                continue
            alike = [
                other for other in by_account if other == user_id or roles.get(other, _NONE) & roles.get(user_id, _NONE)
            ]
            own, of_role = _usual(by_account, [user_id], day), _usual(by_account, alike, day)
            if count > TIMES * max(own, of_role):
                found.append(Alarm(rule, user_id, day, count, own))
    for user_id, days in sorted(sums[NIGHT].items()):
        if days.get(day, 0) >= AT_NIGHT and len(days) == 1:
            found.append(Alarm(NIGHT, user_id, day, days[day], 0))
    return found


_NONE: frozenset[str] = frozenset()


def _sums(acts: Iterable[Act], day: date) -> Sums:
    sums: Sums = {rule: defaultdict(lambda: defaultdict(int)) for rule in (LOOKS, ROWS, NIGHT)}
    for act in acts:
        if not 0 <= (day - act.day).days <= BEFORE:
            continue
        if act.rows is None:
            sums[LOOKS][act.user_id][act.day] += 1
        elif act.rows:
            sums[ROWS][act.user_id][act.day] += act.rows
        if act.hour < NIGHT_ENDS:
            sums[NIGHT][act.user_id][act.day] += 1
    return sums


def _usual(by_account: Mapping[int, Mapping[date, int]], accounts: Iterable[int], day: date) -> float:
    """Return the median over the accounts' days before, 0 where there are none."""
    counts = [count for user_id in accounts for on, count in by_account[user_id].items() if on != day]
    return median(counts) if counts else 0

"""Unusual reading, reckoned a second time by plain loops."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.audit.calc.alarms import Act, Alarm, alarms

DAY = date(2026, 11, 3)
ROLES = {1: frozenset({"a"}), 2: frozenset({"a", "b"}), 3: frozenset({"b"}), 4: frozenset({"c"})}


def looks(user_id, back, count, hour=12):
    return [Act(user_id, DAY - timedelta(days=back), hour)] * count


def middle(values):
    """The middle of the sorted values, of an even number the mean of the two."""
    values = sorted(values)
    if not values:
        return 0
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def plainly(acts, roles):
    """What the three sentences of the module say, one account and one day at a time."""
    acts = [act for act in acts if DAY - timedelta(days=28) <= act.day <= DAY]

    def on(user_id, day, rule):
        total = 0
        for act in acts:
            if act.user_id == user_id and act.day == day:
                is_look = act.rows is None
                total += {"looks": is_look, "rows": act.rows or 0, "night": act.hour in (0, 1, 2, 3, 4)}[rule]
        return total

    def before(user_id, rule):
        each = [on(user_id, DAY - timedelta(days=back), rule) for back in range(1, 29)]
        return [count for count in each if count]

    users = sorted({act.user_id for act in acts})
    found = []
    for rule, floor in (("looks", 30), ("rows", 500)):
        for user in users:
            count = on(user, DAY, rule)
            own = middle(before(user, rule))
            alike = [other for other in users if other == user or roles.get(other, set()) & roles.get(user, set())]
            of_role = middle([one for other in alike for one in before(other, rule)])
            if count > floor and count > 3 * own and count > 3 * of_role:
                found.append(Alarm(rule, user, DAY, count, own))
    for user in users:
        if on(user, DAY, "night") >= 10 and not before(user, "night"):
            found.append(Alarm("night", user, DAY, on(user, DAY, "night"), 0))
    return found


ACT = st.builds(
    Act,
    user_id=st.integers(1, 5),
    day=st.integers(-1, 30).map(lambda back: DAY - timedelta(days=back)),
    hour=st.sampled_from([0, 4, 5, 23]),
    rows=st.sampled_from([None, None, 0, 1, 200, 501]),
)
MANY = st.lists(st.tuples(ACT, st.sampled_from([1, 9, 10, 31, 95])), max_size=12).map(
    lambda pairs: [act for act, times in pairs for _ in range(times)]
)


@given(MANY)
def test_as_plain_loops_have_it(acts):
    assert alarms(acts, ROLES, DAY) == plainly(acts, ROLES)


@pytest.mark.parametrize(
    ("acts", "rules"),
    [
        # Never more than the floor: a small organisation is left in peace.
        (looks(1, 0, 30), []),
        (looks(1, 0, 31), ["looks"]),
        # Three times what is usual for oneself …
        (looks(1, 0, 60) + looks(1, 1, 20), []),
        (looks(1, 0, 61) + looks(1, 1, 20), ["looks"]),
        # … and for others of one's role, of which account 3 is none and account 2 is one.
        (looks(1, 0, 60) + looks(2, 1, 20), []),
        (looks(1, 0, 60) + looks(3, 1, 20), ["looks"]),
        # A month ago is another time.
        (looks(1, 0, 60) + looks(1, 29, 20), ["looks"]),
        ([Act(1, DAY, 12, 501)], ["rows"]),
        ([Act(1, DAY, 12, 250)] * 2, []),
        # At night for the first time, and one who often works then.
        (looks(1, 0, 10, hour=4), ["night"]),
        (looks(1, 0, 9, hour=4), []),
        (looks(1, 0, 10, hour=5), []),
        (looks(1, 0, 10, hour=4) + looks(1, 20, 1, hour=0), []),
        (looks(1, 0, 40, hour=2), ["looks", "night"]),
    ],
)
def test_where_the_lines_are(acts, rules):
    assert [alarm.rule for alarm in alarms(acts, ROLES, DAY)] == rules

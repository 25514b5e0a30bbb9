"""Who could still give what, and how much may leave: plain arithmetic."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from muster.core.spells import Spell

GIVE = "access.grant"
# Rows of people up to which a list goes out as it is, and beyond which two have to agree.
SHORT, LONG = 200, 1000
# Two have to agree as well on more than one part in so many of all members.
SHARE = 5


@dataclass(frozen=True, slots=True)
class Holding:
    """What one user holds in the whole organisation, and on which days."""

    user_id: int
    permissions: frozenset[str]
    spell: Spell


class Needed(Enum):
    """What a list must have before it leaves as a file."""

    NOTHING = "nothing"
    REASON = "a reason"
    SECOND = "a reason, and a second person who agrees"


def needed(count: int, *, members: int) -> Needed:
    """
    Return what a list of so many people must have before it leaves as a file.

    :param members: of the whole organisation, today

    >>> needed(200, members=300).name, needed(201, members=5000).name
    ('NOTHING', 'REASON')
    >>> needed(201, members=300).name, needed(1001, members=900_000).name
    ('SECOND', 'SECOND')
    """
    if count <= SHORT:
        return Needed.NOTHING
    return Needed.SECOND if count > LONG or count * SHARE > members else Needed.REASON


def nobody_can_give(holdings: Iterable[Holding], permissions: Collection[str], *, since: date) -> frozenset[str]:
    """
    Return those of the permissions that on some day nobody can give.

    One gives what one holds oneself, and only together with `access.grant`; several roles of one user count together.

    :param since: the first day that is looked at; there is no last one

    >>> always = Spell(date(2026, 1, 1))
    >>> sorted(nobody_can_give([Holding(1, frozenset({GIVE}), always)], [GIVE, "people.view"], since=date(2026, 5, 1)))
    ['people.view']
    """
    given = list(holdings)
    edges = {day for each in given for day in (each.spell.from_on, each.spell.to_on) if day is not None and day > since}
    missing: set[str] = set()
    for day in {since, *edges}:
        held: dict[int, set[str]] = {}
        for each in given:
            if each.spell.holds_on(day):
                held.setdefault(each.user_id, set()).update(each.permissions)
        can_give = {permission for of_user in held.values() if GIVE in of_user for permission in of_user}
        missing.update(permission for permission in permissions if permission not in can_give)
    return frozenset(missing)


def covers(given: Iterable[Spell], wanted: Spell, *, since: date) -> bool:
    """
    Say whether one of the spells holds on all days of another that are not before a day.

    >>> covers([Spell(date(2026, 1, 1))], Spell(date(2025, 1, 1), date(2026, 9, 1)), since=date(2026, 5, 1))
    True
    """
    begin, end = max(wanted.from_on, since), wanted.to_on
    return any(
        spell.from_on <= begin and (spell.to_on is None or (end is not None and end <= spell.to_on)) for spell in given
    )

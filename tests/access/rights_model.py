"""
Who may do what on which day, worked out in the plainest way: days are whole numbers, spells are sets of days, and every rule is
asked of each day in turn. It shares nothing with the code it is compared with.

Written from docs/adr/0008 and CONTRIBUTING: nobody gives more than they hold there, or outside their units; somebody is always
left who can give every right; what comes with an office holds on days on which the office is held and somebody's word is given.
"""

from dataclasses import dataclass, field

GIVE, EDIT = "access.grant", "people.edit"
# The last day stands for "without an end".
LAST = 40


def days(begin: int, end: int | None) -> frozenset[int]:
    return frozenset(range(begin, LAST + 1 if end is None else end))


@dataclass
class Given:
    """A role given by hand."""

    user: str
    role: str
    unit: str
    days: frozenset[int]


@dataclass
class Held:
    """An office somebody holds; `words`: account → day → role that somebody's word gives on it."""

    person: str
    name: str
    unit: str
    days: frozenset[int]
    words: dict[str, dict[int, str]] = field(default_factory=dict)


@dataclass
class Rights:
    """
    :ivar above: unit → the unit above it
    :ivar roles: role → permissions
    :ivar homes: person → units they are placed in, always
    :ivar accounts: person → account
    """

    above: dict[str, str | None]
    roles: dict[str, set[str]]
    homes: dict[str, set[str]]
    accounts: dict[str, str]
    given: dict[int, Given] = field(default_factory=dict)
    offices: dict[int, Held] = field(default_factory=dict)
    office_roles: dict[str, str] = field(default_factory=dict)
    today: int = 0

    def path(self, unit: str | None) -> list[str]:
        return [] if unit is None else [unit, *self.path(self.above[unit])]

    def held(self, user: str, unit: str, day: int) -> set[str]:
        """Return what an account may do in a unit on a day."""
        found: set[str] = set()
        for grant in self.given.values():
            if grant.user == user and day in grant.days and grant.unit in self.path(unit):
                found |= self.roles[grant.role]
        for office in self.offices.values():
            role = office.words.get(user, {}).get(day)
            fits = day in office.days and self.accounts[office.person] == user and office.unit in self.path(unit)
            if role is not None and fits:
                found |= self.roles[role]
        return found

    def may_give(self, user: str, role: str, unit: str) -> bool:
        return {GIVE, *self.roles[role]} <= self.held(user, unit, self.today)

    def may_edit(self, user: str, person: str) -> bool:
        return any(EDIT in self.held(user, unit, self.today) for unit in self.homes[person])

    def giveable(self, day: int) -> set[str]:
        """Return the permissions that somebody can give everywhere on a day, by roles given by hand alone."""
        by_user: dict[str, set[str]] = {}
        for grant in self.given.values():
            if grant.unit == "root" and day in grant.days:
                by_user.setdefault(grant.user, set()).update(self.roles[grant.role])
        return {permission for held in by_user.values() if GIVE in held for permission in held}

    def always_giveable(self) -> set[str]:
        return set.intersection(*(self.giveable(day) for day in range(self.today, LAST + 1)))

    def begin_office(self, giver: str, held: Held) -> None:
        """Note what the word of whoever changed an office gives."""
        role, account = self.office_roles.get(held.name), self.accounts[held.person]
        coming = {day for day in held.days if day >= self.today}
        if role is not None and coming and self.may_give(giver, role, held.unit) and not self.covered(held):
            self.give_with_office(held, account, role)

    def covered(self, held: Held) -> bool:
        coming = {day for day in held.days if day >= self.today}
        return coming <= held.words.get(self.accounts[held.person], {}).keys()

    def give_with_office(self, held: Held, account: str, role: str) -> None:
        # What was given before of the same role stays.
        stays = {day: each for day, each in held.words.get(account, {}).items() if day < self.today or each == role}
        held.words[account] = stays | {day: role for day in held.days if day >= self.today}

    def cut(self, held: Held) -> None:
        """Before an office changes, no word reaches beyond its days."""
        for account, word in held.words.items():
            held.words[account] = {day: role for day, role in word.items() if day < self.today or day in held.days}

    def change_office_role(self, name: str, role: str | None) -> None:
        for held in self.offices.values():
            if held.name == name:
                for account, word in held.words.items():
                    kept = {day: each for day, each in word.items() if day < self.today}
                    new = {day: role for day in word if day >= self.today and role is not None}
                    held.words[account] = kept | new

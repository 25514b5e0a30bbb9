"""
Spells that would share a day with another of the same person: what is stored comes first, then rows in the order of the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Held:
    """
    A spell as it stands or would stand, of one person.

    :ivar id: of the stored spell, 0 for a new one
    :ivar n: the staged row, 0 for a stored spell that no row speaks of
    :ivar key: what tells spells of one kind apart, unit first
    :ivar to: `NEVER` while it goes on
    :ivar primary: yes, no, or '' where it is for us to say
    """

    id: int
    n: int
    row: int
    key: tuple[object, ...]
    begins: str
    to: str
    primary: str
    content: tuple[str, ...] = ()

    def shares_a_day(self, other: "Held") -> bool:
        return self.begins < other.to and other.begins < self.to


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one staged row: `rule` is the number of the rule it breaks, `twin` the row it repeats."""

    n: int
    rule: int | None = None
    twin: bool = False
    primary: str = ""


def judge(stored: Sequence[Held], rows: Sequence[Held], rules: Sequence[tuple[bool, bool]]) -> list[Verdict]:
    """
    Decide the staged rows of one person.

    :param stored: the spells as they are stored
    :param rows: staged rows in the order of the file; those with an id change a stored spell
    :param rules: per rule (compares keys, primary only)
    """
    state = {held.id: held for held in stored}
    verdicts = _judge_changes(state, [row for row in rows if row.id], rules)
    new: list[Held] = []
    for row in rows:
        if row.id:
            continue
        others = [*state.values(), *new]
        settled = _with_primary(row, others)
        if any(_is_twin(row, held) for held in new):
            verdicts.append(Verdict(row.n, twin=True))
        elif (rule := _broken(settled, others, rules)) is not None:
            verdicts.append(Verdict(row.n, rule=rule))
        else:
            new.append(settled)
            verdicts.append(Verdict(row.n, primary=settled.primary))
    return verdicts


def _judge_changes(state: dict[int, Held], changes: list[Held], rules: Sequence[tuple[bool, bool]]) -> list[Verdict]:
    """Take the changes that fit, again and again, since one may make room for another; then refuse the rest."""
    verdicts: list[Verdict] = []
    taken: dict[int, Held] = {}
    again = True
    while again:
        again = False
        for row in list(changes):
            others = [held for pk, held in state.items() if pk != row.id]
            if row.id not in taken and _broken(row, others, rules) is None:
                state[row.id] = taken[row.id] = row
                verdicts.append(Verdict(row.n, primary=row.primary))
                changes.remove(row)
                again = True
    for row in changes:
        if row.id in taken and _is_twin(row, taken[row.id]):
            verdicts.append(Verdict(row.n, twin=True))
        else:
            others = [held for pk, held in state.items() if pk != row.id]
            verdicts.append(Verdict(row.n, rule=_broken(row, others, rules) or 0))
    return verdicts


def _is_twin(row: Held, earlier: Held) -> bool:
    same = (row.key, row.begins, row.to, row.content) == (earlier.key, earlier.begins, earlier.to, earlier.content)
    return same and row.primary in ("", earlier.primary)


def _with_primary(row: Held, others: Iterable[Held]) -> Held:
    """Where the file does not say: primary, unless another placement is primary on some of the days."""
    if row.primary:
        return row
    taken = any(held.primary == "yes" and held.shares_a_day(row) for held in others)
    return replace(row, primary="no" if taken else "yes")


def _broken(row: Held, others: Iterable[Held], rules: Sequence[tuple[bool, bool]]) -> int | None:
    for held in others:
        if not held.shares_a_day(row):
            continue
        for number, (compares_keys, primary_only) in enumerate(rules):
            both_primary = held.primary == row.primary == "yes"
            if (not compares_keys or held.key == row.key) and (not primary_only or both_primary):
                return number
    return None

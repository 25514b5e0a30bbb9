"""Two records of one person become one: which of two values counts, and that the other is not lost."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from muster.core.dates import day_words
from muster.people.calc.fields import Value, label_of
from muster.people.calc.spells import STANDING, SpellRow

# The account somebody signs in with, written as its number; '' for none.
ACCOUNT = "account"
# Longer texts are not chosen between: both are kept.
JOINED = ("notes",)


def differing(kept: Mapping[str, Value], dropped: Mapping[str, Value]) -> list[str]:
    """Return the fields in which two records differ, in their order; nothing and unknown are the same."""
    fields = dict.fromkeys([*kept, *dropped])
    return [name for name in fields if name not in JOINED and written(kept.get(name)) != written(dropped.get(name))]


def preferred(kept: Value, dropped: Value) -> int:
    """
    Return which of two values counts unless somebody chooses: 0 for that of the kept record, 1 for the other's.

    What is known beats what is not, a no beats a yes, the whole beats its beginning, and properly written beats shouted.

    >>> [preferred("", "Salem"), preferred(True, False), preferred("1980", "1980-05-31"), preferred("Ann", "Bea")]
    [1, 1, 1, 0]
    """
    one, other = written(kept), written(dropped)
    if one == "" or other == "":
        return int(one == "")
    if isinstance(kept, bool) or isinstance(dropped, bool):
        return int(dropped is False)
    plain, plain_other = one.casefold().rstrip("."), other.casefold().rstrip(".")
    if plain == plain_other:
        return int(one.isupper() or one.islower()) if not (other.isupper() or other.islower()) else 0
    return int(plain_other.startswith(plain))


def united(
    kept: Mapping[str, Value], dropped: Mapping[str, Value], chosen: Mapping[str, int]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """
    Return the fields of the united record that differ from the kept one's, and the known values that did not count.

    :param chosen: field → 0 for the kept record's value, 1 for the other's; where it says nothing, `preferred` does
    """
    changed: dict[str, Value] = {}
    left: dict[str, Value] = {}
    for name in differing(kept, dropped):
        values = (kept.get(name), dropped.get(name))
        side = chosen.get(name, preferred(*values))
        if side == 1:
            changed[name] = values[1]
        other = values[1 - side]
        if written(other) and written(other).casefold() != written(values[side]).casefold():
            left[name] = other
    return changed, left


def births_differ(one: str, other: str) -> bool:
    """
    Say whether two birth dates, whole or a year alone or unknown (''), cannot be one person's.

    >>> [births_differ("1980", "1980-05-31"), births_differ("1980-05-31", "1981-01-01"), births_differ("", "1980")]
    [False, True, False]
    """
    return not (one.startswith(other) or other.startswith(one))


def name_in(row: Mapping[str, Any]) -> str:
    """Return what the person of a stored row is called, '' without a name."""
    return " ".join(filter(None, (row["preferred_name"] or row["given_name"], row["family_name"])))


def reasons_left(dropped: Collection[SpellRow], after: Collection[SpellRow]) -> dict[str, str]:
    """Return the reasons of standings that stand at none of the united ones, each under what it was the reason of."""
    told = {(row.what, row.reason) for row in after if row.kind == STANDING}
    return {
        f"{row.what.capitalize()} from {day_words(row.from_on)}": row.reason
        for row in dropped
        if row.kind == STANDING and row.reason and (row.what, row.reason) not in told
    }


def notes_of_both(
    kept: str, dropped: str, left: Mapping[str, Value], reasons: Mapping[str, str], *, ref: str, on: date
) -> str:
    """Return the notes of both, and below them what the other record (`ref`) said that did not count."""
    parts = [kept] + ([dropped] if dropped not in kept else [])
    lines = [f"{label_of(name)}: {written(value)}" for name, value in left.items() if name != ACCOUNT]
    lines += [f"{what}: {reason}" for what, reason in reasons.items()]
    if lines:
        parts.append("\n".join([f"Also noted when {ref} was merged into this record on {day_words(on)}:", *lines]))
    return "\n\n".join(part for part in parts if part)


def written(value: Value) -> str:
    """Return a value as text, '' where it is not known."""
    return value if isinstance(value, str) else {True: "yes", False: "no", None: ""}[value]


def first_to_keep(weights: Sequence[tuple[bool, int, date | None, int]]) -> int:
    """
    Return which of two records is the better one to keep, 0 or 1.

    :param weights: of each: has it an account, the rank of its standing (0 is a member's), since when, its number; an
        account, then the higher standing, then the longer one, then the older record counts
    """
    ranked = [(not account, rank, since or date.max, number) for account, rank, since, number in weights]
    return ranked.index(min(ranked))

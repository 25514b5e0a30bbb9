"""Who goes and who stays when a unit is split: by where they live, with exceptions named one by one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol


class Placed(Protocol):
    """Somebody placed in the unit, as the rule looks at them."""

    @property
    def id(self) -> int: ...
    @property
    def city(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def postcode(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """
    Who goes.

    :ivar towns: `town_of` those who do
    :ivar postcodes: beginnings of post codes of those who do, as `codes_in` returns them
    :ivar others: ids of those who do the other thing
    """

    towns: frozenset[str] = frozenset()
    postcodes: tuple[str, ...] = ()
    others: frozenset[int] = frozenset()

    def goes(self, person: Placed) -> bool:
        """Say whether somebody goes."""
        lives_there = town_of(person) in self.towns or plain_code(person.postcode).startswith(self.postcodes)
        return lives_there != (person.id in self.others)


def town_of(person: Placed) -> str:
    """Return the town somebody lives in with its state or region, '' where it is not known."""
    return ", ".join(part for part in (person.city, person.region) if part) if person.city else ""


def plain_code(text: str) -> str:
    """Return a post code as it is compared: without blanks and marks, in capitals."""
    return re.sub(r"[\W_]", "", text).upper()


def codes_in(text: str) -> tuple[str, ...]:
    """Return the beginnings of post codes that were typed, parted by commas, semicolons or lines."""
    return tuple(code for part in re.split(r"[,;\n]", text) if (code := plain_code(part)))


def digest_of(ids: Iterable[int]) -> str:
    """Return 16 letters that stand for a set of people: another set has others."""
    return sha256(",".join(str(pk) for pk in sorted(ids)).encode()).hexdigest()[:16]

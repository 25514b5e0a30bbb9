"""
Which passwords are too easy to guess, besides short and common ones.

A common word is twelve letters long once somebody puts figures around it or another word beside it; and whoever tries passwords
here begins with the name of the organisation. What is refused is said, so that nobody has to guess why.
"""

import re
from functools import cache

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from muster.units import queries as units

# Everybody who has seen the sign-in page knows these; the words of the organisation's name and of its units' kinds are added.
HOUSE = frozenset({"muster", "password", "welcome", "signin", "login", "admin", "administrator", "member", "organiser"})
SHORTEST = 3
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_BETWEEN = re.compile(r"[\W\d_]+")


class NotGuessable:
    """Refuses one or two known words with figures or signs around or between them; three words are fine."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """
        Look at one password; two queries.

        :raises ValidationError: it is made of known words
        """
        core = _EDGES.sub("", password.casefold())
        known = _common() | HOUSE | house_words()
        if (
            any(part in known for part in (core, _BETWEEN.sub("", core)))
            or _is_two(core, known)
            or _is_repeated(password)
        ):
            raise ValidationError(
                "This is one or two common words with figures around them, or the name of the organisation. "
                "Take three or four words that have nothing to do with each other.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """Say what is asked, before anything is typed."""
        return "Three or four words that have nothing to do with each other make a good password."


def house_words() -> frozenset[str]:
    """Return the words of the organisation's name, whole and one by one, and what it calls its units and people; two queries."""
    name = units.organisation_name().casefold()
    terms = units.terms()
    nouns = {form.casefold() for kind in ("branch", "member") for form in (terms.one(kind), terms.many(kind))}
    words = {*name.split(), _BETWEEN.sub("", name), *nouns}
    return frozenset(word for word in words if len(word) >= SHORTEST)


@cache
def _common() -> frozenset[str]:
    # Django's list of the most common passwords; letters only, so that what stands around them does not matter.
    words = (_EDGES.sub("", word) for word in CommonPasswordValidator().passwords)
    return frozenset(word for word in words if len(word) >= SHORTEST)


def _is_two(core: str, known: frozenset[str]) -> bool:
    ends = range(SHORTEST, len(core) - SHORTEST + 1)
    return any(core[:end] in known and _EDGES.sub("", core[end:]) in known for end in ends)


def _is_repeated(password: str) -> bool:
    """Say whether it is one piece again and again: aaaaaaaaaaaa, abcabcabcabc."""
    return password in (password + password)[1:-1]

"""Names and their parts: pools made once by Faker, then drawn by NumPy."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from muster.transfer.demo.timeline import Ints

# Locale of Faker → share of the people. Of names in other scripts none: the organisation writes Latin letters.
LOCALES = {"en_US": 0.73, "es_MX": 0.12, "en_IN": 0.05, "it_IT": 0.03, "pl_PL": 0.02, "de_DE": 0.02, "fr_FR": 0.03}
POOL = 3000
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae"})


@dataclass(frozen=True)
class Pools:
    """
    :ivar given: 2 × 7 blocks of `POOL` given names, feminine and masculine in turn for each locale, frequent names repeated
    :ivar family: 7 blocks of `POOL` family names
    :ivar given_codes, family_codes: index of each name's e-mail form in `mail_words`
    """

    given: list[str]
    family: list[str]
    given_codes: Ints
    family_codes: Ints
    mail_words: list[str]
    streets: list[str]
    jobs: list[str]


@cache
def pools() -> Pools:
    """Draw the pools, the same ones for every seed; about a second, once."""
    from faker import Faker

    given: list[str] = []
    family: list[str] = []
    for place, locale in enumerate(LOCALES):
        fake: Any = Faker(locale)
        fake.seed_instance(place)
        drawn = [fake.first_name_female() for _ in range(POOL)] + [fake.first_name_male() for _ in range(POOL)]
        # Faker has names with two spaces in a row; what is read has one.
        given += [" ".join(name.split()) for name in drawn]
        family += [" ".join(fake.last_name().split()) for _ in range(POOL)]
    english: Any = Faker("en_US")
    english.seed_instance(len(LOCALES))
    streets = [english.street_name() for _ in range(800)]
    jobs = [english.job() for _ in range(400)]
    words = [mail_word(name) for name in given + family]
    mail_words = sorted(set(words))
    place_of = {word: place for place, word in enumerate(mail_words)}
    codes = np.array([place_of[word] for word in words], dtype=np.int64)
    return Pools(given, family, codes[: len(given)], codes[len(given) :], mail_words, streets, jobs)


def mail_word(name: str) -> str:
    """Return the letters a to z of a name, without marks, as one writes it in an e-mail address."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).lower()
    return "".join(letter for letter in plain if "a" <= letter <= "z") or "x"


@dataclass(frozen=True)
class Names:
    """
    A name for each of some people, as indexes into the pools.

    :ivar number: how many before had the same name in e-mail form; 0 for the first
    """

    given: Ints
    family: Ints
    is_man: Ints
    number: Ints


def draw_names(count: int, pool: Pools, rng: np.random.Generator) -> Names:
    """Draw `count` names; one family name in ten comes from another locale than the given name."""
    locale = rng.choice(len(LOCALES), count, p=list(LOCALES.values()))
    is_man = rng.integers(0, 2, count)
    given = (2 * locale + is_man) * POOL + rng.integers(0, POOL, count)
    married = rng.choice(len(LOCALES), count, p=list(LOCALES.values()))
    family = np.where(rng.random(count) < 0.1, married, locale) * POOL + rng.integers(0, POOL, count)
    key = pool.given_codes[given] * len(pool.mail_words) + pool.family_codes[family]
    return Names(given, family, is_man, _occurrence(key))


def _occurrence(key: Ints) -> Ints:
    """Return for each item how many equal ones stand before it."""
    order = np.argsort(key, kind="stable")
    held = key[order]
    is_first = np.r_[True, held[1:] != held[:-1]] if len(held) else np.zeros(0, dtype=bool)
    begins = np.maximum.accumulate(np.where(is_first, np.arange(len(held)), 0))
    number = np.empty(len(held), dtype=np.int64)
    number[order] = np.arange(len(held)) - begins
    return number

"""The rows of `people.csv`: who each person is, how they are reached, what they told about themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from muster.transfer.demo.names import Names, Pools, draw_names
from muster.transfer.demo.places import City
from muster.transfer.demo.timeline import Ints, as_text

HEADER = (
    "person", "given_name", "family_name", "preferred_name", "email", "phone", "street", "city", "region", "postcode",
    "country", "birth_date", "language", "gender", "ethnicity", "occupation", "source", "email_opt_in", "phone_opt_in",
    "tags", "notes",
)  # fmt: skip
DOMAINS = ["example.org", "example.com", "example.net"]
CHUNK = 50_000
LARGE = 20_000
_NICKNAMES = ["Alex", "Chris", "Jo", "Kim", "Max", "Robin", "Sam", "Toni"]
_GENDERS = [["female", "female", "female", "non-binary", ""], ["male", "male", "male", "non-binary", ""]]
_LANGUAGES = ["en"] * 15 + ["es", "es", "", "", "fr"]
_ETHNICITIES = [""] * 14 + ["White", "Black", "Latino", "Asian", "Native American", "Mixed"]
_SOURCES = ["stall", "website", "friend", "campus", "meeting", "workplace", "social media", "newspaper", ""]
_TAGS = ["choir", "design", "driver", "first aid", "law", "press", "student", "translation", "union steward"]
_YES_NO = ["yes", "yes", "yes", "no", ""]
_NOTES = [
    "Works shifts; best reached after 6 pm.",
    'Said: "call me when there is work to do".',
    "Speaks at meetings, likes to chair.\nBrings the loudspeaker.",
    "Has a van; can drive to the summer school.",
    "New to the area, knows nobody yet.",
]


@dataclass(frozen=True)
class Persons:
    """
    What is kept of all people at once, as indexes; the rest is drawn while a chunk is written.

    :ivar domain: index into `DOMAINS`, -1 without e-mail
    :ivar phone: last two digits of one kept for fiction, or all ten of one in an area that is never given out; -1 without
    :ivar city: index into `cities`, -1 unknown
    :ivar born: day of birth
    :ivar width: digits of a person's identifier
    """

    pool: Pools
    cities: Sequence[City]
    names: Names
    domain: Ints
    phone: Ints
    city: Ints
    born: Ints
    seed: int
    width: int

    def refs(self, people: Ints) -> list[str]:
        """Return their identifiers, `P000001` for person 0."""
        width = self.width
        return [f"P{number + 1:0{width}d}" for number in people.tolist()]

    def given(self, people: Ints) -> list[str]:
        """Return their given names."""
        return [self.pool.given[index] for index in self.names.given[people].tolist()]

    def family(self, people: Ints) -> list[str]:
        """Return their family names."""
        return [self.pool.family[index] for index in self.names.family[people].tolist()]

    def emails(self, people: Ints) -> list[str]:
        """Return their addresses, each used once, or ''."""
        words = self.pool.mail_words
        given = self.pool.given_codes[self.names.given[people]].tolist()
        family = self.pool.family_codes[self.names.family[people]].tolist()
        number = self.names.number[people].tolist()
        domain = self.domain[people].tolist()
        return [
            f"{words[g]}.{words[f]}{n + 1 if n else ''}@{DOMAINS[d]}" if d >= 0 else ""
            for g, f, n, d in zip(given, family, number, domain, strict=True)
        ]

    def phones(self, people: Ints) -> list[str]:
        """Return their numbers, which nobody has: 555-01xx is kept for fiction, areas with a 9 in the middle for later."""
        city, last = self.city[people].tolist(), self.phone[people].tolist()
        codes = [item.area_code for item in self.cities]
        return [_phone(n, codes[c] if c >= 0 else "202") for c, n in zip(city, last, strict=True)]

    def places(self, people: Ints) -> list[tuple[str, str, str, str]]:
        """Return their city, region, postcode and country; of an unknown city everything is ''."""
        known = [(city.name, city.state, city.postcode, "US") for city in self.cities]
        known.append(("", "", "", ""))
        return [known[index] for index in self.city[people].tolist()]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows of `people.csv` in the order of the identifiers, a chunk of memory at a time."""
        for begin in range(0, len(self.city), CHUNK):
            chunk = np.arange(begin, min(begin + CHUNK, len(self.city)))
            yield from self._chunk(chunk, np.random.default_rng([self.seed, 7, begin]))

    def _chunk(self, people: Ints, rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
        count = len(people)
        places = self.places(people)
        columns = [
            self.refs(people),
            self.given(people),
            self.family(people),
            _now_and_then(_drawn(_NICKNAMES, count, rng), 0.05, rng),
            self.emails(people),
            self.phones(people),
            self._streets(people, rng),
            *(list(column) for column in zip(*places, strict=True)),
            self._birth_dates(people, rng),
            _drawn(_LANGUAGES, count, rng),
            [_GENDERS[m][n] for m, n in zip(self.names.is_man[people].tolist(), _draw(5, count, rng), strict=True)],
            _drawn(_ETHNICITIES, count, rng),
            _now_and_then(_drawn(self.pool.jobs, count, rng), 0.6, rng),
            _drawn(_SOURCES, count, rng),
            _drawn(_YES_NO, count, rng),
            _drawn(_YES_NO, count, rng),
            _tags(count, rng),
            _now_and_then(_drawn(_NOTES, count, rng), 0.04, rng),
        ]
        return zip(*columns, strict=True)

    def _streets(self, people: Ints, rng: np.random.Generator) -> list[str]:
        numbers, streets = rng.integers(1, 2500, len(people)).tolist(), _drawn(self.pool.streets, len(people), rng)
        has_street = ((rng.random(len(people)) < 0.75) & (self.city[people] >= 0)).tolist()
        return [f"{n} {street}" if has else "" for n, street, has in zip(numbers, streets, has_street, strict=True)]

    def _birth_dates(self, people: Ints, rng: np.random.Generator) -> list[str]:
        """A whole date, now and then only the year, now and then nothing."""
        kind = rng.random(len(people)).tolist()
        days = as_text(self.born[people])
        return [day if k < 0.7 else day[:4] if k < 0.85 else "" for day, k in zip(days, kind, strict=True)]


def make_persons(
    city: Ints,
    first: Ints,
    cities: Sequence[City],
    pool: Pools,
    seed: int,
    rng: np.random.Generator,
    *,
    is_large: bool = False,
) -> Persons:
    """
    Draw who the people are; `city` and `first` day known, one of each per person.

    :param is_large: there are too many for the phone numbers of fiction, which dozens would share

    Days of birth and phone numbers are even, so that `sheet` can make up others by odd ones that are surely new.
    """
    count = len(city)
    age = np.where(rng.random(count) < 0.55, rng.normal(23, 3.5, count), rng.normal(43, 13, count))
    born = first - (np.clip(age, 16, 88) * 365.25).astype(np.int64) - rng.integers(0, 365, count)
    born -= born % 2
    domain = np.where(rng.random(count) < 0.07, -1, rng.integers(0, 3, count))
    has_none = rng.random(count) < 0.18
    phone = np.where(has_none, -1, _unlisted(count, rng) if is_large else 2 * rng.integers(0, 50, count))
    width = max(6, len(str(count)))
    return Persons(pool, cities, draw_names(count, pool, rng), domain, phone, city, born, seed, width)


def _unlisted(count: int, rng: np.random.Generator) -> Ints:
    """Draw even numbers of ten digits in areas that are never given out."""
    area, exchange = rng.integers(290, 300, count), rng.integers(200, 1000, count)
    return np.asarray((area * 1000 + exchange) * 10_000 + 2 * rng.integers(0, 5000, count))


def _phone(number: int, area: str) -> str:
    if number < 0:
        return ""
    return f"+1{area}55501{number:02d}" if number < 100 else f"+1{number}"


def _draw(size: int, count: int, rng: np.random.Generator) -> list[int]:
    return [int(item) for item in rng.integers(0, size, count).tolist()]


def _drawn(pool: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    return [pool[index] for index in _draw(len(pool), count, rng)]


def _now_and_then(values: Sequence[str], share: float, rng: np.random.Generator) -> list[str]:
    return [
        value if keep else "" for value, keep in zip(values, (rng.random(len(values)) < share).tolist(), strict=True)
    ]


def _tags(count: int, rng: np.random.Generator) -> list[str]:
    """At most two tags, in order: most people have none."""
    pairs = [""] * (2 * len(_TAGS) ** 2) + [";".join(sorted({first, second})) for first in _TAGS for second in _TAGS]
    return _drawn(pairs, count, rng)

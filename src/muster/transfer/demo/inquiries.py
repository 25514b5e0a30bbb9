"""The rows of `inquiries.csv`: first messages, of people who are on the roll and of people who are not."""

from collections.abc import Iterator

import numpy as np

from muster.transfer.demo.persons import CHUNK, LARGE, Persons, make_persons
from muster.transfer.demo.roll import CONTACT, Roll
from muster.transfer.demo.timeline import Ints, Timeline, as_text

HEADER = (
    "inquiry", "received_at", "channel", "name", "email", "phone", "city", "region", "postcode", "country", "message",
    "person", "unit", "routed_by", "reason", "taken_up", "part_of", "repeats", "mark",
)  # fmt: skip
YEARS = 12
_CHANNELS = ["website", "website", "website", "e-mail", "stall", "phone", "social media"]
_MESSAGES = [
    "", "", "I would like to know more.", "When and where do you meet?", "I want to join.", "Is there a branch near me?",
    "I read your newspaper at the market, and liked it.\nHow can I help?", 'A friend told me about "the League".',
    "We are five students and would like to found a group.", "Please send me the newspaper.",
]  # fmt: skip


def draw_days(roll: Roll, timeline: Timeline, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """
    Draw the inquiries of the last twelve years; return their days, ascending, and their persons, -1 for unknown ones.

    Half of those who became contacts wrote first, on the first day of their first contact spell.
    """
    rows = np.flatnonzero((roll.standing == CONTACT) & (roll.standings.start == roll.first[roll.standings.person]))
    start = roll.standings.start[rows]
    era = timeline.until - 365 * YEARS
    rows = rows[(start >= era) & (start < timeline.until) & (rng.random(len(rows)) < 0.5)]
    linked, persons = roll.standings.start[rows], roll.standings.person[rows]
    strangers = era + ((timeline.until - era) * rng.random(round(1.3 * len(rows))) ** 0.3).astype(np.int64)
    days = np.concatenate([linked, strangers])
    people = np.concatenate([persons, np.full(len(strangers), -1, dtype=np.int64)])
    order = np.lexsort((people, days))
    return days[order], people[order]


def rows(days: Ints, people: Ints, persons: Persons, rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Yield the rows up to the person, earliest first."""
    width = max(5, len(str(len(days))))
    # Within a day the identifiers follow the hour.
    seconds = rng.integers(7 * 3600, 23 * 3600, len(days))
    seconds = seconds[np.lexsort((seconds, days))]
    for begin in range(0, len(days), CHUNK):
        part = slice(begin, begin + CHUNK)
        yield from _chunk(begin, width, days[part], seconds[part], people[part], persons, rng)


def _chunk(
    begin: int, width: int, days: Ints, seconds: Ints, people: Ints, persons: Persons, rng: np.random.Generator
) -> Iterator[tuple[str, ...]]:
    count = len(days)
    known, unknown = people >= 0, np.flatnonzero(people < 0)
    city = rng.integers(0, len(persons.cities), len(unknown))
    strangers = make_persons(
        city, days[unknown], persons.cities, persons.pool, persons.seed, rng, is_large=len(persons.city) > LARGE
    )
    contact = [[""] * count for _ in range(7)]
    for source, who, places in [
        (persons, people[known], np.flatnonzero(known)),
        (strangers, np.arange(len(unknown)), unknown),
    ]:
        names = [f"{g} {f}" for g, f in zip(source.given(who), source.family(who), strict=True)]
        parts = [names, source.emails(who), source.phones(who), *zip(*source.places(who), strict=True)]
        for column, values in zip(contact, parts, strict=False):
            for place, value in zip(places.tolist(), values, strict=True):
                column[place] = value
    refs = iter(persons.refs(people[known]))
    times = [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in seconds.tolist()]
    return zip(
        [f"I{begin + place + 1:0{width}d}" for place in range(count)],
        [day + time for day, time in zip(as_text(days), times, strict=True)],
        [_CHANNELS[index] for index in rng.integers(0, len(_CHANNELS), count).tolist()],
        *contact,
        [_MESSAGES[index] for index in rng.integers(0, len(_MESSAGES), count).tolist()],
        [next(refs) if is_known else "" for is_known in known.tolist()],
        strict=True,
    )

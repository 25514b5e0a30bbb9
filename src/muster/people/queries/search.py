"""Finding people by what one remembers of them: a part of the name, of the e-mail or of the phone number, or nearly the name."""

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from rapidfuzz import fuzz, process

from muster.access.actor import Actor
from muster.core.sheets.values.names import bare_key
from muster.people.models import Person, Placement
from muster.people.queries import listing
from muster.people.queries._matching import SHORTEST, InBytes, people_named, people_with, people_with_any
from muster.people.queries.listing import PersonLine

FEWEST_DIGITS = 4
# With more people than this in one's units the index is read and each hit asked; with fewer the people are collected first.
COLLECTED_UP_TO = 1000
# Nearly the same: names like enough, and how many candidates are weighed at most.
LIKE_ENOUGH = 82
WEIGHED = 4000
_NUMBER = re.compile(r"[+\d][\d\s()/.-]*")


def search(actor: Actor, text: str, *, limit: int = 10, collect_up_to: int = COLLECTED_UP_TO) -> list[PersonLine]:
    """
    Return the people the actor may see whom the text may mean, best first; at most eight queries.

    By its shape: with an @ a part of the e-mail, mostly digits a part of the phone number (both only for who may see
    those), else words or parts of words of the name. Each way is tried only where the ones before found fewer than
    `limit`: names that begin so, that hold it, that begin so with two letters swapped back, and, where those are none,
    that nearly hold it.

    :param collect_up_to: with more people than this in the actor's units rows are read from the index and asked one
        by one; with fewer those people are collected first
    """
    text = text.strip()
    if not text:
        return []
    looking = _Search(actor, collect_up_to)
    if "@" in text:
        found = looking.by_email(text.casefold())
    elif _NUMBER.fullmatch(text) and len(digits := re.sub(r"\D", "", text)) >= FEWEST_DIGITS:
        found = looking.by_phone(digits)
    else:
        found = looking.by_name(bare_key(text), limit)
    ids: dict[int, None] = {}
    while len(ids) < limit and (pk := next(found, None)) is not None:
        ids[pk] = None
    return listing.lines_of(actor, list(ids))


class _Search:
    """One search: whose rows may be found, and how they are read."""

    def __init__(self, actor: Actor, collect_up_to: int) -> None:
        self.actor = actor
        self.is_small = False
        if not actor.has_whole("people.view"):
            placed = Placement.objects.unscoped("counts the actor's own units").on(actor.on)
            placed = placed.filter(unit_id__in=actor.units_for("people.view"))
            self.is_small = placed[: collect_up_to + 1].count() <= collect_up_to

    def by_email(self, text: str) -> Iterator[int]:
        yield from self._ids("email_key", text, "people.contact")

    def by_phone(self, digits: str) -> Iterator[int]:
        # The zero that one dials inside a country is not part of the number.
        yield from self._ids("phone_e164", digits.lstrip("0"), "people.contact")

    def by_name(self, key: str, limit: int) -> Iterator[int]:
        if not key:
            return
        rows = self._rows()
        begin = _beginning("name_key", key)
        # Each step is asked only if the ones before found too few.
        yield from rows.filter(begin).order_by("name_key", "pk").values_list("pk", flat=True)[:limit]
        held = rows.filter(self._holding("name_key", key.split())).exclude(begin)
        yield from _some(held, limit)
        if len(key) > SHORTEST:
            swapped = reduce(or_, (_beginning("name_key", other) for other in _swapped(key)), Q(pk__in=()))
            # Without an order, which would lead SQLite away from looking each of them up.
            names = rows.filter(swapped).order_by().values_list("name_key", "pk")[:WEIGHED]
            yield from [pk for _, pk in sorted(names)] or self._nearly(rows, key, limit)

    def _ids(self, column: str, part: str, permission: str) -> Iterator[int]:
        if part:
            # The index leaves out who has none, and is found only if the question says so too.
            rows = self._rows(permission).exclude(**{column: ""})
            yield from _some(rows.filter(_beginning(column, part)), 50)
            yield from _some(rows.filter(self._holding(column, [part])), 50)

    def _rows(self, permission: str = "people.view") -> "QuerySet[Any]":
        return Person.objects.visible_to(self.actor, permission, row_by_row=not self.is_small)

    def _holding(self, column: str, parts: list[str]) -> Q:
        if self.is_small:
            return Q(*(Q(**{f"{column}__contains": part}) for part in parts))
        return Q(pk__in=people_named(" ".join(parts)) if column == "name_key" else people_with(column, parts))

    def _nearly(self, rows: "QuerySet[Any]", key: str, limit: int) -> list[int]:
        if not self.is_small:
            rows = rows.filter(_pieces(key))
        names = dict(rows.order_by().values_list("pk", "name_key")[:WEIGHED])
        weighed = process.extract(key, names, scorer=fuzz.token_set_ratio, score_cutoff=LIKE_ENOUGH, limit=limit * 2)
        hits = [(pk, score) for _, score, pk in weighed] + _word_by_word(key, names)
        best = sorted(hits, key=lambda hit: (-hit[1], names[hit[0]], hit[0]))
        return [pk for pk, _ in best]


def _word_by_word(key: str, names: Mapping[int, str]) -> list[tuple[int, float]]:
    """Return (id, how well each wanted word fits the best word of the name: the worst of them counts) of names like enough."""
    split = {pk: name.split() for pk, name in names.items()}
    words = sorted({word for each in split.values() for word in each})
    # Many have the same names: each word is compared once.
    like = [
        {
            word: score
            for word, score, _ in process.extract(
                wanted, words, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH, limit=None
            )
        }
        for wanted in key.split()
    ]
    scores = (
        (pk, min(max((fits.get(word, 0.0) for word in each), default=0.0) for fits in like))
        for pk, each in split.items()
    )
    return [(pk, score) for pk, score in scores if score]


def _swapped(key: str) -> list[str]:
    """Return the keys with two neighbouring letters of one word in the other order."""
    pairs = [(place, key[place : place + 2]) for place in range(len(key) - 1)]
    return [
        key[:place] + pair[::-1] + key[place + 2 :] for place, pair in pairs if " " not in pair and pair[0] != pair[1]
    ]


def _pieces(key: str) -> Q:
    """
    Return the condition of names that may be meant with one slip.

    A slip leaves one half of a word as it is: names that hold a half of the longest word and all others, or, where the
    slip is in another word, the longest.
    """
    words = sorted(key.split(), key=len)
    longest, others = words[-1], words[:-1]
    middle = max(SHORTEST, len(longest) // 2)
    halves = [half for half in (longest[:middle], longest[-middle:]) if len(half) >= SHORTEST]
    wanted = [[half, *others] for half in halves] + ([[longest]] if others else [])
    if connection.vendor == "sqlite":
        return reduce(or_, (Q(pk__in=people_with("name_key", parts)) for parts in wanted), Q(pk__in=()))
    return Q(pk__in=people_with_any("name_key", wanted))


def _beginning(column: str, text: str) -> Q:
    if connection.vendor == "sqlite":
        # Its LIKE cannot use the index; the order of letters there is that of their numbers.
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})
    # LIKE is asked of no row that a policy has not let through, so it finds no index there; the order of bytes may (0007).
    begins = Q(**{f"{column}__startswith": text}) & Q(InBytes(F(column), Value(text), Value(text + "\U0010ffff")))
    # Lets a list that is read in order begin there. No upper end: which letters and signs come after the last is different
    # in each locale.
    return begins & Q(**{f"{column}__gte": text}) if text.isascii() else begins


def _some(rows: "QuerySet[Any]", limit: int) -> list[int]:
    """Return the first so many, by name; which of very many these are does not matter, only that it is always the same."""
    # By number, not by name: to find the first of a hundred thousand names all of them would be read.
    found = rows.order_by("pk").values_list("name_key", "pk")[:limit]
    return [pk for _, pk in sorted(found)]

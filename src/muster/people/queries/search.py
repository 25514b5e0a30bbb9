"""Finding people by what one remembers of them: a part of the name, of the e-mail or of the phone number, or nearly the name."""

import re
from collections.abc import Iterator
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process

from muster.access.actor import Actor
from muster.core.sheets.values.names import bare_key
from muster.people.models import Person, Placement
from muster.people.queries import listing
from muster.people.queries._matching import SHORTEST, people_named, people_with
from muster.people.queries.listing import COLLECTED_UP_TO, PersonLine

FEWEST_DIGITS = 4
# Nearly the same: names like enough, and how many candidates are weighed at most.
LIKE_ENOUGH = 82
WEIGHED = 4000
_NUMBER = re.compile(r"[+\d][\d\s()/.-]*")


def search(actor: Actor, text: str, *, limit: int = 10, collect_up_to: int = COLLECTED_UP_TO) -> list[PersonLine]:
    """
    Return the people the actor may see whom the text may mean, best first; at most eight queries.

    By its shape: with an @ a part of the e-mail, mostly digits a part of the phone number (both only for who may see
    those), else words or parts of words of the name: names that begin so, then names that hold it, then, where these
    are few, names that nearly do.

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
    ids = list(islice(dict.fromkeys(found), limit))
    return listing.lines_of(actor, ids)


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
            yield from self._nearly(rows, key, limit)

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
        partly = process.extract(key, names, scorer=_word_by_word, score_cutoff=LIKE_ENOUGH, limit=limit * 2)
        best = sorted([*weighed, *partly], key=lambda hit: (-hit[1], hit[0], hit[2]))
        return [pk for _, _, pk in best]


def _word_by_word(wanted: str, name: str, **options: Any) -> float:
    """Return how well each wanted word fits the best word of the name, 0 to 100: the worst of them counts."""
    words = name.split()
    return min(max((fuzz.ratio(word, each) for each in words), default=0.0) for word in wanted.split())


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
    return reduce(or_, (Q(pk__in=people_with("name_key", parts)) for parts in wanted), Q(pk__in=()))


def _beginning(column: str, text: str) -> Q:
    if connection.vendor == "sqlite":
        # Its LIKE cannot use the index; the order of letters there is that of their numbers.
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})
    return Q(**{f"{column}__startswith": text})


def _some(rows: "QuerySet[Any]", limit: int) -> list[int]:
    """Return the first so many, by name; which of very many these are does not matter, only that it is always the same."""
    # By number, not by name: to find the first of a hundred thousand names all of them would be read.
    found = rows.order_by("pk").values_list("name_key", "pk")[:limit]
    return [pk for _, pk in sorted(found)]

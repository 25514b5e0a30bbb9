"""Rows that say the same by their key and may still be two: which of them are one that is stored."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product
from operator import itemgetter
from typing import Any

from muster.contacts.sealed import sealer
from muster.core.sealing import CannotOpen, Sealer
from muster.transfer.engine.contact_kinds import ContactKind
from muster.transfer.engine.stage import Stage, finish, load_rows

Words = tuple[str, ...]
Row = tuple[int, Words]
_STAGED = (
    "SELECT x.person_id, t.n, {texts} FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n"
    " WHERE x.fate = 'C' AND x.person_id > 0 ORDER BY 1, 2"
)
_STORED = (
    "SELECT m.person_id, m.id, {texts} FROM {table} m"
    " WHERE m.person_id IN (SELECT person_id FROM {s}{kind}_x WHERE fate = 'C' AND person_id > 0) ORDER BY 1, 2"
)
_BESIDE = 0


def match_stored(stage: Stage, contact: ContactKind, key: Sequence[tuple[str, str]]) -> int:
    """
    Find the stored rows that staged ones are: the same by the key, and the same in `contact.apart` where both say something.

    What lies sealed is opened for it, as in an export, and kept nowhere.

    :param key: pairs of expressions of a staged and of a stored row
    :returns: how many rows come to stand beside one that is the same by the key alone
    """
    columns = [contact.column(name) for name in contact.apart]
    by = [sealer(contact.table, column.target) if column.type == "sealed" else None for column in columns]
    staged = [f"t.{c.staged}" if c.type == "sealed" else f"x.{c.found}" for c in columns]
    parts = {"kind": contact.kind, "table": contact.table}
    told = stage.stream(_STAGED, texts=_texts([cell for cell, _ in key], staged), **parts)
    held = stage.stream(_STORED, texts=_texts([cell for _, cell in key], [f"m.{c.target}" for c in columns]), **parts)
    table = f"{contact.kind}_same"
    stage.run("DROP TABLE IF EXISTS {s}{table}", table=table)
    stage.run(stage.dialect.create_table(f"{{s}}{table}", f"stored {stage.dialect.number_type} NOT NULL"))
    finish(stage, table)
    load_rows(stage, table, ("n", "stored"), _matched(told, held, len(key), by))
    stage.run(
        "UPDATE {s}{kind}_x AS x SET id = q.stored FROM {s}{table} q WHERE q.n = x.n AND q.stored <> {beside}",
        kind=contact.kind,
        table=table,
        beside=_BESIDE,
    )
    return stage.count(table, f"stored = {_BESIDE}")


def paired(rows: Iterable[Row], held: Iterable[Row]) -> dict[int, int]:
    """
    Return staged number → stored number, of rows that are the same by their key: words that both have are the same.

    Those that agree in most are one first, and of those that agree alike the first of each.

    >>> paired([(1, ("7", "B")), (2, ("", "A")), (3, ("7", "C"))], [(10, ("7", "A")), (11, ("7", ""))])
    {2: 10, 1: 11}
    """
    found: dict[int, int] = {}
    rows, held = list(rows), list(held)
    if not rows:
        return found
    for compared in sorted(product((True, False), repeat=len(rows[0][1])), key=_weight, reverse=True):
        free: dict[tuple[str | bool, ...], deque[int]] = defaultdict(deque)
        taken = set(found.values())
        for pk, words in held:
            if pk not in taken:
                free[tuple(word if same else bool(word) for word, same in zip(words, compared, strict=True))].append(pk)
        for n, words in rows:
            if n not in found:
                wanted = product(*(_fitting(word, same) for word, same in zip(words, compared, strict=True)))
                place = next((place for place in wanted if free.get(place)), None)
                if place is not None:
                    found[n] = free[place].popleft()
    return found


def _weight(compared: Sequence[bool]) -> tuple[int, Sequence[bool]]:
    # Where as many are compared, the last says most.
    return sum(compared), compared[::-1]


def _fitting(word: str, same: bool) -> tuple[str | bool, ...]:
    return (word,) if same else (False,) if word else (True, False)


def _matched(
    told: Iterator[tuple[Any, ...]], held: Iterator[tuple[Any, ...]], keys: int, by: Sequence[Sealer | None]
) -> Iterator[tuple[int, int]]:
    stored = groupby(held, key=itemgetter(0))
    waiting = next(stored, None)
    for person_id, rows in groupby(told, key=itemgetter(0)):
        while waiting is not None and waiting[0] < person_id:
            waiting = next(stored, None)
        if waiting is not None and waiting[0] == person_id:
            there = _by_key(waiting[1], keys)
            for key, same in _by_key(rows, keys).items():
                if key in there:
                    found = paired(same, [(pk, _opened(pk, words, by)) for pk, words in there[key]])
                    yield from ((n, found.get(n, _BESIDE)) for n, _ in same)


def _by_key(rows: Iterable[tuple[Any, ...]], keys: int) -> dict[Words, list[Row]]:
    found = defaultdict(list)
    for _, number, *texts in rows:
        found[tuple(texts[:keys])].append((number, tuple(texts[keys:])))
    return found


def _opened(pk: int, words: Words, by: Sequence[Sealer | None]) -> Words:
    return tuple(_open(pk, word, how) if how and word else word for word, how in zip(words, by, strict=True))


def _open(pk: int, text: str, by: Sealer) -> str:
    try:
        return by.open(pk, text)
    except CannotOpen:
        # Nobody can read it: no row of a file says so.
        return f"\0{text}"


def _texts(key: Iterable[str], words: Iterable[str]) -> str:
    # As texts both databases give the same of a moment, stored or staged.
    return ", ".join(
        [*(f"CAST({cell} AS text)" for cell in key), *(f"COALESCE(CAST({word} AS text), '')" for word in words)]
    )

"""
The private part of people, which lies sealed: opened beside the file while an import is compared, sealed anew for what it stores.

What is opened stands in the staging area, as the file itself does, and goes with it.
"""

from collections.abc import Iterable, Iterator, Sequence

from muster.people import private
from muster.transfer.engine.stage import Stage, load_rows
from muster.transfer.engine.tables import PEOPLE_PRIVATE

# Made for somebody new; for somebody who has a private part; for somebody who has none yet.
NEW, CHANGED, FIRST = "C", "U", "F"

_NAMES = tuple(column.name for column in PEOPLE_PRIVATE)
_SAID = " OR ".join(f"t.{name} <> ''" for name in _NAMES)
_STORED = (
    "SELECT v.person_id, v.sealed FROM people_personprivate v"
    " WHERE v.person_id IN ({chosen}) AND NOT EXISTS (SELECT 1 FROM {s}held h WHERE h.n = v.person_id)"
)
_TO_STORE = (
    "SELECT t.n, {person}, x.fate, h.n, {told}, {held} FROM {s}people t JOIN {s}people_x x ON x.n = t.n"
    " LEFT JOIN {s}held h ON h.n = x.id WHERE x.fate IN ('C', 'U') AND ({said}) ORDER BY t.n"
)


def says_something_private(stage: Stage) -> bool:
    """Say whether the file tells anything private of anybody; where not, nothing has to be opened."""
    return bool(stage.rows("SELECT 1 FROM {s}people t WHERE {said} LIMIT 1", said=_SAID))


def mark_births(stage: Stage) -> None:
    """Give the staged rows the marks by which people born on the same day are found."""
    by = private.sealer()
    rows = stage.stream("SELECT n, birth_date FROM {s}people WHERE length(birth_date) = 10 ORDER BY n")
    load_rows(stage, "born", ("n", "mark"), ((n, by.mark(birth_date)) for n, birth_date in rows))


def open_up(stage: Stage, chosen: str) -> None:
    """Open the private parts of the people whose ids the query `chosen` gives, unless they are open already."""
    by = private.sealer()
    found = stage.stream(_STORED, chosen=chosen.format(s=stage.s))
    load_rows(
        stage, "held", ("n", *_NAMES), ((pk, *map(private.opened(pk, sealed, by).get, _NAMES)) for pk, sealed in found)
    )


def seal(stage: Stage, person: str) -> None:
    """
    Seal what publishing will store.

    :param person: expression for the id a staged person will have
    """
    stage.run("DELETE FROM {s}sealed")
    told, held = (", ".join(f"{alias}.{name}" for name in _NAMES) for alias in ("t", "h"))
    rows = stage.stream(_TO_STORE, person=person, told=told, held=held, said=_SAID)
    load_rows(stage, "sealed", ("n", "person_id", "fate", "sealed", "birth_mark"), _sealed(rows))


def _sealed(rows: Iterable[tuple[object, ...]]) -> Iterator[Sequence[object]]:
    by = private.sealer()
    for n, pk, fate, there, *texts in rows:
        told, held = texts[: len(_NAMES)], texts[len(_NAMES) :]
        if fate == CHANGED and there is not None:
            united = [new or old for new, old in zip(told, held, strict=True)]
            if united == held:
                continue
        else:
            united, fate = told, NEW if fate == NEW else FIRST
        yield n, pk, fate, *private.seal(pk, dict(zip(_NAMES, united, strict=True)), by)  # type: ignore[arg-type]

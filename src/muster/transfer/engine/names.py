"""
Who is who by name, where a row has more than one answer or shares it with another row.

Plain rows are decided in SQL; only the others come here, name by name, and are decided in the order of the file.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import PEOPLE

_FACTS = ("birth", "phone", "email")

_SHARED = (
    "INSERT INTO {s}tangled SELECT t.n FROM {s}people t JOIN ("
    " SELECT name_key, {column} FROM {s}people WHERE {column} <> '' {also} GROUP BY name_key, {column} HAVING count(*) > 1"
    ") g ON g.name_key = t.name_key AND g.{column} = t.{column}"
)
_CANDIDATES = "(SELECT DISTINCT n, target FROM {s}candidates)"
_SEVERAL_TARGETS = "INSERT INTO {s}tangled SELECT n FROM " + _CANDIDATES + " c GROUP BY n HAVING count(*) > 1"
_SHARED_TARGETS = (
    "INSERT INTO {s}tangled SELECT c.n FROM {s}candidates c WHERE c.target IN ("
    " SELECT target FROM " + _CANDIDATES + " d GROUP BY target HAVING count(*) > 1)"
    " OR EXISTS (SELECT 1 FROM {s}people_x x WHERE x.id = c.target AND x.n <> c.n)"
)
_MATCH_PLAIN = (
    "UPDATE {s}people_x AS x SET id = c.target FROM " + _CANDIDATES + " c"
    " WHERE c.n = x.n AND x.fate = 'C' AND x.id < 0 AND NOT EXISTS (SELECT 1 FROM {s}tangled d WHERE d.n = x.n)"
)
_TANGLED_ROWS = (
    "SELECT t.name_key, t.n, x.id, t.person, t.birth_date, t.phone_e164, t.email_key"
    " FROM {s}people t JOIN {s}people_x x ON x.n = t.n"
    " WHERE x.fate = 'C' AND t.n IN (SELECT n FROM {s}tangled) ORDER BY t.name_key, t.n"
)
_STORED = (
    "SELECT DISTINCT p.name_key, p.id, COALESCE(v.birth_date, ''), p.phone_e164, p.email_key,"
    " CASE WHEN EXISTS (SELECT 1 FROM people_personexternalid e WHERE e.person_id = p.id AND e.source IN ({marks}))"
    " THEN 1 ELSE 0 END"
    " FROM {s}candidates c JOIN people_person p ON p.id = c.target LEFT JOIN {s}held v ON v.n = p.id"
    " WHERE c.n IN (SELECT n FROM {s}tangled) ORDER BY p.name_key, p.id"
)


@dataclass(slots=True)
class Row:
    """A staged row: `id` is -n while it is nobody we know."""

    n: int
    id: int
    has_id: bool
    birth: str
    phone: str
    email: str


@dataclass(slots=True)
class Someone:
    """A person of one name: stored before, or made by an earlier row."""

    id: int
    has_id: bool
    birth: str = ""
    phone: set[str] = field(default_factory=set)
    email: set[str] = field(default_factory=set)

    def learn(self, row: Row) -> None:
        """Take over what a row adds."""
        self.has_id |= row.has_id
        if len(row.birth) > len(self.birth):
            self.birth = row.birth
        self.phone |= {row.phone} - {""}
        self.email |= {row.email} - {""}

    def may_be(self, row: Row) -> bool:
        """Say whether nothing keeps them apart: birth dates that differ, or two ids of one system."""
        return not births_differ(self.birth, row.birth) and not (self.has_id and row.has_id)


def births_differ(one: str, other: str) -> bool:
    """Say whether two birth dates, whole or a year alone or unknown (''), cannot be one person's."""
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter]


def decide(rows: Iterable[Row], stored: Iterable[Someone], *, named: bool = True) -> list[tuple[int, int]]:
    """
    Say who the rows of one name are.

    :param rows: in the order of the file; rows that were found by an id come with that id
    :param stored: the people of that name that may be meant
    :param named: False for rows without a name, whom a birth date alone cannot tell
    :returns: (n, id) per row: of a stored person, or -n of the first row that is about the same person
    """
    people = {someone.id: someone for someone in stored}
    answer = []
    for row in rows:
        if row.id < 0:
            row.id = _who(row, people.values(), named=named) or row.id
        people.setdefault(row.id, Someone(row.id, has_id=False)).learn(row)
        answer.append((row.n, row.id))
    return answer


def _who(row: Row, people: Iterable[Someone], *, named: bool) -> int | None:
    fitting = [someone for someone in people if someone.may_be(row)]
    levels = (
        [someone for someone in fitting if named and len(row.birth) == 10 and someone.birth == row.birth],
        [someone for someone in fitting if row.phone and row.phone in someone.phone],
        [someone for someone in fitting if row.email and row.email in someone.email],
    )
    found = next(filter(None, levels), [])
    return found[0].id if len(found) == 1 else None


def match_within_file(stage: Stage, context: Context) -> None:
    """Decide every row that a name may tell, and put together the rows of one person."""
    stage.run("DROP TABLE IF EXISTS {s}tangled")
    stage.run("CREATE TABLE {s}tangled (n {number} NOT NULL)", number=stage.dialect.number_type)
    stage.index("people_x", "id")
    stage.index("candidates", "n")
    if stage.rows(
        "SELECT 1 FROM {s}people t JOIN {s}people_x x ON x.n = t.n WHERE t.person = '' AND x.fate = 'C' LIMIT 1"
    ):
        stage.run(_SHARED, column="birth_date", also="AND name_key <> '' AND length(birth_date) = 10")
        stage.run(_SHARED, column="phone_e164", also="")
        stage.run(_SHARED, column="email_key", also="")
    stage.run(_SEVERAL_TARGETS)
    stage.run(_SHARED_TARGETS)
    stage.index("tangled", "n")
    stage.run(_MATCH_PLAIN)
    _decide_tangled(stage, context)
    _put_together(stage)


def _decide_tangled(stage: Stage, context: Context) -> None:
    numbers, ids = array("q"), array("q")
    known = _by_name(stage.stream(_STORED, context.sources, marks=context.marks))
    for name, group in groupby(stage.stream(_TANGLED_ROWS), key=itemgetter(0)):
        rows = [Row(n, pk, bool(person), *facts) for _, n, pk, person, *facts in group]
        for n, pk in decide(rows, known(name), named=bool(name)):
            numbers.append(n)
            ids.append(pk)
    if numbers:
        stage.run("DROP TABLE IF EXISTS {s}decided")
        stage.run(stage.dialect.create_table("{s}decided", f"id {stage.dialect.number_type} NOT NULL"))
        with stage.dialect.together():
            stage.load("decided", ("n", "id"), (numbers, ids))
        stage.run("UPDATE {s}people_x AS x SET id = d.id FROM {s}decided d WHERE d.n = x.n AND d.id <> x.id")


def _by_name(rows: Iterator[tuple[object, ...]]):  # type: ignore[no-untyped-def]  # a function: name → the stored people of it
    found: dict[object, list[Someone]] = {}
    for name, pk, birth, phone, email, has_id in rows:
        someone = Someone(pk, bool(has_id), birth, {phone} - {""}, {email} - {""})  # type: ignore[arg-type]
        found.setdefault(name, []).append(someone)
    return lambda name: found.get(name, ())


_GROUPS = (
    "SELECT x.id, t.* FROM {s}people t JOIN {s}people_x x ON x.n = t.n WHERE x.fate = 'C' AND x.id IN ("
    " SELECT id FROM {s}people_x WHERE fate = 'C' GROUP BY id HAVING count(*) > 1) ORDER BY x.id, t.n"
)


def restore_put_together(stage: Stage) -> None:
    """Take back what an earlier matching put together."""
    stage.run("DELETE FROM {s}people WHERE n IN (SELECT n FROM {s}people_apart)")
    stage.run("INSERT INTO {s}people SELECT * FROM {s}people_apart")
    stage.run("DELETE FROM {s}people_apart")


def _put_together(stage: Stage) -> None:
    """Let the first row of each person carry the last known value of every column; the others are merged into it."""
    texts = [*(column.staged for column in PEOPLE), "ref", "name_key", "email_key", "phone_e164", "custom"]
    names = ["n", "row_number", *texts]
    query = _GROUPS.replace("t.*", ", ".join(f"t.{name}" for name in names))
    whole: list[Sequence[object]] = []
    pairs: list[tuple[int, int]] = []
    for _, group in groupby(stage.stream(query), key=itemgetter(0)):
        rows = [dict(zip(names, row[1:], strict=True)) for row in group]
        whole.append([_last_known(rows, name) for name in names])
        pairs.extend((row["n"], rows[0]["n"]) for row in rows[1:])
    if not pairs:
        return
    with stage.dialect.together():
        stage.load("together", ("n", "first"), list(zip(*pairs, strict=True)))
    stage.run("INSERT INTO {s}people_apart SELECT * FROM {s}people WHERE n IN (SELECT first FROM {s}together)")
    stage.run("DELETE FROM {s}people WHERE n IN (SELECT first FROM {s}together)")
    with stage.dialect.together():
        stage.load("people", names, list(zip(*whole, strict=True)))
    stage.run("UPDATE {s}people_x SET fate = 'M' WHERE n IN (SELECT n FROM {s}together)")


def _last_known(rows: Sequence[Mapping[str, object]], name: str) -> object:
    if name in ("n", "row_number", "ref"):
        return rows[0][name]
    if name == "custom":
        fields = [json.loads(str(row[name])) for row in rows if row[name]]
        return json.dumps({key: value for part in fields for key, value in part.items()}) if fields else ""
    return next((row[name] for row in reversed(rows) if row[name]), "")

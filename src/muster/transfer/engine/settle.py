"""Find the people whose spells would share days, and decide their rows one by one; everybody else is settled by SQL alone."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from muster.transfer.engine.compare import flag_text
from muster.transfer.engine.overlaps import NEVER, Held, Verdict, judge
from muster.transfer.engine.problems import Problem, add, add_where, reject
from muster.transfer.engine.stage import MERGED, Stage
from muster.transfer.engine.tables import FROM, Rule, SpellKind

# What would stand after the import: the rows of the file that are new or change something, and what is stored besides.
_FILE = (
    "SELECT x.person_id{keys}, t.from_on AS begins, {ends} AS ends, {primary} AS is_primary{more}"
    " FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n LEFT JOIN {table} m ON m.id = x.id WHERE x.fate IN ('C', 'U')"
)
_STORED = (
    "SELECT m.person_id{stored_keys}, CAST(m.from_on AS text) AS begins, COALESCE(CAST(m.to_on AS text), '{never}') AS ends,"
    " {stored_primary} AS is_primary{stored_more} FROM {table} m WHERE m.person_id IN ({people})"
)
_TIGHT = (
    "INSERT INTO {s}tight SELECT DISTINCT person_id FROM ("
    " SELECT person_id, ends, LEAD(begins) OVER (PARTITION BY person_id{partition} ORDER BY begins) AS following"
    " FROM ({spells}) both_kinds WHERE {only}) q WHERE following < ends"
)
_FRESH = "SELECT person_id FROM {s}{kind}_x WHERE fate IN ('C', 'U') AND person_id > 0"
_NOT_CHANGED = " AND m.id NOT IN (SELECT id FROM {s}{kind}_x WHERE fate = 'U')"
# An earlier row says of the same spell that it stays as it is.
_CONTRADICTS = "x.fate = 'U' AND EXISTS (SELECT 1 FROM {s}{kind}_x e WHERE e.id = x.id AND e.fate = 'S' AND e.n < x.n)"


class _Texts:
    """The statements of one kind of spell."""

    def __init__(self, stage: Stage, spell: SpellKind) -> None:
        unit = [("x.unit_id", "m.unit_id", "unit_id")] if spell.has_unit else []
        self.keys = unit + [(f"t.{c.staged}", f"m.{c.target}", c.target) for c in spell.key]
        self.has_primary = any(column.name == "primary" for column in spell.changing)
        content = [c for c in spell.changing if c.name not in ("to", "primary")]
        stored_primary = flag_text("m.is_primary") if self.has_primary else "''"
        self.parts = {
            "s": stage.s,
            "kind": spell.kind,
            "table": spell.table,
            "never": NEVER,
            "keys": "".join(f", {staged} AS {name}" for staged, _, name in self.keys),
            "stored_keys": "".join(f", {stored} AS {name}" for _, stored, name in self.keys),
            "ends": f"CASE WHEN t.to_on <> '' THEN t.to_on ELSE COALESCE(CAST(m.to_on AS text), '{NEVER}') END",
            "primary": f"CASE WHEN t.is_primary <> '' OR x.id IS NULL THEN t.is_primary ELSE {stored_primary} END"
            if self.has_primary
            else "''",
            "stored_primary": stored_primary,
        }
        texts = "".join(f", t.{c.staged}" for c in content)
        self.more = ", x.id, x.n, t.row_number" + texts
        self.stored_more = ", m.id, 0, 0" + "".join(f", m.{c.target}" for c in content)

    def file(self, *, detailed: bool = False) -> str:
        return _FILE.format(more=self.more if detailed else "", **self.parts)

    def stored(self, people: str, *, detailed: bool = False) -> str:
        return _STORED.format(people=people, stored_more=self.stored_more if detailed else "", **self.parts)


def settle(stage: Stage, spell: SpellKind) -> None:
    """Reject the rows that would break a rule, and mark those that only repeat an earlier row."""
    texts = _Texts(stage, spell)
    if stage.rows("SELECT 1 FROM {s}{kind}_x WHERE fate = 'U' LIMIT 1", kind=spell.kind):
        stage.index(f"{spell.kind}_x", "id")
        add_where(stage, spell.kind, FROM, spell.rules[0].message, _CONTRADICTS.format(s=stage.s, kind=spell.kind))
        reject(stage, spell.kind)
    stage.run("DROP TABLE IF EXISTS {s}tight")
    stage.run("CREATE TABLE {s}tight (person_id {number} NOT NULL)", number=stage.dialect.number_type)
    spells = texts.file()
    fresh = _FRESH.format(s=stage.s, kind=spell.kind)
    if stage.rows("SELECT 1 FROM {table} LIMIT 1", table=spell.table):
        spells += " UNION ALL " + texts.stored(fresh) + _NOT_CHANGED.format(s=stage.s, kind=spell.kind)
    for rule in spell.rules:
        _find_tight(stage, texts, rule, spells)
    if stage.rows("SELECT 1 FROM {s}tight LIMIT 1"):
        _judge_tight(stage, spell, texts)


def _find_tight(stage: Stage, texts: _Texts, rule: Rule, spells: str) -> None:
    stage.run(
        _TIGHT,
        spells=spells,
        partition="".join(f", {column}" for column in rule.same),
        only="is_primary <> 'no'" if rule.primary_only else "true",
    )


def _judge_tight(stage: Stage, spell: SpellKind, texts: _Texts) -> None:
    tight = f"SELECT person_id FROM {stage.s}tight"
    key_count = len(texts.keys)
    stored = _people(stage.stream(texts.stored(tight, detailed=True) + " ORDER BY 1, m.id"), key_count)
    rows = _people(
        stage.stream(texts.file(detailed=True) + f" AND x.person_id IN ({tight}) ORDER BY 1, x.n"), key_count
    )
    rules = [(bool(rule.same), rule.primary_only) for rule in spell.rules]
    waiting = next(stored, None)
    verdicts: list[Verdict] = []
    places: dict[int, Held] = {}
    for person_id, own in rows:
        while waiting is not None and waiting[0] < person_id:
            waiting = next(stored, None)
        held = waiting[1] if waiting is not None and waiting[0] == person_id else []
        verdicts += judge(held, own, rules)
        places |= {row.n: row for row in own}
    _store(stage, spell, verdicts, places, texts.has_primary)


def _people(rows: Iterator[tuple[object, ...]], key_count: int) -> Iterator[tuple[int, list[Held]]]:
    for person_id, group in groupby(rows, key=itemgetter(0)):
        held = []
        for row in group:
            begins, ends, primary, pk, n, number, *content = row[1 + key_count :]
            key = row[1 : 1 + key_count]
            held.append(Held(pk or 0, n, number, key, begins, ends, primary, tuple(content)))  # type: ignore[arg-type]
        yield person_id, held


def _store(stage: Stage, spell: SpellKind, verdicts: list[Verdict], places: dict[int, Held], has_primary: bool) -> None:
    add(
        stage,
        [
            Problem(
                spell.kind, v.n, places[v.n].row, "from", places[v.n].begins, spell.rules[v.rule].message,
                "days on which nothing of the kind holds",
            )
            for v in verdicts
            if v.rule is not None
        ],
    )  # fmt: skip
    changed = [(v.n, MERGED, "") for v in verdicts if v.twin]
    if has_primary:
        changed += [(v.n, "C", v.primary) for v in verdicts if v.primary and not places[v.n].id and v.rule is None]
    if not changed:
        return
    stage.run("DROP TABLE IF EXISTS {s}verdicts")
    stage.run(stage.dialect.create_table("{s}verdicts", "fate text NOT NULL, flag text NOT NULL"))
    with stage.dialect.together():
        stage.load("verdicts", ("n", "fate", "flag"), list(zip(*changed, strict=True)))
    stage.run(
        "UPDATE {s}{kind}_x AS x SET fate = v.fate, flag = v.flag FROM {s}verdicts v WHERE v.n = x.n", kind=spell.kind
    )

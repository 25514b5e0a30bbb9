"""
Possible duplicates among the people an import would create: they are stored apart and offered for a look.

Whoever shares an e-mail address or a phone number is compared by name; so are people born on the same day of whom neither
is known. Large groups, such as everybody at office@…, are not paired each with each.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from muster.transfer.engine import held
from muster.transfer.engine.context import Context
from muster.transfer.engine.names import births_differ
from muster.transfer.engine.people import visible_clause
from muster.transfer.engine.stage import Stage

NEAR = 0.8
EACH_WITH_EACH = 8
_CHUNK = 50_000
# Reasons from strong to weak; the strongest of a pair is kept.
SAME_NAME, NEAR_NAME, SAME_EMAIL, SAME_PHONE = "same name", "nearly the same name", "same e-mail", "same phone"
REASONS = (SAME_NAME, NEAR_NAME, SAME_EMAIL, SAME_PHONE)

_STORED = (
    "INSERT INTO {s}pairs (a, b, sign) SELECT a, b, '{sign}' FROM (SELECT x.id AS a, p.id AS b,"
    " ROW_NUMBER() OVER (PARTITION BY t.n ORDER BY p.id) AS place FROM {s}people t JOIN {s}people_x x ON x.n = t.n"
    " JOIN people_person p ON p.{column} = t.{column} AND p.{column} <> ''"
    " WHERE x.fate = 'C' AND x.id < 0 AND t.{column} <> '' {visible}) q WHERE place <= {most}"
)
_SHARERS = (
    "INSERT INTO {s}sharers (k, id, place) SELECT t.{column}, x.id, ROW_NUMBER() OVER (PARTITION BY t.{column} ORDER BY t.n)"
    " FROM {s}people t JOIN {s}people_x x ON x.n = t.n JOIN (SELECT {column} FROM {s}people WHERE {column} <> ''"
    " GROUP BY {column} HAVING count(*) > 1) g ON g.{column} = t.{column} WHERE x.fate IN ('C', 'U', 'S')"
)
_WITHIN = (
    "INSERT INTO {s}pairs (a, b, sign) SELECT later.id, first.id, '{sign}' FROM {s}sharers later"
    " JOIN {s}sharers first ON first.k = later.k AND first.place < later.place"
    " WHERE (later.place <= {most} OR first.place = 1) AND (later.id < 0 OR first.id < 0)"
)
_BORN = (
    "INSERT INTO {s}pairs (a, b, sign) SELECT x.id, p.id, 'birth' FROM {s}people t JOIN {s}people_x x ON x.n = t.n"
    " JOIN {s}born b ON b.n = t.n JOIN people_personprivate v ON v.birth_mark = b.mark JOIN people_person p ON p.id = v.person_id"
    " AND substr(p.name_key, 1, 2) = substr(t.name_key, 1, 2)"
    " WHERE x.fate = 'C' AND x.id < 0 AND t.email_key = '' AND t.phone_e164 = '' {visible}"
)
_SIDE = (
    "SELECT q.a, q.b, q.sign, ta.name_key, ta.birth_date, COALESCE(tb.name_key, pb.name_key),"
    " COALESCE(tb.birth_date, vb.birth_date, '') FROM (SELECT a, b, min(sign) AS sign FROM {s}pairs WHERE a < 0 GROUP BY a, b) q"
    " JOIN {s}people ta ON ta.n = -q.a LEFT JOIN {s}people tb ON tb.n = -q.b"
    " LEFT JOIN people_person pb ON pb.id = q.b LEFT JOIN {s}held vb ON vb.n = q.b"
)
_STORE = (
    "INSERT INTO people_duplicatepair (first_id, second_id, reason, state, found_at, batch_id)"
    " SELECT CASE WHEN {a} < {b} THEN {a} ELSE {b} END, CASE WHEN {a} < {b} THEN {b} ELSE {a} END, d.reason, 'OPEN', %s, %s"
    " FROM {s}duplicates d WHERE true ON CONFLICT DO NOTHING"
)


def find_duplicates(stage: Stage, context: Context) -> None:
    """Offer pairs of people, at least one of them new, and note how many there are."""
    number = stage.dialect.number_type
    for name in ("pairs", "sharers", "duplicates"):
        stage.run("DROP TABLE IF EXISTS {s}{name}", name=name)
    stage.run("CREATE TABLE {s}pairs (a {number} NOT NULL, b {number} NOT NULL, sign text NOT NULL)", number=number)
    stage.run(
        stage.dialect.create_table("{s}duplicates", f"a {number} NOT NULL, b {number} NOT NULL, reason text NOT NULL")
    )
    _find_pairs(stage, context)
    found = _judged(stage)
    place = 0
    while rows := list(islice(found, _CHUNK)):
        numbered = [(place + offset, *row) for offset, row in enumerate(rows)]
        place += len(rows)
        with stage.dialect.together():
            stage.load("duplicates", ("n", "a", "b", "reason"), list(zip(*numbered, strict=True)))
    stage.note("possible_duplicates", place)
    sharing = stage.value("SELECT count(DISTINCT a) FROM {s}duplicates") if place else 0
    stage.note("match_warnings", _warning(int(sharing)))


def _warning(sharing: int) -> list[str]:
    if not sharing:
        return []
    if sharing == 1:
        return ["1 new person shares an e-mail address or phone number with somebody else. Both are kept apart."]
    return [
        f"{sharing:,} new people share an e-mail address or phone number with somebody else. They are kept apart and"
        " offered as possible duplicates."
    ]


def publish(stage: Stage, references: tuple[str, str], now: object) -> None:
    """Store the offers; `references` are the expressions for the ids of `d.a` and `d.b`."""
    a, b = references
    stage.run(_STORE, [now, stage.batch_id], a=a, b=b)


def _find_pairs(stage: Stage, context: Context) -> None:
    visible = visible_clause(context, "p.id").format(s=stage.s)
    there = bool(stage.rows("SELECT 1 FROM people_person LIMIT 1"))
    new = bool(stage.rows("SELECT 1 FROM {s}people_x WHERE fate = 'C' LIMIT 1"))
    if not new:
        return
    for sign, column in (("email", "email_key"), ("phone", "phone_e164")):
        if there:
            stage.run(_STORED, sign=sign, column=column, visible=visible, most=EACH_WITH_EACH)
        stage.run("DROP TABLE IF EXISTS {s}sharers")
        stage.run(
            "CREATE TABLE {s}sharers (k text NOT NULL, id {number} NOT NULL, place {number} NOT NULL)",
            number=stage.dialect.number_type,
        )
        stage.run(_SHARERS, column=column)
        stage.index("sharers", "k", "place")
        stage.run(_WITHIN, sign=sign, most=EACH_WITH_EACH)
    if there:
        stage.run(_BORN, visible=visible)
    # New rows come first in a pair; two new ones in the order of the file.
    stage.run("UPDATE {s}pairs SET a = b, b = a WHERE a > 0")
    if there and held.says_something_private(stage):
        held.open_up(stage, "SELECT b FROM {s}pairs WHERE b > 0")


def _judged(stage: Stage) -> Iterator[tuple[int, int, str]]:
    rows = stage.stream(_SIDE)
    while chunk := list(islice(rows, _CHUNK)):
        scores = process.cpdist(
            [row[3] for row in chunk], [row[5] for row in chunk], scorer=OSA.normalized_similarity, dtype=None
        )
        for row, score in zip(chunk, scores, strict=True):
            if reason := reason_of(row, float(score)):
                yield row[0], row[1], reason


def reason_of(pair: tuple[Any, ...], score: float) -> str:
    """
    Say why two people may be one, or '' if they need no look.

    :param pair: a, b, sign, then name and birth date of each
    :param score: how alike the names are, 0 to 1
    """
    _, _, sign, name, birth, other_name, other_birth = pair
    apart = births_differ(birth, other_birth)
    if not apart and name == other_name:
        return SAME_NAME
    if not apart and (score >= NEAR or _one_within_other(name, other_name)):
        return NEAR_NAME
    return {"email": SAME_EMAIL, "phone": SAME_PHONE}.get(sign, "")


def _one_within_other(name: str, other: str) -> bool:
    """Tell `anna lopez` within `anna maria lopez`, and `a lopez` within `anna lopez`."""
    short, long = sorted((name.split(), other.split()), key=len)
    if len(short) < 2 or not long or short[-1] != long[-1]:
        return False
    return set(short) <= set(long) or (len(short[0]) == 1 and long[0].startswith(short[0]))

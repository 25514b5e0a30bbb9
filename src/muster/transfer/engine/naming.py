"""What cells name: stages and scales by their names, accounts by the people who have them, cases by person and moment."""

from collections.abc import Collection, Mapping

from muster.access import queries as access
from muster.contacts.queries import following
from muster.transfer.engine.columns import Column
from muster.transfer.engine.contact_kinds import CONTACTS, ContactKind
from muster.transfer.engine.context import PERMISSION, Context
from muster.transfer.engine.problems import EXPECTED_PERSON, NO_SUCH_PERSON, add_where
from muster.transfer.engine.spells import resolve_people
from muster.transfer.engine.stage import Stage, finish
from muster.units import queries as units
from muster.units.queries import Tree

_ACCOUNTS = [
    (kind, column) for kind, contact in CONTACTS.items() for column in contact.naming if column.type == "account"
]
_TEXTS = " UNION ".join(f"SELECT {column.staged} AS text FROM {{s}}{kind}" for kind, column in _ACCOUNTS)
_OFFICERS = (
    "INSERT INTO {s}officers (n, person, person_n) SELECT ROW_NUMBER() OVER (ORDER BY q.text), q.text, 0"
    f" FROM ({_TEXTS}) q WHERE q.text <> '' ORDER BY 1"
)
_HAS_ACCOUNT = "UPDATE {s}officers_x AS x SET id = p.user_id FROM people_person p WHERE p.id = x.person_id"
_IS_OFFICER = (
    "UPDATE {s}{kind}_x AS x SET {found} = ox.id FROM {s}{kind} t, {s}officers o JOIN {s}officers_x ox ON ox.n = o.n"
    " WHERE t.n = x.n AND o.person = t.{column} AND ({anybody} OR ox.flag <> '')"
)
# Placed today, as it is stored or as the file says; who is placed nowhere is for those whose role covers everything.
_UNREACHED = (
    "UPDATE {s}{kind}_x AS x SET {found} = NULL WHERE x.{found} IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM {s}{kind} c WHERE c.n = x.n AND c.closed_at = '')"
    " AND NOT EXISTS (SELECT 1 FROM {s}reach r JOIN units_unit top ON top.id = r.unit_id AND top.parent_id IS NULL"
    " WHERE r.user_id = x.{found})"
    " AND NOT EXISTS (SELECT 1 FROM people_placement p JOIN {s}reach r ON r.unit_id = p.unit_id AND r.user_id = x.{found}"
    " WHERE p.person_id = x.person_id AND p.from_on <= %s AND (p.to_on IS NULL OR p.to_on > %s))"
    " AND NOT EXISTS (SELECT 1 FROM {s}placements_x q JOIN {s}placements t ON t.n = q.n"
    " JOIN {s}reach r ON r.unit_id = q.unit_id AND r.user_id = x.{found} WHERE q.person_id = x.person_id"
    " AND q.fate <> 'R' AND t.from_on <= %s AND (t.to_on = '' OR t.to_on > %s))"
)
_NOBODY = (
    "EXISTS (SELECT 1 FROM {s}officers o JOIN {s}officers_x ox ON ox.n = o.n"
    " WHERE o.person = t.{column} AND ox.person_id IS NULL)"
)
_IS_NAMED = (
    "UPDATE {s}{kind}_x AS x SET {found} = q.id FROM {s}{kind} t JOIN {s}named q ON q.name = t.{column} WHERE t.n = x.n"
)
_IN_FILE = (
    "UPDATE {s}{kind}_x AS x SET {found} = q.id FROM {s}{kind} t, (SELECT cx.person_id, c.opened_at,"
    " max(COALESCE(cx.id, -cx.n)) AS id FROM {s}cases c JOIN {s}cases_x cx ON cx.n = c.n WHERE cx.fate <> 'R'"
    " GROUP BY cx.person_id, c.opened_at) q"
    " WHERE t.n = x.n AND q.person_id = x.person_id AND q.opened_at = t.{column}"
)
_STORED = (
    "UPDATE {s}{kind}_x AS x SET {found} = m.id FROM {s}{kind} t, contacts_case m WHERE t.n = x.n AND x.{found} IS NULL"
    " AND m.person_id = x.person_id AND m.opened_at = {moment}"
)
_WITHOUT_ACCOUNT = "x.fate IN ('C', 'U') AND x.{found} IS NULL AND t.{column} <> ''"


def find_officers(stage: Stage, context: Context) -> None:
    """Find the accounts of all people whom cells name as who does or did something; once for all tables."""
    stage.run("DROP TABLE IF EXISTS {s}officers")
    stage.run("DROP TABLE IF EXISTS {s}officers_x")
    number = stage.dialect.number_type
    stage.run(stage.dialect.create_table("{s}officers", f"person text NOT NULL, person_n {number} NOT NULL"))
    columns = f"id {number}, person_id {number}, unit_id {number}, fate text NOT NULL, flag text NOT NULL DEFAULT ''"
    stage.run(stage.dialect.create_table("{s}officers_x", columns))
    stage.run(_OFFICERS)
    finish(stage, "officers")
    stage.index("officers", "person", unique=True)
    resolve_people(stage, context, "officers")
    stage.run(_HAS_ACCOUNT)
    grants = access.holders(context.actor, (following.WORK,), access.unit_ids(context.actor, PERMISSION))
    working = ", ".join(str(pk) for pk in sorted({grant.user_id for grant in grants})) or "NULL"
    stage.run("UPDATE {s}officers_x SET flag = 'works' WHERE id IN ({working})", working=working)
    _note_reach(stage, context, {(grant.user_id, grant.unit_id) for grant in grants})


def _note_reach(stage: Stage, context: Context, held: Collection[tuple[int, int]]) -> None:
    """Note in which units each account may talk to people: of those that are here, and of those of the file."""
    stage.run("DROP TABLE IF EXISTS {s}reach")
    stage.run(
        "CREATE TABLE {s}reach (user_id {number} NOT NULL, unit_id {number} NOT NULL)", number=stage.dialect.number_type
    )
    new = dict(stage.rows("SELECT x.id, x.parent_id FROM {s}units_x x WHERE x.id < 0 AND x.fate <> 'R'"))
    tree = Tree({**units.load_tree().parents, **new})
    rows = sorted({(user_id, below) for user_id, unit_id in held for below in tree.below([unit_id])})
    stage.load("reach", ("user_id", "unit_id"), list(zip(*rows, strict=True)))
    stage.index("reach", "user_id", "unit_id")


def _without_reach(stage: Stage, context: Context, kind: str, column: Column) -> None:
    """Let nobody own what they could not see: of people who stand, or come to stand, in none of their units."""
    stage.index("placements_x", "person_id")
    today = context.today.isoformat()
    stage.run(_UNREACHED, [today, today, today, today], kind=kind, found=column.found)


def find_named(stage: Stage, context: Context, contact: ContactKind) -> None:
    """Find the numbers of all that the rows of a kind name; call when their people are found."""
    for column in contact.naming:
        if column.type == "account":
            _find_account(stage, context, contact.kind, column)
        elif column.type == "case":
            find_case(stage, contact.kind, column)
        else:
            every = following.stages if column.type == "stage" else following.scales
            known = {one.name: one.pk for one in every(context.actor, retired=True)}
            _find_name(stage, contact.kind, column, known, f"There is no such {column.type}.")


def find_case(stage: Stage, kind: str, column: Column, *, rejects: bool = True) -> None:
    """
    Find the cases that the rows of a kind name; call when their people and the cases of the file are decided.

    :param rejects: False where a row without its case is taken nevertheless
    """
    stage.run(_IN_FILE, kind=kind, found=column.found, column=column.staged)
    moment = stage.dialect.moment(f"t.{column.staged}")
    stage.run(_STORED, kind=kind, found=column.found, moment=moment)
    unknown = f"x.{column.found} IS NULL AND t.{column.staged} <> ''"
    add_where(stage, kind, column, "There is no such case.", unknown, rejects=rejects)


def without_account(stage: Stage, contact: ContactKind) -> dict[str, int]:
    """Return column → how many rows that will be stored name somebody who has no account for it."""
    found = {}
    for column in contact.naming:
        if column.type == "account":
            where = _WITHOUT_ACCOUNT.format(found=column.found, column=column.staged)
            found[column.name] = int(
                stage.value(
                    "SELECT count(*) FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n WHERE {where}",
                    kind=contact.kind,
                    where=where,
                )
            )
    return found


def _find_account(stage: Stage, context: Context, kind: str, column: Column) -> None:
    # Whoever follows somebody up must be able to talk to contacts; who did something once may have left since.
    anybody = "true" if column.name != "owner" else "false"
    stage.run(_IS_OFFICER, kind=kind, found=column.found, column=column.staged, anybody=anybody)
    if column.name == "owner":
        _without_reach(stage, context, kind, column)
    nobody = _NOBODY.format(s=stage.s, column=column.staged)
    add_where(stage, kind, column, NO_SUCH_PERSON, nobody, expected=EXPECTED_PERSON, rejects=False)


def _find_name(stage: Stage, kind: str, column: Column, known: Mapping[str, int], message: str) -> None:
    by_key = {_key(name): pk for name, pk in known.items()}
    texts = stage.stream("SELECT DISTINCT {column} FROM {s}{kind}", kind=kind, column=column.staged)
    found = [(text, by_key[_key(text)]) for (text,) in texts if _key(text) in by_key]
    stage.run("DROP TABLE IF EXISTS {s}named")
    stage.run("CREATE TABLE {s}named (name text PRIMARY KEY, id {number} NOT NULL)", number=stage.dialect.number_type)
    stage.load("named", ("name", "id"), list(zip(*found, strict=True)))
    stage.run(_IS_NAMED, kind=kind, found=column.found, column=column.staged)
    unknown = f"x.{column.found} IS NULL AND t.{column.staged} <> ''"
    add_where(stage, kind, column, message, unknown, expected=f"one of {', '.join(known)}")


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()

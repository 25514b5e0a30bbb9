"""Matching and rules of cases, their stages, conversations, assessments and applications, which go the same way."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from muster.access.permissions import PERMISSIONS
from muster.contacts.calc.dues import MOST_CENTS
from muster.contacts.queries import following
from muster.transfer.engine import apart, naming, sealed
from muster.transfer.engine.columns import Column
from muster.transfer.engine.compare import changed_when
from muster.transfer.engine.contact_kinds import CONTACTS, ContactKind, OneOpen
from muster.transfer.engine.context import Context
from muster.transfer.engine.problems import (
    EXPECTED_PERSON,
    NO_SUCH_PERSON,
    NOT_YOURS,
    PERSON_REJECTED,
    add_where,
    reject,
    require_cells,
)
from muster.transfer.engine.spells import resolve_people
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import choices

_PERSON = Column("person", "", expected=EXPECTED_PERSON)
# Where several rows say the same, the first of the file is the first that was stored, and so on.
_MATCH = (
    "UPDATE {s}{kind}_x AS x SET id = q.id FROM (SELECT a.n, b.id FROM"
    " (SELECT t.n, x.person_id, {named}, {says_open} AS says_open,"
    " ROW_NUMBER() OVER (PARTITION BY x.person_id, {staged} ORDER BY t.n) AS place"
    " FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n WHERE x.fate = 'C' AND x.id IS NULL AND x.person_id > 0) a"
    " JOIN (SELECT m.id, m.person_id, {stored_named}, {is_open} AS is_open,"
    " ROW_NUMBER() OVER (PARTITION BY m.person_id, {stored} ORDER BY m.id) AS place FROM {table} m"
    " WHERE m.person_id IN (SELECT person_id FROM {s}{kind}_x WHERE person_id > 0)"
    " AND NOT EXISTS (SELECT 1 FROM {s}{kind}_x o WHERE o.id = m.id)) b"
    " ON b.person_id = a.person_id AND b.place = a.place AND {same} AND (a.says_open OR b.is_open)) q WHERE q.n = x.n"
)
_FATE = (
    "UPDATE {s}{kind}_x AS x SET fate = CASE WHEN {changed} THEN 'U' ELSE 'S' END"
    " FROM {s}{kind} t, {table} m WHERE t.n = x.n AND x.fate = 'C' AND x.id > 0 AND m.id = x.id"
)
_IS_NEW = "x.fate = 'C' AND x.id IS NULL AND t.{ends} = ''"
_IS_OPEN = (
    "EXISTS (SELECT 1 FROM {table} m WHERE m.person_id = x.person_id AND {stored} AND NOT EXISTS (SELECT 1 FROM {s}{kind} e"
    " JOIN {s}{kind}_x ex ON ex.n = e.n WHERE ex.id = m.id AND ex.fate = 'U' AND e.{ends} <> ''))"
)
_IS_SECOND = (
    "EXISTS (SELECT 1 FROM {s}{kind} f JOIN {s}{kind}_x fx ON fx.n = f.n WHERE fx.person_id = x.person_id AND f.n < t.n"
    " AND fx.fate = 'C' AND fx.id IS NULL AND f.{ends} = '')"
)
_ENDED = "EXISTS (SELECT 1 FROM contacts_case m WHERE m.id = x.id AND m.closed_at IS NOT NULL{more})"


def match_contacts(stage: Stage, context: Context) -> None:
    """Decide every row of all these tables, and note whose account was not found."""
    if not any(stage.count(kind) for kind in CONTACTS):
        stage.note("contact_warnings", [])
        return
    naming.find_officers(stage, context)
    warnings = []
    for contact in CONTACTS.values():
        if stage.count(contact.kind):
            beside = _match_kind(stage, context, contact)
            warnings += _warnings(stage, contact, beside)
    stage.note("contact_warnings", warnings)


def _match_kind(stage: Stage, context: Context, contact: ContactKind) -> int:
    """Decide every row of a kind, and return how many come to stand beside one that says nearly the same."""
    kind = contact.kind
    resolve_people(stage, context, kind)
    if lacking := sorted(context.lacks.intersection(contact.needs)):
        wanted = f"the right to {PERMISSIONS[lacking[0]]}"
        add_where(stage, kind, _PERSON, NOT_YOURS, "true", expected=wanted)
        reject(stage, kind)
        return 0
    add_where(stage, kind, _PERSON, PERSON_REJECTED, "x.fate = 'P'")
    stage.run("UPDATE {s}{kind}_x SET fate = 'R' WHERE fate = 'P'", kind=kind)
    reject(stage, kind)
    require_cells(stage, kind, contact.columns)
    add_where(stage, kind, _PERSON, NO_SUCH_PERSON, "x.person_id IS NULL AND t.person <> ''")
    naming.find_named(stage, context, contact)
    _check_cells(stage, context, contact)
    reject(stage, kind)
    beside = 0
    for place, key in enumerate(contact.keys_in_turn()):
        beside += _match_stored(stage, contact, key, is_loose=place > 0)
    changed = [changed_when(column, "t", "m") for column in contact.changing if column.type != "sealed"]
    changed += sealed.find_changed(stage, contact)
    stage.run(_FATE, kind=kind, table=contact.table, changed=" OR ".join(changed))
    if contact.one_open is not None:
        _keep_one_open(stage, contact, contact.one_open)
    _AFTERWARDS.get(kind, _nothing)(stage, context, contact)
    reject(stage, kind)
    return beside


def _match_stored(stage: Stage, contact: ContactKind, key: list[Column], *, is_loose: bool) -> int:
    """
    Find the stored rows that staged ones are, and return how many are like one of them and are another.

    :param is_loose: the key leaves out how something ended: what has ended is not taken for something that ended otherwise
    """
    pairs = [_key(stage, column) for column in key]
    if contact.apart:
        return apart.match_stored(stage, contact, pairs)
    if not stage.rows("SELECT 1 FROM {table} LIMIT 1", table=contact.table):
        return 0
    stage.index(f"{contact.kind}_x", "id")
    one_open = contact.one_open
    staged, stored = zip(*pairs, strict=True)
    stage.run(
        _MATCH,
        kind=contact.kind,
        table=contact.table,
        named=", ".join(f"{text} AS k{place}" for place, text in enumerate(staged)),
        staged=", ".join(staged),
        stored_named=", ".join(f"{text} AS k{place}" for place, text in enumerate(stored)),
        stored=", ".join(stored),
        same=" AND ".join(f"a.k{place} = b.k{place}" for place in range(len(key))),
        says_open=f"t.{one_open.ends.staged} = ''" if is_loose and one_open else "true",
        is_open=one_open.stored if is_loose and one_open else "true",
    )
    return 0


def _key(stage: Stage, column: Column) -> tuple[str, str]:
    """Return the expressions for the same of a staged row and of a stored one."""
    cell, held = f"t.{column.staged}", f"m.{column.target}"
    match column.type:
        case "case":
            # Two cases of one person may have begun at the same moment, where two records became one.
            return stage.dialect.moment(cell), f"(SELECT k.opened_at FROM contacts_case k WHERE k.id = {held})"
        case "stage" | "scale" | "account":
            return f"x.{column.found}", held
        case "moment":
            return stage.dialect.moment(cell), held
        case "date":
            return stage.dialect.date(cell), held
        case "count":
            return cell, f"CAST({held} AS text)"
    return cell, f"CASE WHEN {held} = '{column.blank}' THEN '' ELSE {held} END"


def _check_cells(stage: Stage, context: Context, contact: ContactKind) -> None:
    kind, today, tomorrow = contact.kind, context.today.isoformat(), (context.today + timedelta(days=1)).isoformat()
    for column in contact.past:
        # The day of a moment is counted in UTC, where it may be tomorrow already.
        latest = today if column.type == "date" else tomorrow
        later = f"substr(t.{column.staged}, 1, 10) > %s"
        add_where(
            stage, kind, column, "This day has not come yet.", later, [latest], expected="today or an earlier day"
        )
    for column in contact.columns_behind:
        if column.type == "choice":
            known = [word for word in choices(contact.table, column.target) if word != column.blank]
            marks = ", ".join(["%s"] * len(known))
            unknown = f"t.{column.staged} NOT IN ('', {marks})"
            add_where(
                stage,
                kind,
                column,
                "This word is not known here.",
                unknown,
                known,
                expected=f"one of {', '.join(known)}",
            )
    _BEFOREHAND.get(kind, _nothing)(stage, context, contact)


def _keep_one_open(stage: Stage, contact: ContactKind, one_open: OneOpen) -> None:
    """Reject what would be a second open row of somebody; what is stored comes first, then the order of the file."""
    kind = contact.kind
    for columns in (("person_id",), ("id",)):
        stage.index(f"{kind}_x", *columns)
    parts = {
        "s": stage.s,
        "kind": kind,
        "table": contact.table,
        "ends": one_open.ends.staged,
        "stored": one_open.stored,
    }
    conditions = [text.format(**parts) for text in (_IS_NEW, _IS_OPEN, _IS_SECOND)]
    where = "{} AND ({} OR {})".format(*conditions)
    add_where(stage, kind, _PERSON, one_open.message, where, expected="somebody of whom none is open")
    reject(stage, kind)


def _check_cases(stage: Stage, context: Context, contact: ContactKind) -> None:
    early = "t.closed_at <> '' AND t.opened_at <> '' AND t.closed_at < t.opened_at"
    closed, later = contact.column("closed_at"), "a later moment than it was opened"
    add_where(stage, contact.kind, closed, "It ends before it begins.", early, expected=later)


def _check_ended(stage: Stage, context: Context, contact: ContactKind) -> None:
    over = "x.fate = 'U' AND " + _ENDED.format(more=" AND m.stage_id <> x.stage_id")
    message, stays = "This case is over, and over it stays. Begin a new one.", "the stage with which it ended"
    add_where(stage, contact.kind, contact.column("stage"), message, over, expected=stays)
    ending = [one.pk for one in following.stages(context.actor, retired=True) if one.closes]
    ends_it = f"x.stage_id IN ({', '.join(map(str, ending)) or 'NULL'})"
    where = f"x.fate IN ('C', 'U') AND t.closed_at = '' AND {ends_it} AND NOT {_ENDED.format(more='')}"
    closed = contact.column("closed_at")
    add_where(stage, contact.kind, closed, "With this stage a case is over, and nothing says when.", where)


def _check_values(stage: Stage, context: Context, contact: ContactKind) -> None:
    for scale in following.scales(context.actor, retired=True):
        steps = [str(step) for step in range(1, len(scale.steps) + 1)]
        marks = ", ".join(["%s"] * len(steps))
        where = f"x.scale_id = {scale.pk} AND t.value NOT IN ('', {marks})"
        wanted = f"a number from 1 to {len(steps)}"
        add_where(
            stage, contact.kind, contact.column("value"), "The scale has no such step.", where, steps, expected=wanted
        )


def _check_applications(stage: Stage, context: Context, contact: ContactKind) -> None:
    undecided = "t.outcome = '' AND t.decided_at <> ''"
    add_where(stage, contact.kind, contact.column("outcome"), "It says when it was decided, and not how.", undecided)
    amount = "CAST(NULLIF(t.dues, '') AS double precision)"
    wrong = f"t.dues <> '' AND ({amount} < 0 OR {amount} > {MOST_CENTS // 100} OR t.dues LIKE '%%.___%%')"
    add_where(stage, contact.kind, contact.column("dues"), f"This is no amount from 0 to {MOST_CENTS // 100:,}.", wrong)


def _nothing(stage: Stage, context: Context, contact: ContactKind) -> None:
    return


_Check = Callable[[Stage, Context, ContactKind], None]
# What is asked of one kind alone: of its cells, and when it is known what becomes of the row.
_BEFOREHAND: Mapping[str, _Check] = {
    "cases": _check_cases,
    "assessments": _check_values,
    "applications": _check_applications,
}
_AFTERWARDS: Mapping[str, _Check] = {"cases": _check_ended}


def _warnings(stage: Stage, contact: ContactKind, beside: int) -> list[str]:
    found = naming.without_account(stage, contact)
    owned, others = found.pop("owner", 0), sum(found.values())
    told = []
    if owned:
        told.append(
            f"Cases given to people without an account here that may talk to contacts: {owned:,}. They are nobody's."
        )
    if others:
        told.append(
            f"Named in {contact.kind}.csv as who did it, without an account here: {others:,}. That is left out."
        )
    if beside:
        told.append(
            f"Rows of {contact.kind}.csv beside one of the same moment that somebody else noted, or with other words:"
            f" {beside:,}. They are added; what is here stays."
        )
    return told

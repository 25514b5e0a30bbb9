"""From the staging area into the main tables: a handful of statements in one transaction, each change written down for undo."""

from datetime import datetime

from django.db import connection

from muster.transfer.engine import (
    contact_rows,
    customs,
    duplicates,
    held,
    identifiers,
    indexes,
    record,
    theirs,
    unit_rows,
    writing,
)
from muster.transfer.engine.columns import NAMING
from muster.transfer.engine.contact_kinds import CONTACTS
from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import (
    INQUIRIES,
    PART_OF,
    PEOPLE_OPEN,
    REPEATS,
    SPELLS,
    SUSPECTED,
    TAKEN_UP,
    UNITS,
    SpellKind,
)
from muster.transfer.engine.unit_kinds import UNIT_ROWS
from muster.transfer.engine.writing import TABLES, Numbers

# Kind → other tables that get a row for a row of it.
_BESIDE = {**{kind: (table,) for kind, (table, *_) in identifiers.TABLES.items()}, "cases": (contact_rows.STAGES,)}


def reserve(stage: Stage) -> Numbers:
    """Keep as many ids free as there are staged rows, wherever a row may become new."""
    rooms: dict[str, int] = {}
    for kind, table in TABLES.items():
        if stage.rows("SELECT 1 FROM {s}{kind}_x WHERE fate IN ('C', 'U') LIMIT 1", kind=kind):
            most = int(stage.value("SELECT max(n) FROM {s}{kind}", kind=kind))
            for name in (table, *_BESIDE.get(kind, ())):
                rooms[name] = rooms.get(name, 0) + most
    bases = {table: stage.dialect.reserve(table, most) for table, most in rooms.items()}
    inquiries = TABLES["inquiries"]
    staying = stage.dialect.reserve(inquiries, rooms[inquiries]) if inquiries in rooms else None
    return Numbers(bases, rooms, staying)


def seal(stage: Stage, numbers: Numbers) -> None:
    """Seal what is private of people under the ids they will have; anew after each matching."""
    if "people_person" in numbers.bases:
        held.seal(stage, numbers.ref("x.id", "people_person"))
    contact_rows.seal(stage, numbers)


def new_inquiries(numbers: Numbers) -> range:
    """Return the ids among which the new inquiries have theirs."""
    base = numbers.bases.get("contacts_inquiry", 0)
    return range(base + 1, base + 1 + numbers.counts.get("contacts_inquiry", 0))


def changed_inquiries(stage: Stage) -> list[int]:
    """Return the ids of the stored inquiries that will be changed."""
    return [pk for (pk,) in stage.rows("SELECT id FROM {s}inquiries_x WHERE fate = 'U' ORDER BY id")]


def publish(stage: Stage, context: Context, numbers: Numbers, now: datetime) -> None:
    """Write everything that is to be created or updated; call inside a transaction."""
    with indexes.set_aside(stage, _new_rows(stage)):
        _publish(stage, context, numbers, now)


def _new_rows(stage: Stage) -> dict[str, int]:
    """Return table → how many rows come into it, as far as that is known before."""
    found = {
        table: int(stage.value("SELECT count(*) FROM {s}{kind}_x WHERE fate = 'C'", kind=kind))
        for kind, table in TABLES.items()
    }
    found |= {table: found[TABLES[kind]] for kind, (table, *_) in identifiers.TABLES.items()}
    return found | {"people_duplicatepair": stage.noted("possible_duplicates") or 0}


def _publish(stage: Stage, context: Context, numbers: Numbers, now: datetime) -> None:
    customs.publish(stage)
    _units(stage, numbers)
    _people(stage, numbers, connection.ops.adapt_datetimefield_value(now))
    _private(stage, numbers)
    references = (numbers.ref("d.a", "people_person"), numbers.ref("d.b", "people_person"))
    duplicates.publish(stage, references, connection.ops.adapt_datetimefield_value(now))
    for spell in SPELLS.values():
        _spells(stage, spell, numbers)
    contact_rows.publish(stage, context, numbers, now)
    theirs.leave_inquiries(stage, context, numbers.staying, connection.ops.adapt_datetimefield_value(now))
    _inquiries(stage, numbers, connection.ops.adapt_datetimefield_value(now))
    for rows in UNIT_ROWS.values():
        unit_rows.publish(stage, rows, numbers, connection.ops.adapt_datetimefield_value(now))
    for kind, (table, *_) in identifiers.TABLES.items():
        if table in numbers.bases:
            ref = numbers.ref("COALESCE(x.id, -t.n)", TABLES[kind])
            identifiers.publish(stage, context, kind, ref, numbers.bases[table], numbers.counts[table])


def _units(stage: Stage, numbers: Numbers) -> None:
    plain = [column for column in UNITS if column.target]
    parent = numbers.ref("NULLIF(x.parent_id, 0)", "units_unit")
    values = {column.target: writing.value(stage, column) for column in plain}
    writing.insert(
        stage, "units", numbers, {"ref": "t.ref", **values, "parent_id": parent, "kind_id": "x.kind_id", "version": "1"}
    )
    sets = {**writing.known(stage, plain), "parent_id": parent, "kind_id": "x.kind_id", "version": "m.version + 1"}
    writing.update(stage, "units", sets)


def _people(stage: Stage, numbers: Numbers, now: object) -> None:
    values = {column.target: writing.value(stage, column) for column in PEOPLE_OPEN}
    custom = stage.dialect.json("CASE WHEN t.custom = '' THEN '{}' ELSE t.custom END")
    keys = {"name_key": "t.name_key", "email_key": "t.email_key", "phone_e164": "t.phone_e164"}
    writing.insert(
        stage,
        "people",
        numbers,
        {"ref": "t.ref", **values, "custom": custom, **keys, "created_at": "%s", "version": "1"},
        [now],
    )
    sets = writing.known(stage, PEOPLE_OPEN)
    sets["name_key"] = (
        "CASE WHEN x.flag <> '' THEN x.flag WHEN t.given_name <> '' AND t.family_name <> '' THEN t.name_key ELSE m.name_key END"
    )
    sets["email_key"] = "CASE WHEN t.email <> '' THEN t.email_key ELSE m.email_key END"
    sets["phone_e164"] = "CASE WHEN t.phone <> '' THEN t.phone_e164 ELSE m.phone_e164 END"
    if stage.rows("SELECT 1 FROM {s}people WHERE custom <> '' LIMIT 1"):
        sets["custom"] = (
            f"CASE WHEN t.custom <> '' THEN {stage.dialect.merged_json('m.custom', 't.custom')} ELSE m.custom END"
        )
    sets["version"] = "m.version + 1"
    writing.update(stage, "people", sets)


def _private(stage: Stage, numbers: Numbers) -> None:
    table = "people_personprivate"
    if "people_person" not in numbers.bases:
        return
    insert = (
        "INSERT INTO people_personprivate (person_id, sealed, birth_mark) SELECT person_id, sealed, birth_mark"
        " FROM {s}sealed WHERE fate = %s ORDER BY n"
    )
    chosen = f"SELECT person_id AS id FROM {stage.s}sealed WHERE fate = "
    stage.run(insert, [held.NEW])
    record.created(stage, table, numbers.bases["people_person"], numbers.counts["people_person"])
    record.before(stage, table, f"{chosen}'{held.CHANGED}'")
    stage.run(
        "UPDATE people_personprivate AS m SET sealed = q.sealed, birth_mark = q.birth_mark FROM {s}sealed q"
        " WHERE q.fate = %s AND m.person_id = q.person_id",
        [held.CHANGED],
    )
    record.after(stage, table)
    record.will_create(stage, table, f"{chosen}'{held.FIRST}'")
    stage.run(insert, [held.FIRST])
    record.after(stage, table)


def _spells(stage: Stage, spell: SpellKind, numbers: Numbers) -> None:
    values = {"person_id": numbers.ref("x.person_id", "people_person")}
    if spell.has_unit:
        values["unit_id"] = numbers.ref("x.unit_id", "units_unit")
    values |= {column.target: writing.value(stage, column) for column in spell.columns if column.target}
    known = writing.known(stage, spell.changing)
    if "is_primary" in values:
        said = "CASE WHEN x.flag <> '' THEN x.flag WHEN t.is_primary <> '' THEN t.is_primary ELSE 'yes' END"
        values["is_primary"] = stage.dialect.flag(f"({said})")
        # One may take over from another: whoever ceases to be primary goes first.
        writing.update(
            stage, spell.kind, known, also=f"x.n IN (SELECT n FROM {stage.s}placements WHERE is_primary = 'no')"
        )
        writing.update(
            stage, spell.kind, known, also=f"x.n IN (SELECT n FROM {stage.s}placements WHERE is_primary <> 'no')"
        )
    else:
        writing.update(stage, spell.kind, known)
    writing.insert(stage, spell.kind, numbers, values)


def _inquiries(stage: Stage, numbers: Numbers, now: object) -> None:
    plain = [column for column in INQUIRIES if column.target and column.type not in NAMING]
    person = numbers.ref("x.person_id", "people_person")
    case = numbers.ref(f"x.{TAKEN_UP.found}", TABLES["cases"])
    values = {column.target: writing.value(stage, column) for column in plain}
    given = "x.unit_id IS NOT NULL"
    because = "CASE WHEN t.reason <> '' THEN t.reason ELSE 'Given by hand before it was brought in' END"
    sent = {
        "unit_id": numbers.ref("x.unit_id", "units_unit"),
        "routed_by": f"CASE WHEN {given} THEN 'hand' ELSE '' END",
        "routed_because": f"CASE WHEN {given} THEN {because} ELSE '' END",
        "routed_at": f"CASE WHEN {given} THEN %s END",
    }
    beside = {"person_id": person, "case_id": case, **sent, **_first_and_mark(stage, numbers)}
    writing.insert(stage, "inquiries", numbers, {"ref": "t.ref", **values, **beside}, [now])
    sets = writing.known(stage, plain)
    sets["person_id"] = f"CASE WHEN x.person_id IS NOT NULL THEN {person} ELSE m.person_id END"
    sets["case_id"] = f"CASE WHEN x.{TAKEN_UP.found} IS NOT NULL THEN {case} ELSE m.case_id END"
    writing.update(stage, "inquiries", sets)


def _first_and_mark(stage: Stage, numbers: Numbers) -> dict[str, str]:
    """Return what only a new inquiry takes over: with which it is one, which it repeats, and whether it is to be looked at."""
    marked = f"t.mark = '{SUSPECTED}'"
    firsts = {column.found: numbers.ref(f"x.{column.found}", TABLES["inquiries"]) for column in (PART_OF, REPEATS)}
    return {
        **firsts,
        "mark": f"CASE WHEN {marked} THEN '{SUSPECTED}' ELSE '' END",
        "marked_at": f"CASE WHEN {marked} THEN {stage.dialect.moment('t.received_at')} END",
        "suspected_because": f"CASE WHEN {marked} THEN 'It was marked so before it was brought in' ELSE '' END",
    }


def all_tables() -> list[str]:
    """Return the tables an import writes, in an order in which rows may be removed."""
    spells = [spell.table for spell in SPELLS.values()]
    # A case is there before what became of it.
    contacts = [contact.table for contact in reversed(list(CONTACTS.values()))]
    ids = [table for table, *_ in identifiers.TABLES.values()]
    return [
        *ids,
        *(rows.table for rows in UNIT_ROWS.values()),
        "contacts_inquiry",
        *contacts,
        *spells,
        "people_personprivate",
        "people_person",
        "units_unit",
    ]

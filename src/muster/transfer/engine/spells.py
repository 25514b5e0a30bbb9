"""Matching and rules of dated spells: standings, placements, roles and qualifications go the same way."""

from muster.transfer.engine import settle
from muster.transfer.engine.columns import Column
from muster.transfer.engine.compare import changed_when
from muster.transfer.engine.context import Context
from muster.transfer.engine.people import visible_clause
from muster.transfer.engine.problems import (
    ENDS_TOO_EARLY,
    EXPECTED_PERSON,
    EXPECTED_UNIT,
    NO_SUCH_PERSON,
    NO_SUCH_UNIT,
    PERSON_REJECTED,
    SINCE_WHEN,
    UNIT_REJECTED,
    add_where,
    reject,
    require_cells,
)
from muster.transfer.engine.stage import Stage, finish
from muster.transfer.engine.tables import FROM, SPELLS, TO, SpellKind, choices

_PERSON = Column("person", "", expected=EXPECTED_PERSON)
_UNIT = Column("unit", "", expected=EXPECTED_UNIT)

_RESOLVE = (
    "INSERT INTO {s}{kind}_x (n, person_id, unit_id, fate)"
    " SELECT t.n, px.id, {unit}, CASE WHEN px.fate = 'R' THEN 'P' ELSE 'C' END FROM {s}{kind} t"
    " {join} LEFT JOIN {s}people_x px ON px.n = {person_n} {join_unit}"
)
_BY_SOURCE = (
    "UPDATE {s}{kind}_x AS x SET person_id = e.person_id FROM {s}{kind} t"
    " JOIN people_personexternalid e ON e.value = t.person AND e.source = %s"
    " WHERE t.n = x.n AND x.person_id IS NULL AND t.person <> '' {visible}"
)
_BY_OWN_ID = (
    "UPDATE {s}{kind}_x AS x SET person_id = p.id FROM {s}{kind} t JOIN people_person p ON p.ref = t.person"
    " WHERE t.n = x.n AND (x.person_id IS NULL OR x.person_id < 0) AND substr(t.person, 1, 3) = 'MP-' {visible}"
)
_BY_MERGED_ID = (
    "UPDATE {s}{kind}_x AS x SET person_id = g.kept_id FROM {s}{kind} t JOIN people_merge g ON g.dropped_ref = t.person"
    " WHERE t.n = x.n AND x.person_id IS NULL {visible}"
)
_MATCH = (
    "UPDATE {s}{kind}_x AS x SET id = m.id, fate = CASE WHEN {changed} THEN 'U' ELSE 'S' END"
    " FROM {s}{kind} t, {table} m"
    " WHERE t.n = x.n AND x.fate = 'C' AND x.person_id > 0 AND m.person_id = x.person_id {same} AND {begins}"
)


def resolve_people(stage: Stage, context: Context, kind: str) -> None:
    """Find the person of every row of a kind: in the file, else among those that are stored."""
    by_row = bool(stage.rows("SELECT 1 FROM {s}{kind} WHERE person_n > 0 LIMIT 1", kind=kind))
    has_unit = kind in SPELLS and SPELLS[kind].has_unit
    stage.run(
        _RESOLVE,
        kind=kind,
        unit="u.unit_id" if has_unit else "NULL",
        join="" if by_row else f"LEFT JOIN {stage.s}person_key k ON k.person = t.person",
        person_n="t.person_n" if by_row else "k.n",
        join_unit=f"LEFT JOIN {stage.s}unit_key u ON u.unit = t.unit" if has_unit else "",
    )
    finish(stage, f"{kind}_x")
    if not by_row and stage.rows("SELECT 1 FROM people_person LIMIT 1"):
        visible = visible_clause(context, "e.person_id").format(s=stage.s)
        for source in context.sources:
            stage.run(_BY_SOURCE, [source], kind=kind, visible=visible)
        stage.run(_BY_OWN_ID, kind=kind, visible=visible_clause(context, "p.id").format(s=stage.s))
        stage.run(_BY_MERGED_ID, kind=kind, visible=visible_clause(context, "g.kept_id").format(s=stage.s))


def match_spells(stage: Stage, context: Context, kind: str) -> None:
    """
    Decide every row of one kind of spell.

    A spell is the same as a stored one that begins on the same day with the same person and key. An empty cell leaves
    what is stored as it is. Where the day was only guessed, an open spell of the same key is the same, whenever it began.
    """
    spell = SPELLS[kind]
    if not stage.count(kind):
        return
    resolve_people(stage, context, kind)
    reject(stage, kind)
    require_cells(stage, kind, spell.columns)
    _check_references(stage, context, spell)
    early = "t.to_on <> '' AND t.from_on <> '' AND t.to_on <= t.from_on"
    add_where(stage, kind, TO, ENDS_TOO_EARLY, f"t.guessed_from = 0 AND {early}", expected="a later day than the first")
    add_where(stage, kind, FROM, SINCE_WHEN, f"t.guessed_from = 1 AND {early}")
    if kind == "standings":
        standings = choices("people_standing", "standing")
        known = ", ".join(["%s"] * len(standings))
        add_where(
            stage, kind, spell.key[0], "There is no such standing.", f"t.standing NOT IN ('', {known})", standings
        )
    reject(stage, kind)
    _match_stored(stage, spell, context.today.isoformat())
    settle.settle(stage, spell)
    reject(stage, kind)


def _check_references(stage: Stage, context: Context, spell: SpellKind) -> None:
    kind = spell.kind
    add_where(stage, kind, _PERSON, PERSON_REJECTED, "x.fate = 'P'")
    stage.run("UPDATE {s}{kind}_x SET fate = 'R' WHERE fate = 'P'", kind=kind)
    add_where(stage, kind, _PERSON, NO_SUCH_PERSON, "x.person_id IS NULL AND t.person <> ''")
    if spell.has_unit:
        add_where(stage, kind, _UNIT, UNIT_REJECTED, "x.unit_id = 0")
        add_where(stage, kind, _UNIT, NO_SUCH_UNIT, "x.unit_id IS NULL AND t.unit <> ''")


def _match_stored(stage: Stage, spell: SpellKind, today: str) -> None:
    if not stage.rows("SELECT 1 FROM {table} LIMIT 1", table=spell.table):
        return
    date = stage.dialect.date
    keys = [f"m.{column.target} = t.{column.staged}" for column in spell.key]
    keys += ["m.unit_id = x.unit_id"] if spell.has_unit else []
    same = "".join(f" AND {key}" for key in keys)
    changed = " OR ".join(changed_when(column, "t", "m") for column in spell.changing)
    stage.run(
        _MATCH,
        kind=spell.kind,
        table=spell.table,
        changed=changed,
        same=same,
        begins=f"m.from_on = {date('t.from_on')}",
    )
    stage.run(
        _MATCH,
        (today, today),
        kind=spell.kind,
        table=spell.table,
        changed="false",
        same=same,
        begins="t.guessed_from = 1 AND m.from_on <= %s AND (m.to_on IS NULL OR m.to_on > %s)",
    )

"""Matching and rules of inquiries and goals."""

from muster.transfer.engine import naming
from muster.transfer.engine.columns import Column
from muster.transfer.engine.compare import changed_when
from muster.transfer.engine.contact_kinds import FOLLOWING
from muster.transfer.engine.context import Context
from muster.transfer.engine.people import visible_clause
from muster.transfer.engine.problems import (
    EXPECTED_PERSON,
    EXPECTED_UNIT,
    NO_SUCH_PERSON,
    NO_SUCH_UNIT,
    PERSON_REJECTED,
    UNIT_REJECTED,
    add_where,
    reject,
    require_cells,
)
from muster.transfer.engine.spells import resolve_people
from muster.transfer.engine.stage import Stage, finish
from muster.transfer.engine.tables import COLUMNS, GOALS, INQUIRIES, choices

_UNIT = Column("unit", "", expected=EXPECTED_UNIT)
_TWICE = (
    "UPDATE {s}{kind}_x AS x SET fate = 'M' FROM {s}{kind} t, {s}{kind} f WHERE t.n = x.n AND x.fate = 'C' AND {key}"
    " AND f.n < t.n AND f.n IN (SELECT n FROM {s}{kind}_x WHERE fate = 'C') AND {same}"
)
_MATCH_INQUIRY = (
    "UPDATE {s}inquiries_x AS x SET id = i.id FROM {s}inquiries t JOIN contacts_inquiryexternalid e"
    " ON e.value = t.inquiry AND e.source = %s JOIN contacts_inquiry i ON i.id = e.inquiry_id"
    " WHERE t.n = x.n AND x.id IS NULL AND x.fate = 'C' AND t.inquiry <> '' {visible}"
)
_MATCH_OWN_INQUIRY = (
    "UPDATE {s}inquiries_x AS x SET id = i.id FROM {s}inquiries t JOIN contacts_inquiry i ON i.ref = t.inquiry"
    " WHERE t.n = x.n AND x.fate = 'C' AND t.inquiry <> '' {visible}"
)
_SAYS_THE_SAME = (
    "UPDATE {s}inquiries_x AS x SET id = i.id FROM {s}inquiries t JOIN contacts_inquiry i ON i.received_at = {moment}"
    " AND i.name = t.name AND i.email = t.email AND i.phone = t.phone AND i.message = t.message"
    " WHERE t.n = x.n AND x.fate = 'C' AND t.inquiry = '' {visible}"
)
_INQUIRY_FATE = (
    "UPDATE {s}inquiries_x AS x SET fate = CASE WHEN {changed} THEN 'U' ELSE 'S' END"
    " FROM {s}inquiries t, contacts_inquiry i WHERE t.n = x.n AND x.fate = 'C' AND x.id > 0 AND i.id = x.id"
)
# A unit without a rule was somebody's choice.
_BY_HAND = "t.unit <> '' AND t.routed_by IN ('', 'hand')"
_GIVEN_TO = (
    "UPDATE {s}inquiries_x AS x SET unit_id = u.unit_id FROM {s}inquiries t JOIN {s}unit_key u ON u.unit = t.unit"
    " WHERE t.n = x.n AND {by_hand}"
)
_MATCH_GOAL = (
    "UPDATE {s}goals_x AS x SET id = g.id, fate = CASE WHEN {changed} THEN 'U' ELSE 'S' END"
    " FROM {s}goals t, planning_goal g WHERE t.n = x.n AND x.fate = 'C' AND g.unit_id = x.unit_id"
    " AND g.measure = t.measure AND g.start_on = {start} AND g.due_on = {due}"
)


def match_inquiries(stage: Stage, context: Context) -> None:
    """
    Decide every inquiry: by id; one without an id is the same as one that says the same at the same moment.

    Those of people the actor may not see, and that were sent to no unit of theirs, are not looked at. A new one that was
    given to a unit by hand belongs there; one that is here already stays where it is.
    """
    if not stage.count("inquiries"):
        return
    person = Column("person", "", expected=EXPECTED_PERSON)
    resolve_people(stage, context, "inquiries")
    add_where(stage, "inquiries", person, PERSON_REJECTED, "x.fate = 'P'")
    stage.run("UPDATE {s}inquiries_x SET fate = 'R' WHERE fate = 'P'")
    reject(stage, "inquiries")
    require_cells(stage, "inquiries", INQUIRIES)
    add_where(stage, "inquiries", person, NO_SUCH_PERSON, "x.person_id IS NULL AND t.person <> ''")
    if context.scope is not None:
        # An inquiry without a person belongs to the whole organisation.
        add_where(stage, "inquiries", person, NO_SUCH_PERSON, "x.person_id IS NULL")
    stage.run(_GIVEN_TO, by_hand=_BY_HAND)
    add_where(stage, "inquiries", _UNIT, UNIT_REJECTED, f"x.unit_id = 0 AND {_BY_HAND}")
    add_where(stage, "inquiries", _UNIT, NO_SUCH_UNIT, f"x.unit_id IS NULL AND {_BY_HAND}")
    reject(stage, "inquiries")
    if not context.lacks.intersection(FOLLOWING):
        # Whether somebody is followed up is told to nobody else.
        naming.find_case(stage, "inquiries", INQUIRIES[-1], rejects=False)
    stage.index("inquiries", "inquiry")
    stage.run(_TWICE, kind="inquiries", key="f.inquiry = t.inquiry AND t.inquiry <> ''", same=_same("inquiries"))
    _reject_twice(stage, "inquiries", INQUIRIES[0], "f.inquiry = t.inquiry AND t.inquiry <> ''")
    visible = _visible(stage, context)
    for source in context.sources:
        stage.run(_MATCH_INQUIRY, [source], visible=visible)
    stage.run(_MATCH_OWN_INQUIRY, visible=visible)
    stage.run(_SAYS_THE_SAME, moment=stage.dialect.moment("t.received_at"), visible=visible)
    columns = [changed_when(column, "t", "i") for column in INQUIRIES if column.target]
    changed = " OR ".join([*columns, "(x.person_id IS NOT NULL AND x.person_id <> COALESCE(i.person_id, 0))"])
    stage.run(_INQUIRY_FATE, changed=changed)


def _visible(stage: Stage, context: Context) -> str:
    if context.scope is None:
        return ""
    of_person = visible_clause(context, "i.person_id").format(s=stage.s).removeprefix("AND ")
    units = ", ".join(map(str, sorted(context.scope))) or "NULL"
    return f"AND ({of_person} OR i.unit_id IN ({units}))"


def match_goals(stage: Stage, context: Context) -> None:
    """Decide every goal: the same when unit, measure and both days are."""
    if not stage.count("goals"):
        return
    stage.run(
        "INSERT INTO {s}goals_x (n, unit_id, fate) SELECT t.n, u.unit_id, 'C' FROM {s}goals t"
        " LEFT JOIN {s}unit_key u ON u.unit = t.unit"
    )
    finish(stage, "goals_x")
    reject(stage, "goals")
    require_cells(stage, "goals", GOALS)
    add_where(stage, "goals", _UNIT, UNIT_REJECTED, "x.unit_id = 0")
    add_where(stage, "goals", _UNIT, NO_SUCH_UNIT, "x.unit_id IS NULL AND t.unit <> ''")
    measures = choices("planning_goal", "measure")
    known = ", ".join(["%s"] * len(measures))
    add_where(stage, "goals", GOALS[1], "Nothing of this name is counted.", f"t.measure NOT IN ('', {known})", measures)
    add_where(
        stage,
        "goals",
        GOALS[3],
        "It is due before it starts.",
        "t.due_on <> '' AND t.start_on <> '' AND t.due_on <= t.start_on",
    )
    reject(stage, "goals")
    key = "f.unit = t.unit AND f.measure = t.measure AND f.start_on = t.start_on AND f.due_on = t.due_on"
    stage.index("goals", "unit", "measure", "start_on", "due_on")
    stage.run(_TWICE, kind="goals", key=key, same=_same("goals"))
    _reject_twice(stage, "goals", GOALS[0], key)
    stage.run(
        _MATCH_GOAL,
        changed=" OR ".join(changed_when(column, "t", "g") for column in GOALS[-2:]),
        start=stage.dialect.date("t.start_on"),
        due=stage.dialect.date("t.due_on"),
    )


def _same(kind: str) -> str:
    return " AND ".join(f"t.{column.staged} = f.{column.staged}" for column in COLUMNS[kind])


def _reject_twice(stage: Stage, kind: str, column: Column, key: str) -> None:
    earlier = (
        f"EXISTS (SELECT 1 FROM {stage.s}{kind} f JOIN {stage.s}{kind}_x fx ON fx.n = f.n"
        f" WHERE f.n < t.n AND fx.fate = 'C' AND {key})"
    )
    add_where(
        stage, kind, column, "This already stands in an earlier row, and differently.", f"x.fate = 'C' AND {earlier}"
    )
    reject(stage, kind)

"""Matching and rules of inquiries."""

from muster.transfer.engine import firsts, naming
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
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import INQUIRIES, MARK, SUSPECTED, TAKEN_UP
from muster.transfer.engine.twice import take_once

_UNIT = Column("unit", "", expected=EXPECTED_UNIT)
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


def match_inquiries(stage: Stage, context: Context) -> None:
    """
    Decide every inquiry: by id; one without an id is the same as one that says the same at the same moment.

    Those of people the actor may not see, and that were sent to no unit of theirs, are not looked at. A new one that was
    given to a unit by hand belongs there; one that is here already stays where it is, with the mark that it has here.
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
        naming.find_case(stage, "inquiries", TAKEN_UP, rejects=False)
    take_once(stage, "inquiries", INQUIRIES[0], ["t.inquiry"], INQUIRIES[1:], among="t.inquiry <> ''")
    visible = _visible(stage, context)
    for source in context.sources:
        stage.run(_MATCH_INQUIRY, [source], visible=visible)
    stage.run(_MATCH_OWN_INQUIRY, visible=visible)
    stage.run(_SAYS_THE_SAME, moment=stage.dialect.moment("t.received_at"), visible=visible)
    columns = [changed_when(column, "t", "i") for column in INQUIRIES if column.target]
    changed = " OR ".join([*columns, "(x.person_id IS NOT NULL AND x.person_id <> COALESCE(i.person_id, 0))"])
    stage.run(_INQUIRY_FATE, changed=changed)
    unknown = "x.fate = 'C' AND t.mark NOT IN ('', %s)"
    add_where(stage, "inquiries", MARK, "This word is not known here.", unknown, [SUSPECTED], rejects=False)
    firsts.find(stage, context, visible)


def _visible(stage: Stage, context: Context) -> str:
    if context.scope is None:
        return ""
    of_person = visible_clause(context, "i.person_id").format(s=stage.s).removeprefix("AND ")
    units = ", ".join(map(str, sorted(context.scope))) or "NULL"
    return f"AND ({of_person} OR i.unit_id IN ({units}))"

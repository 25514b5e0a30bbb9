"""The whole matching of one import, in order; it may be run again whenever the database has changed underneath."""

from collections.abc import Callable

from muster.transfer.engine import unit_rows
from muster.transfer.engine.changes import compare_people
from muster.transfer.engine.columns import Column
from muster.transfer.engine.contacts import match_contacts
from muster.transfer.engine.context import Context
from muster.transfer.engine.duplicates import find_duplicates
from muster.transfer.engine.names import restore_put_together
from muster.transfer.engine.others import match_inquiries
from muster.transfer.engine.people import match_people
from muster.transfer.engine.problems import NO_SUCH_UNIT, add_where, reject
from muster.transfer.engine.spells import match_spells
from muster.transfer.engine.stage import Stage, make_match_tables
from muster.transfer.engine.tables import SPELLS
from muster.transfer.engine.unit_kinds import UNIT_ROWS
from muster.transfer.engine.units import UnitMatcher

_VISIBLE = (
    "INSERT INTO {s}visible SELECT DISTINCT person_id FROM people_placement"
    " WHERE unit_id IN (SELECT unit_id FROM {s}scope) AND from_on <= %s AND (to_on IS NULL OR to_on > %s)"
)
_PLACED_HERE = (
    "NOT EXISTS (SELECT 1 FROM {s}placements q JOIN {s}unit_key u ON u.unit = q.unit AND u.unit_id <> 0"
    " WHERE {same} AND q.from_on <= %s AND (q.to_on = '' OR q.to_on > %s)) AND x.id < 0"
)


def match(stage: Stage, context: Context, step: Callable[[str], None]) -> None:
    """
    Decide what becomes of every staged row.

    :param step: called with a few words before each part of the work; may raise to stop it
    """
    step("Looking at units")
    make_match_tables(stage)
    restore_put_together(stage)
    _fill_scope(stage, context)
    UnitMatcher(stage, context).match()
    step("Looking for people who are here already")
    match_people(stage, context)
    if context.scope is not None:
        _reject_people_elsewhere(stage, context)
    step("Comparing people")
    compare_people(stage, context)
    step("Looking for possible duplicates")
    find_duplicates(stage, context)
    for kind in SPELLS:
        step(f"Comparing {kind}")
        match_spells(stage, context, kind)
    step("Comparing what was done for contacts")
    match_contacts(stage, context)
    step("Comparing inquiries")
    match_inquiries(stage, context)
    step("Comparing what was done in units")
    for rows in UNIT_ROWS.values():
        unit_rows.match(stage, context, rows)


def _fill_scope(stage: Stage, context: Context) -> None:
    if context.scope is None:
        return
    stage.load("scope", ("unit_id",), (sorted(context.scope),))
    today = context.today.isoformat()
    stage.run(_VISIBLE, (today, today))


def _reject_people_elsewhere(stage: Stage, context: Context) -> None:
    """Whoever imports into a part of the organisation may add only people who are placed there now."""
    today = context.today.isoformat()
    by_row = stage.rows("SELECT 1 FROM {s}placements WHERE person_n > 0 LIMIT 1")
    same = "q.person_n = t.n" if by_row else "q.person = t.person AND t.person <> ''"
    stage.index("placements", "person_n" if by_row else "person")
    where = _PLACED_HERE.format(s=stage.s, same=same)
    add_where(
        stage, "people", Column("person", ""), NO_SUCH_UNIT, where, (today, today), expected="a placement in your unit"
    )
    reject(stage, "people")

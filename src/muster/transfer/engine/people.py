"""Matching of people as joins: own id, source and id, then names; what is not plain goes to `names`."""

from muster.transfer.engine import held, names
from muster.transfer.engine.columns import Column
from muster.transfer.engine.context import Context
from muster.transfer.engine.problems import add_where, reject
from muster.transfer.engine.stage import CREATE, Stage, finish
from muster.transfer.engine.tables import PEOPLE, PEOPLE_PRIVATE

BIRTH, PHONE, EMAIL = 1, 2, 3

# Two birth dates tell people apart when both are known and the shorter is not the beginning of the longer.
APART_BY_BIRTH = "({a} <> '' AND {b} <> '' AND substr({a}, 1, length({b})) <> substr({b}, 1, length({a})))"
_PERSON = PEOPLE[0]

_SAME_ROW = " AND ".join(f"t.{column.staged} = f.{column.staged}" for column in PEOPLE)
_TWICE = "JOIN {s}person_key k ON k.person = t.person AND k.n <> t.n JOIN {s}people f ON f.n = k.n"

MATCH_OWN_ID = (
    "UPDATE {s}people_x AS x SET id = p.id FROM {s}people t JOIN people_person p ON p.ref = t.person"
    " WHERE t.n = x.n AND substr(t.person, 1, 3) = 'MP-' AND x.fate = 'C' {visible}"
)
# Whoever still says the number of a record that was merged away means the one that was kept.
MATCH_MERGED_ID = (
    "UPDATE {s}people_x AS x SET id = p.id"
    " FROM {s}people t JOIN people_merge g ON g.dropped_ref = t.person JOIN people_person p ON p.id = g.kept_id"
    " WHERE t.n = x.n AND x.id < 0 AND x.fate = 'C' {visible}"
)
MATCH_SOURCE_ID = (
    "UPDATE {s}people_x AS x SET id = p.id"
    " FROM {s}people t JOIN people_personexternalid e ON e.value = t.person AND e.source = %s"
    " JOIN people_person p ON p.id = e.person_id"
    " WHERE t.n = x.n AND t.person <> '' AND x.id < 0 AND x.fate = 'C' {visible}"
)
_ONE_NAME = (
    "INSERT INTO {s}candidates (n, target, level) SELECT x.n, p.id, {level}"
    " FROM {s}people_x x JOIN {s}people t ON t.n = x.n JOIN people_person p ON {join}"
    " WHERE x.id < 0 AND x.fate = 'C' AND t.{column} <> '' {visible} AND NOT (t.person <> '' AND EXISTS ("
    "SELECT 1 FROM people_personexternalid e WHERE e.person_id = p.id AND e.source IN ({marks})))"
)
_BORN_OTHERWISE = (
    "DELETE FROM {s}candidates AS c WHERE EXISTS (SELECT 1 FROM {s}people t JOIN {s}held h ON h.n = c.target"
    " WHERE t.n = c.n AND " + APART_BY_BIRTH.format(a="h.birth_date", b="t.birth_date") + ")"
)
_MAY_BE = "SELECT id FROM {s}people_x WHERE id > 0 UNION SELECT target FROM {s}candidates"
_BORN_THEN = (
    "p.name_key = t.name_key JOIN people_personprivate v ON v.person_id = p.id"
    " JOIN {s}born b ON b.n = t.n AND b.mark = v.birth_mark"
)
_LEVELS = (
    # (level, column of the staged row, join, what shows the fact)
    (BIRTH, "name_key", _BORN_THEN, "people.private"),
    (
        PHONE,
        "phone_e164",
        "p.phone_e164 = t.phone_e164 AND p.phone_e164 <> '' AND p.name_key = t.name_key",
        "people.contact",
    ),
    (
        EMAIL,
        "email_key",
        "p.email_key = t.email_key AND p.email_key <> '' AND p.name_key = t.name_key",
        "people.contact",
    ),
)
# Right → what an import says nothing of, of people who are here already, where whoever imports lacks it; and how it is told.
_SHOWN = {
    "people.contact": (
        ("email", "phone", "email_key", "phone_e164", "email_opt_in", "phone_opt_in"),
        "How people who are here already are reached stays as it is: your role does not show it.",
    ),
    "people.private": (
        tuple(column.staged for column in PEOPLE_PRIVATE),
        "Birth date, address, ethnicity and notes of people who are here already stay as they are: your role does not show them.",
    ),
    "people.edit": (
        ("custom",),
        "The organisation's own fields of people who are here already stay as they are: your role does not show them.",
    ),
}


def match_people(stage: Stage, context: Context) -> None:
    """Give every staged person the id of who it is, or of its own row where nobody is found."""
    stage.run("INSERT INTO {s}people_x (n, id, fate) SELECT n, -n, 'C' FROM {s}people")
    finish(stage, "people_x")
    reject(stage, "people")
    stage.run("INSERT INTO {s}person_key SELECT person, min(n) FROM {s}people WHERE person <> '' GROUP BY person")
    stage.index("person_key", "person", unique=True)
    _find_twice(stage)
    add_where(
        stage,
        "people",
        Column("given_name", ""),
        "This row says nothing of who it is.",
        "t.name_key = '' AND t.preferred_name = '' AND t.email = '' AND t.phone = '' AND t.person = ''",
        expected="a name, an e-mail address or a phone number",
    )
    reject(stage, "people")
    if stage.rows("SELECT 1 FROM people_person LIMIT 1"):
        _match_stored(stage, context)
    names.match_within_file(stage, context)
    _follow(stage)
    _leave_out_hidden(stage, context)


def visible_clause(context: Context, column: str) -> str:
    """Return the condition that keeps people the actor may not see out of every matching."""
    return f"AND {column} IN (SELECT person_id FROM {{s}}visible)" if context.scope is not None else ""


def _find_twice(stage: Stage) -> None:
    with_id = stage.count("people", "person <> ''")
    if with_id == stage.count("person_key"):
        return
    stage.run(
        "UPDATE {s}people_x AS x SET fate = 'M', id = -k.n FROM {s}people t "
        + _TWICE
        + " WHERE x.n = t.n AND "
        + _SAME_ROW
    )
    stage.run(
        "INSERT INTO {s}problems (kind, n, row_number, col, value, message, expected, rejects, phase)"
        " SELECT 'people', t.n, t.row_number, 'person', t.person,"
        " 'This person already stands in row ' || f.row_number || ', and differently.', 'an id of its own for each',"
        " 1, 'match'"
        " FROM {s}people t " + _TWICE + " WHERE NOT (" + _SAME_ROW + ")"
    )


def _match_stored(stage: Stage, context: Context) -> None:
    visible = visible_clause(context, "p.id").format(s=stage.s)
    stage.run(MATCH_OWN_ID, visible=visible)
    stage.run(MATCH_MERGED_ID, visible=visible)
    for source in context.sources:
        stage.run(MATCH_SOURCE_ID, [source], visible=visible)
    private = "people.private" not in context.hides and held.says_something_private(stage)
    if stage.rows("SELECT 1 FROM {s}people_x WHERE id < 0 AND fate = %s LIMIT 1", [CREATE]):
        if private:
            held.mark_births(stage)
        for level, column, join, right in _LEVELS:
            if right in context.hides:
                continue
            stage.run(
                _ONE_NAME,
                context.sources,
                level=level,
                column=column,
                join=join.format(s=stage.s),
                visible=visible,
                marks=context.marks,
            )
    if private:
        held.open_up(stage, _MAY_BE)
        stage.run(_BORN_OTHERWISE)


def _leave_out_hidden(stage: Stage, context: Context) -> None:
    """
    Empty what the file says of stored people in fields that whoever imports may not see.

    Whether it is what stands there already would tell it to who guesses.
    """
    warnings = []
    for right in sorted(context.hides):
        columns, told = _SHOWN[right]
        stored = (
            "n IN (SELECT n FROM {s}people_x WHERE id > 0) AND (" + " OR ".join(f"{c} <> ''" for c in columns) + ")"
        )
        if stage.rows("SELECT 1 FROM {s}people WHERE " + stored + " LIMIT 1"):
            stage.run("UPDATE {s}people SET " + ", ".join(f"{column} = ''" for column in columns) + " WHERE " + stored)
            warnings.append(told)
    # Kept where they are worked out anew: what was emptied is said once.
    stage.note("hidden", [*warnings, *(line for line in stage.noted("hidden") or [] if line not in warnings)])


def _follow(stage: Stage) -> None:
    """Let rows that repeat an earlier one share its fate and its person."""
    stage.run(
        "UPDATE {s}people_x AS x SET id = r.id, fate = CASE r.fate WHEN 'R' THEN 'R' ELSE x.fate END"
        " FROM {s}people_x r WHERE x.fate = 'M' AND x.id < 0 AND r.n = -x.id AND r.n <> x.n"
    )

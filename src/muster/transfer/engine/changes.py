"""What an import would change in people who are there already."""

from muster.core.sheets.values.names import name_key
from muster.transfer.engine.compare import changed_when
from muster.transfer.engine.context import Context
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import PEOPLE, PEOPLE_OPEN, PEOPLE_PRIVATE

_PAIRED = (
    " FROM {s}people_x x JOIN {s}people t ON t.n = x.n JOIN people_person p ON p.id = x.id"
    " LEFT JOIN {s}held v ON v.n = p.id"
)
_FATES = (
    "UPDATE {s}people_x AS x SET fate = CASE WHEN {changed} THEN 'U' ELSE 'S' END"
    " FROM {s}people t, people_person p LEFT JOIN {s}held v ON v.n = p.id"
    " WHERE t.n = x.n AND x.fate = 'C' AND x.id > 0 AND p.id = x.id"
)
NEW_ID = (
    "(t.person <> '' AND t.person <> p.ref AND NOT EXISTS (SELECT 1 FROM people_personexternalid e"
    " WHERE e.person_id = p.id AND e.value = t.person AND e.source IN ({sources}))"
    " AND NOT EXISTS (SELECT 1 FROM people_merge g WHERE g.kept_id = p.id AND g.dropped_ref = t.person))"
)


def _conditions(stage: Stage, context: Context) -> dict[str, str]:
    quoted = ", ".join("'" + source.replace("'", "''").replace("%", "%%") + "'" for source in context.sources)
    found = {"person": NEW_ID.format(sources=quoted)}
    for column in PEOPLE[1:]:
        found[column.name] = changed_when(column, "t", "p" if column in PEOPLE_OPEN else "v")
    if stage.rows("SELECT 1 FROM {s}people WHERE custom <> '' LIMIT 1"):
        found["custom"] = stage.dialect.json_differs("p.custom", "t.custom")
    return found


def compare_people(stage: Stage, context: Context) -> None:
    """Tell the matched people whom the file changes from those it leaves as they are."""
    if not stage.rows("SELECT 1 FROM {s}people_x WHERE id > 0 LIMIT 1"):
        return
    stage.run(_FATES, changed=" OR ".join(_conditions(stage, context).values()))
    _complete_name_keys(stage)


def _complete_name_keys(stage: Stage) -> None:
    """Where the file knows one half of a changed name, make its key from both halves."""
    halves = stage.rows(
        "SELECT x.n, CASE WHEN t.given_name <> '' THEN t.given_name ELSE p.given_name END,"
        " CASE WHEN t.family_name <> '' THEN t.family_name ELSE p.family_name END" + _PAIRED + " WHERE x.fate = 'U'"
        " AND (t.given_name = '') <> (t.family_name = '')"
    )
    for n, given, family in halves:
        stage.run("UPDATE {s}people_x SET flag = %s WHERE n = %s", [name_key(given, family), n])


def changed_fields(stage: Stage, context: Context, *, examples: int = 3) -> list[dict[str, object]]:
    """
    Return the fields that would change, most often changed first, each with how often and a few examples.

    Examples name the row; of the private part they show no value.
    """
    if not stage.rows("SELECT 1 FROM {s}people_x WHERE fate = 'U' LIMIT 1"):
        return []
    conditions = _conditions(stage, context)
    sums = ", ".join(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for condition in conditions.values())
    counts = stage.rows("SELECT " + sums.replace("{", "{{").replace("}", "}}") + _PAIRED + " WHERE x.fate = 'U'")[0]
    open_names = {column.name: column.target for column in PEOPLE_OPEN}
    private = {column.name for column in PEOPLE_PRIVATE}
    found = []
    for (name, condition), count in zip(conditions.items(), counts, strict=True):
        if not count:
            continue
        old = f"CAST(p.{open_names[name]} AS text)" if name in open_names else "''"
        new = "''" if name in private or name == "custom" else f"t.{name}"
        shown = stage.rows(
            "SELECT t.row_number, COALESCE({old}, ''), {new}"
            + _PAIRED
            + " WHERE x.fate = 'U' AND {condition} ORDER BY t.n LIMIT %s",
            [examples],
            old=old,
            new=new,
            condition=condition,
        )
        found.append({"field": name, "count": count, "examples": [{"row": r, "old": o, "new": n} for r, o, n in shown]})
    return sorted(found, key=lambda change: (-int(str(change["count"])), str(change["field"])))

"""The same figures as `benchmarks.figures`, by set-based SQL on PostgreSQL: what a report by query costs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

_HELD = "from_on <= %(on)s AND (to_on IS NULL OR to_on > %(on)s)"
_HOMES = f"SELECT person_id, unit_id FROM people_placement WHERE is_primary AND {_HELD}"
# No two spells of one person's standing share a day.
_MEMBERS = f"SELECT person_id FROM people_standing WHERE standing = 'member' AND {_HELD}"
_OPEN = "(opened_on IS NULL OR opened_on <= %(on)s) AND (closed_on IS NULL OR closed_on > %(on)s)"
_RUNNING = """
WITH flows AS (
 SELECT from_on AS day, 1 AS change FROM people_standing WHERE standing = 'member' AND from_on <= %(on)s
 UNION ALL SELECT to_on, -1 FROM people_standing WHERE standing = 'member' AND to_on <= %(on)s
), daily AS (SELECT day, sum(change) AS change FROM flows GROUP BY day)
SELECT day, CAST(sum(change) OVER (ORDER BY day) AS bigint) FROM daily ORDER BY day
"""
_MONTHLY = """
SELECT to_char({column}, 'YYYY-MM'), count(*) FROM {table} WHERE {where} AND {column} <= %(on)s GROUP BY 1 ORDER BY 1
"""
_CITIES = f"""
WITH homes AS ({_HOMES})
SELECT CASE WHEN p.city <> '' THEN p.city ELSE u.city END, CASE WHEN p.city <> '' THEN p.region ELSE u.region END, count(*)
FROM ({_MEMBERS}) m JOIN people_person p ON p.id = m.person_id
LEFT JOIN homes h ON h.person_id = m.person_id LEFT JOIN units_unit u ON u.id = h.unit_id
WHERE p.city <> '' OR u.city <> '' GROUP BY 1, 2
"""
_BRANCHES = f"""
SELECT e.value, count(m.person_id) FROM units_unit u JOIN units_unitkind k ON k.id = u.kind_id AND k.code = 'branch'
JOIN units_unitexternalid e ON e.unit_id = u.id
LEFT JOIN ({_HOMES}) h ON h.unit_id = u.id
LEFT JOIN ({_MEMBERS}) m ON m.person_id = h.person_id
WHERE {_OPEN} GROUP BY 1
"""
_INSIDE = f"""
WITH inside AS (
 SELECT h.person_id, bool_or(k.code = 'branch') AS in_branch, bool_or(k.code = 'group') AS in_group
 FROM people_placement h JOIN units_unit u ON u.id = h.unit_id JOIN units_unitkind k ON k.id = u.kind_id
 WHERE {_HELD} AND {_OPEN} GROUP BY 1
)
SELECT count(*), count(*) FILTER (WHERE in_branch), count(*) FILTER (WHERE in_group AND NOT in_branch)
FROM ({_MEMBERS}) m LEFT JOIN inside USING (person_id)
"""
_ORGANISERS = f"""
SELECT count(DISTINCT person_id) FROM people_qualification
WHERE qualification = 'organiser' AND {_HELD} AND person_id IN ({_MEMBERS})
"""


def figures(cursor: Any, on: date) -> dict[str, Any]:
    """Return what `benchmarks.figures.figures` returns; eight queries."""

    def rows(query: str) -> Sequence[tuple[Any, ...]]:
        cursor.execute(query, {"on": on})
        return list(cursor.fetchall())

    total, in_branches, in_groups = rows(_INSIDE)[0]
    cities = sorted((count for _, _, count in rows(_CITIES)), reverse=True)
    branches = dict(rows(_BRANCHES))
    member = "standing = 'member'"
    return {
        "members": {
            "total": total,
            "by_month": _by_month(rows(_RUNNING), on),
            "joined_by_month": dict(rows(_MONTHLY.format(column="from_on", table="people_standing", where=member))),
            "left_by_month": dict(rows(_MONTHLY.format(column="to_on", table="people_standing", where=member))),
            "milestones": _milestones(rows(_RUNNING)),
        },
        "places": {"cities_with_members": len(cities), "strongholds": _half(cities, total)},
        "units": {
            "branches_open": len(branches),
            "branch_sizes": branches,
            "members_in_branches": in_branches,
            "members_in_groups": in_groups,
        },
        "inquiries": {"by_month": dict(rows(_inquiries()))},
        "organisers": {"total": rows(_ORGANISERS)[0][0]},
    }


def _inquiries() -> str:
    column = "(received_at AT TIME ZONE 'UTC')::date"
    return _MONTHLY.format(column=column, table="contacts_inquiry", where="true")


def _by_month(running: Sequence[tuple[date, int]], on: date) -> dict[str, int]:
    """Return the last count of each month; a month without any change has that of the month before."""
    last = {f"{day:%Y-%m}": count for day, count in running}
    found, count = {}, 0
    year, month = running[0][0].year, running[0][0].month
    while (year, month) <= (on.year, on.month):
        name = f"{year:04}-{month:02}"
        count = last.get(name, count)
        found[name] = count
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def _milestones(running: Sequence[tuple[date, int]]) -> dict[str, str]:
    found: dict[str, str] = {}
    highest = 0
    for day, count in running:
        for step in range(highest // 100 * 100 + 100, count + 1, 100):
            found[str(step)] = day.isoformat()
        highest = max(highest, count)
    return found


def _half(cities: Sequence[int], total: int) -> int:
    held = 0
    for number, count in enumerate(cities, start=1):
        held += count
        if held * 2 >= total:
            return number
    return len(cities)

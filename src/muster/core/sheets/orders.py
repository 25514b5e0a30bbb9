"""In which order each date column of a table is written."""

from collections.abc import Mapping

from muster.core.sheets.delimited import Table
from muster.core.sheets.fields import DATES, fields_of
from muster.core.sheets.problems import SheetProblem, shown
from muster.core.sheets.values.dates import MIXED, UNCLEAR
from muster.core.sheets.values.evidence import DateEvidence

# Where so many rows need no order, the rest is not read through beforehand.
ENOUGH_ROWS = 10_000


def date_orders(
    table: Table, kind: str, mapping: Mapping[str, str], *, default: str = ""
) -> tuple[dict[str, str], list[SheetProblem]]:
    """
    Tell the order of the dates of every date column from all of its rows.

    Reads the table once, but only the first 10,000 rows where all dates say their order by themselves (2024-09-30).
    A column that does not tell takes the order of the table's other columns, if they agree.

    :param mapping: header → field, as `Guess.mapping`
    :param default: ``day`` or ``month`` where no column tells; ``""`` makes it a problem
    :returns: header → order, for `Assembler`; and a problem for each column that is mixed or unclear
    """
    fields = fields_of(kind)
    places = {
        place: header
        for place, header in enumerate(table.headers)
        if (column := fields.get(mapping.get(header, ""))) and column.holds in DATES
    }
    evidence = {place: DateEvidence() for place in places}
    rows = 0
    for chunk in table.chunks() if places else ():
        for place, found in evidence.items():
            found.add(chunk.rows, chunk.columns[place])
        rows += len(chunk.rows)
        if rows >= ENOUGH_ROWS and not any(found.needs_order for found in evidence.values()):
            break
    decided = {place: found.decide() for place, found in evidence.items()}
    told = {order for order in decided.values() if order not in ("", MIXED, UNCLEAR)}
    fallback = told.pop() if len(told) == 1 else default
    orders: dict[str, str] = {}
    problems: list[SheetProblem] = []
    for place, header in places.items():
        order = orders[header] = evidence[place].decide(fallback)
        if order in (MIXED, UNCLEAR):
            row, text = min(evidence[place].examples.values())
            message = evidence[place].explanation(order)
            problems.append(SheetProblem(table.name, row, header, shown(text), message, "dates such as 2024-09-30"))
    return orders, problems

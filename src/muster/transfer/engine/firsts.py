"""With which inquiry a new one is one message, and which it repeats: of the file, else of those that are here."""

from muster.transfer.engine.columns import Column
from muster.transfer.engine.context import Context
from muster.transfer.engine.problems import add_where
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import PART_OF, REPEATS

# Of one that is here the first is taken, which it may name itself: each names the first of all.
_IN_FILE = (
    "UPDATE {s}inquiries_x AS x SET {found} = COALESCE(i.{found}, fx.id, -f.n) FROM {s}inquiries t"
    " JOIN {s}inquiries f ON f.inquiry = t.{column} JOIN {s}inquiries_x fx ON fx.n = f.n AND fx.fate IN ('C', 'U', 'S')"
    " LEFT JOIN contacts_inquiry i ON i.id = fx.id WHERE t.n = x.n AND x.fate = 'C' AND t.{column} <> ''"
)
_BY_SOURCE = (
    "UPDATE {s}inquiries_x AS x SET {found} = COALESCE(i.{found}, i.id) FROM {s}inquiries t"
    " JOIN contacts_inquiryexternalid e ON e.value = t.{column} AND e.source = %s JOIN contacts_inquiry i"
    " ON i.id = e.inquiry_id WHERE t.n = x.n AND x.fate = 'C' AND x.{found} IS NULL AND t.{column} <> '' {visible}"
)
_BY_OWN_ID = (
    "UPDATE {s}inquiries_x AS x SET {found} = COALESCE(i.{found}, i.id) FROM {s}inquiries t"
    " JOIN contacts_inquiry i ON i.ref = t.{column}"
    " WHERE t.n = x.n AND x.fate = 'C' AND x.{found} IS NULL AND t.{column} <> '' {visible}"
)
_UNKNOWN = "x.fate = 'C' AND x.{found} IS NULL AND t.{column} <> ''"
_STANDS_IN_FILE = "EXISTS (SELECT 1 FROM {s}inquiries f WHERE f.inquiry = t.{column})"
# A new one that names another itself; it may be the row itself.
_GOES_ON = "f.n = -x.{found} AND f.{found} IS NOT NULL"
_NAMES_ANOTHER = "EXISTS (SELECT 1 FROM {s}inquiries_x f WHERE " + _GOES_ON + ")"
_LEAVE_OUT = "UPDATE {s}inquiries_x AS x SET {found} = NULL FROM {s}inquiries_x f WHERE " + _GOES_ON


def find(stage: Stage, context: Context, visible: str) -> None:
    """
    Find the inquiries that new ones name; call when it is decided what becomes of every row.

    A row is taken without what is not there, and without one that names another itself: only the first of all is named.

    :param visible: the condition that the inquiry `i` may be looked at
    """
    stage.index("inquiries", "inquiry")
    for column in (PART_OF, REPEATS):
        if stage.rows("SELECT 1 FROM {s}inquiries WHERE {column} <> '' LIMIT 1", column=column.staged):
            _find(stage, context, visible, column)


def _find(stage: Stage, context: Context, visible: str, column: Column) -> None:
    parts = {"found": column.found, "column": column.staged}
    stage.run(_IN_FILE, **parts)
    for source in context.sources:
        stage.run(_BY_SOURCE, [source], visible=visible, **parts)
    stage.run(_BY_OWN_ID, visible=visible, **parts)
    unknown, stands = (text.format(s=stage.s, **parts) for text in (_UNKNOWN, _STANDS_IN_FILE))
    rejected, nowhere = "The row of this inquiry was rejected.", "There is no such inquiry."
    add_where(stage, "inquiries", column, rejected, f"{unknown} AND {stands}", rejects=False)
    add_where(stage, "inquiries", column, nowhere, f"{unknown} AND NOT {stands}", rejects=False)
    another = _NAMES_ANOTHER.format(s=stage.s, **parts)
    add_where(stage, "inquiries", column, "This one names another itself. Name the first.", another, rejects=False)
    stage.run(_LEAVE_OUT, **parts)

"""What a rule of the import says when a row breaks it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from muster.transfer.engine.columns import Column
from muster.transfer.engine.stage import REJECTED, Stage

NAMES = ("kind", "n", "row_number", "col", "value", "message", "expected", "rejects", "phase")
EMPTY = "This cell is empty."
NO_SUCH_UNIT = "There is no such unit."
NO_SUCH_PERSON = "There is no such person."
PERSON_REJECTED = "The row of this person was rejected."
NOT_YOURS = "Your role does not reach this wherever you may bring files in."
UNIT_REJECTED = "The row of this unit was rejected."
SINCE_WHEN = "It has an end, but nothing says since when."
ENDS_TOO_EARLY = "It ends before it begins."
EXPECTED_UNIT = "the id of a unit that is in units.csv or was here before"
EXPECTED_PERSON = "the id of a person who is in people.csv or was here before"


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule of the staged row `n`; `rejects` says whether the row is left out."""

    kind: str
    n: int
    row: int
    column: str
    value: str
    message: str
    expected: str = ""
    rejects: bool = True


def add(stage: Stage, problems: Iterable[Problem]) -> None:
    """Keep problems that were found in Python."""
    rows = [(p.kind, p.n, p.row, p.column, p.value, p.message, p.expected, int(p.rejects), "match") for p in problems]
    if rows:
        with stage.dialect.together():
            stage.load("problems", NAMES, list(zip(*rows, strict=True)))


def add_where(
    stage: Stage,
    kind: str,
    column: Column,
    message: str,
    where: str,
    parameters: Sequence[object] = (),
    *,
    expected: str = "",
    rejects: bool = True,
) -> int:
    """
    Reject the rows of a kind that fit a condition on `t` (the staged row) and `x` (what it was matched to).

    :param expected: what would have been right, by default what the column expects
    :param rejects: False where the row is taken nevertheless
    :returns: how many rows
    """
    return stage.run(
        "INSERT INTO {s}problems (kind, n, row_number, col, value, message, expected, rejects, phase)"
        " SELECT %s, t.n, t.row_number, %s, substr(t.{column}, 1, 80), %s, %s, %s, 'match'"
        " FROM {s}{kind} t JOIN {s}{kind}_x x ON x.n = t.n WHERE x.fate <> 'R' AND ({where})",
        [kind, column.name, message, expected or column.expected, int(rejects), *parameters],
        column=column.staged,
        kind=kind,
        where=where,
    )


def name_columns(stage: Stage, headers: Mapping[str, str]) -> None:
    """Call the columns in which rules were broken as the sheet calls them."""
    if headers:
        cases = " ".join(["WHEN %s THEN %s"] * len(headers))
        stage.run(
            "UPDATE {s}problems SET col = CASE col {cases} ELSE col END WHERE phase = 'match'",
            [text for pair in headers.items() for text in pair],
            cases=cases,
        )


def require_cells(stage: Stage, kind: str, columns: Iterable[Column]) -> None:
    """Reject the rows in which a column that must be filled is empty, unless the cell was rejected already."""
    for column in columns:
        if column.required:
            # The rows of a sheet of people speak of the person they stand beside.
            beside = " AND t.person_n = 0" if column.name == "person" else ""
            add_where(stage, kind, column, EMPTY, f"t.{column.staged} = ''{beside}")


def reject(stage: Stage, kind: str) -> None:
    """Give every row with a problem that rejects it the fate of being left out."""
    stage.run(
        "UPDATE {s}{kind}_x SET fate = %s WHERE fate <> %s AND n IN (SELECT n FROM {s}problems WHERE kind = %s AND rejects = 1)",
        [REJECTED, REJECTED, kind],
        kind=kind,
    )

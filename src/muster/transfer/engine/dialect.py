"""What differs between SQLite and PostgreSQL, so that the set SQL of an import is written once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

Column = Sequence[Any]
Finish = Callable[[Sequence[Any]], Sequence[Any]]
# What a text begins with that a spreadsheet program might run, or that hides such a beginning.
RISKY = "'=', '@', '+', '-', '''', '\t', '\r'"


class Dialect(ABC):
    """SQL fragments and bulk moves of one database; stateless."""

    number_type: str

    @abstractmethod
    def prepare(self) -> None:
        """Give this connection the functions that our SQL calls."""

    @abstractmethod
    def prefix(self, batch_id: int) -> str:
        """Return what stands before the name of a staging table."""

    @abstractmethod
    def create(self, batch_id: int) -> None:
        """Make an empty staging area, in place of one that may be there."""

    @abstractmethod
    def attach(self, batch_id: int) -> bool:
        """Make the staging area reachable for this connection; False if there is none."""

    @abstractmethod
    def detach(self, batch_id: int) -> None:
        """Let go of the staging area."""

    @abstractmethod
    def drop(self, batch_id: int) -> None:
        """Remove the staging area for good."""

    @abstractmethod
    def staged_batches(self) -> list[int]:
        """Return the ids of the batches that left a staging area."""

    @abstractmethod
    def create_table(self, name: str, columns: str) -> str:
        """Return the statement for a staging table whose rows are numbered by `n`."""

    @abstractmethod
    def finish_table(self, name: str) -> list[str]:
        """Return the statements to run when a staging table is loaded."""

    @abstractmethod
    def analyze(self, name: str) -> list[str]:
        """Return the statements that let the planner know how full a staging table has become."""

    @abstractmethod
    def index_name(self, prefix: str, name: str, table: str) -> tuple[str, str]:
        """Return the name of an index and of its staging table, as CREATE INDEX wants them."""

    @abstractmethod
    def load(self, table: str, names: Sequence[str], columns: Sequence[Column]) -> None:
        """Append columns of equal length to a staging table."""

    @abstractmethod
    @contextmanager
    def together(self) -> Iterator[None]:
        """Run statements on the staging area as one transaction."""
        yield

    @abstractmethod
    def reserve(self, table: str, count: int) -> int:
        """Return a number `base` so that the ids base+1 … base+count are nobody else's."""

    @abstractmethod
    def secondary(self, table: str) -> list[tuple[str, str]]:
        """Return (statement that drops it, statement that makes it) of what a main table can do without for a while."""

    @abstractmethod
    def before_indexing(self) -> None:
        """Get ready to make such indexes again, inside the transaction that dropped them."""

    @abstractmethod
    def json_object(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Return the expression for a JSON object of (key, expression)."""

    @abstractmethod
    def restored(self, table: str) -> tuple[str, str]:
        """Return (what to add to FROM, expression with {column}) that read a row back out of `c.before`."""

    @abstractmethod
    def merged_json(self, old: str, new: str) -> str:
        """Return the expression for a JSON object with the keys of another laid over it."""

    @abstractmethod
    def json_differs(self, old: str, new: str) -> str:
        """Return the condition that laying `new` (text) over `old` changes it."""

    def date(self, expression: str) -> str:
        """Return the expression that turns staged text into a date of the main tables."""
        return f"NULLIF({expression}, '')"

    def moment(self, expression: str) -> str:
        """Return the expression that turns staged text (UTC, without a zone) into a moment of the main tables."""
        return f"NULLIF({expression}, '')"

    def flag(self, expression: str) -> str:
        """Return the expression that turns yes, no or nothing into a truth value or NULL."""
        return f"CASE {expression} WHEN 'yes' THEN true WHEN 'no' THEN false END"

    def number(self, expression: str) -> str:
        """Return the expression that turns staged text into a number or NULL."""
        return f"CAST(NULLIF({expression}, '') AS double precision)"

    def json(self, expression: str) -> str:
        """Return the expression that turns staged text into JSON."""
        return expression

    @abstractmethod
    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read from one state of the database, whatever others write meanwhile."""
        yield

    @abstractmethod
    def write_csv(self, path: Path, header: Sequence[str], query: str, finish: Finish | None = None) -> int:
        """
        Write the rows of a query without parameters to a file and return how many there were; memory stays flat.

        :param finish: makes the row that is written of a row of the query, whose cells are texts, None or '' if empty
        """

    @abstractmethod
    def json_text(self, expression: str, key: str) -> str:
        """Return the expression for the text under a key of a JSON object."""

    @abstractmethod
    def number_text(self, expression: str) -> str:
        """Return the expression that writes a number with no more digits than it needs."""

    @abstractmethod
    def moment_text(self, expression: str) -> str:
        """Return the expression that writes a moment in UTC, such as 2024-05-31T18:00:00Z."""

    @abstractmethod
    def safe_text(self, expression: str) -> str:
        """Return the expression that writes text so that no spreadsheet program runs it."""

    @property
    def cursor(self) -> Any:
        return connection.cursor()


def literal(text: str) -> str:
    """Return a text of somebody's as a part of a statement."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def pairs_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the arguments of a function that makes a JSON object."""
    return ", ".join(f"'{key}', {expression}" for key, expression in pairs)


def current() -> Dialect:
    """Return the dialect of the database in use."""
    if connection.vendor == "postgresql":
        from muster.transfer.engine.postgres import Postgres

        return Postgres()
    from muster.transfer.engine.sqlite import Sqlite

    return Sqlite()

"""What is imported: an exchange folder or one sheet, its tables, and what their columns are taken for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from muster.core.sheets.assemble import Assembler
from muster.core.sheets.folders import is_folder, open_folder
from muster.core.sheets.guess import CUSTOM, ColumnGuess, guess_columns
from muster.core.sheets.orders import date_orders
from muster.core.sheets.tables import Table, open_table
from muster.transfer.engine import customs
from muster.transfer.engine.context import Context
from muster.transfer.engine.mapping import fields_to_headers, headers_to_fields
from muster.transfer.engine.read import Reader, Tick
from muster.transfer.engine.stage import Stage
from muster.transfer.engine.tables import COLUMNS, KINDS


@dataclass(frozen=True)
class Source:
    """
    An opened import.

    :ivar tables: kind → table, in the order in which kinds are read
    :ivar guesses: kind → what each column is taken for
    :ivar system: the system that wrote it, empty if not known
    """

    is_sheet: bool
    tables: Mapping[str, Table]
    guesses: Mapping[str, list[ColumnGuess]]
    system: str
    warnings: list[str]

    def as_mapping(self) -> dict[str, Any]:
        """Return the guesses as the JSON that a batch keeps and a user may correct."""
        columns = [
            {
                "kind": kind,
                "file": self.tables[kind].name,
                "header": guess.header,
                "field": guess.field,
                "confidence": round(guess.confidence, 2),
                "reason": guess.reason,
                "samples": list(guess.samples),
            }
            for kind, guesses in self.guesses.items()
            for guess in guesses
        ]
        return {"sheet": self.is_sheet, "system": self.system or None, "columns": columns}


def open_source(path: Path, name: str, custom_labels: frozenset[str]) -> Source:
    """
    Open a folder, a zip of one, or a sheet, and guess its columns.

    :param custom_labels: own fields that exist already; columns of these names need no question
    :raises SheetError: it cannot be read at all
    """
    scratch = Path(settings.HOME) / "work"
    if is_folder(path):
        folder = open_folder(path, scratch=scratch)
        tables = {kind: folder.tables[kind] for kind in KINDS if kind in folder.tables}
        guesses = {kind: _exchange_columns(kind, table, custom_labels) for kind, table in tables.items()}
        return Source(False, tables, guesses, "", [str(warning) for warning in folder.warnings])
    table = open_table(path, name=name, scratch=scratch)
    guess = guess_columns(table.headers, _first_cells(table, 1_000))
    warnings = [str(warning) for warning in table.warnings]
    # A single file of an exchange folder speaks of the ids of that folder.
    system = "folder" if set(table.headers) <= {column.name for column in COLUMNS[guess.kind]} else guess.system or ""
    return Source(True, {guess.kind: table}, {guess.kind: guess.columns}, system, warnings)


def _first_cells(table: Table, count: int) -> list[list[str]]:
    first = next(iter(table.chunks(count)), None)
    return first.columns if first else [[] for _ in table.headers]


def _exchange_columns(kind: str, table: Table, custom_labels: frozenset[str]) -> list[ColumnGuess]:
    guesses = guess_columns(table.headers, _first_cells(table, 1_000), kind=kind).columns
    asked = "This column is not part of an exchange folder. Keep it as a field of your own?"
    return [
        replace(guess, confidence=0.5, reason=asked)
        if guess.field == CUSTOM and guess.header not in custom_labels
        else guess
        for guess in guesses
    ]


def read_into(
    stage: Stage, source: Source, mapping: Mapping[str, Any], context: Context, *, country: str, tick: Tick
) -> None:
    """Read every table of the source into the staging area."""
    total = sum(table.row_count for table in source.tables.values())
    keys = customs.keys_for([column["header"] for column in mapping["columns"] if column["field"] == CUSTOM])
    stage.note("custom_fields", keys)
    reader = Reader(stage, tick, source.is_sheet, total, keys)
    files = {}
    for kind, table in source.tables.items():
        fields = headers_to_fields(mapping, kind)
        # 03/04/2020 alone does not say what it means; the country does.
        orders, problems = date_orders(table, kind, fields, default="month" if country == "US" else "day")
        assembler = Assembler(
            table.name, kind, table.headers, fields, this_year=context.today.year, country=country, orders=orders
        )
        reader.read(kind, table, assembler, fields, context.today.isoformat(), problems)
        files[kind] = table.name
    if source.is_sheet:
        files |= dict.fromkeys(set(KINDS) - set(files), next(iter(files.values())))
        stage.note("headers", fields_to_headers(mapping))
    reader.finish()
    warnings = list(source.warnings)
    if reader.guessed_from:
        warnings.append(
            f"{reader.guessed_from:,} rows do not say since when; they begin on the day of the import, {context.today}."
        )
    stage.note("files", files)
    stage.note("read_warnings", warnings)
    stage.note("complete", True)

"""The balance sheet as one CSV table: part, name, value; every figure of the document is a row."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from muster.core.sheets.formulas import escape_formula
from muster.reports.calc.document import document
from muster.reports.report import Report


def csv_text(report: Report) -> str:
    """Return header and rows, `part,name,value`; a list of things has a row for each value of each thing."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["part", "name", "value"])
    for part, name, value in _rows(document(report.sheet)):
        writer.writerow([part, escape_formula(name), escape_formula(value)])
    return target.getvalue()


def _rows(whole: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for part, content in whole.items():
        if isinstance(content, dict):
            for name, value in content.items():
                yield from _row(part, name, value)
        else:
            yield from _row(part, "", content)


def _row(part: str, name: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        for inner, deeper in value.items():
            yield from _row(part, f"{name}.{inner}" if name else str(inner), deeper)
    elif isinstance(value, list):
        for number, deeper in enumerate(value, start=1):
            yield from _row(part, f"{name}.{number}" if name else str(number), deeper)
    else:
        yield part, name, "" if value is None else str(value)

"""One report, five formats."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from muster.reports.calc.document import document
from muster.reports.renderings import table, words
from muster.reports.report import Report


def _json(report: Report) -> bytes:
    return (json.dumps(document(report.sheet), ensure_ascii=False, indent=1) + "\n").encode()


def _text(report: Report) -> bytes:
    return words.text(report).encode()


def _markdown(report: Report) -> bytes:
    return words.markdown(report).encode()


def _csv(report: Report) -> bytes:
    return table.csv_text(report).encode()


def _pdf(report: Report) -> bytes:
    # WeasyPrint takes a third of a second to load.
    from muster.reports.renderings import pdf

    return pdf.pdf(report)


# Format → (how, media type, ending of the file).
FORMATS: Mapping[str, tuple[Callable[[Report], bytes], str, str]] = MappingProxyType(
    {
        "text": (_text, "text/plain; charset=utf-8", "txt"),
        "markdown": (_markdown, "text/markdown; charset=utf-8", "md"),
        "csv": (_csv, "text/csv; charset=utf-8", "csv"),
        "json": (_json, "application/json", "json"),
        "pdf": (_pdf, "application/pdf", "pdf"),
    }
)


def render(report: Report, format: str) -> bytes:
    """
    Write a report in one of `FORMATS`.

    :raises KeyError: no such format
    :raises PdfUnavailable: PDF is asked for and Pango is not installed
    """
    return FORMATS[format][0](report)

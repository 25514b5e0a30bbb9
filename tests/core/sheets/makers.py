"""Files to read: written by other code than the one under test."""

import csv
import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

from muster.core.sheets.tables import open_table

MANIFEST = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
MEMBERS = [
    ["person", "given_name", "family_name", "birth_date"],
    ["P1", "Ana", "Öberg", "1980-05-17"],
    ["P2", "=1+1", "Zoë", "1975"],
]


def csv_bytes(rows, *, delimiter=",", encoding="utf-8", line_end="\r\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows, **other_sheets):
    book = openpyxl.Workbook()
    sheets = {"Members": rows, **other_sheets}
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
            for cell in sheet[sheet.max_row]:
                if cell.data_type == "f":
                    cell.data_type = "s"
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods_bytes(rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Members">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest {MANIFEST}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    )
    return zip_bytes(
        {"mimetype": kind, "META-INF/manifest.xml": f"{manifest}</manifest:manifest>", "content.xml": content}
    )


def xls_bytes():
    return (Path(__file__).parent / "data" / "members.xls").read_bytes()


def zip_bytes(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(path, size=2_000):
    """Return the headers, row number → cells, and the problems of a file."""
    table = open_table(path)
    records, problems = {}, []
    for chunk in table.chunks(size):
        records.update(zip(chunk.rows, map(list, zip(*chunk.columns, strict=True)), strict=True))
        problems += chunk.problems
    return table.headers, records, problems

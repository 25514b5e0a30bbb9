"""Damaged files of every kind: a table or a `SheetError`, never anything else. MUSTER_FUZZ sets how many of each."""

import os
import random
import time

import pytest

from muster.core.sheets.assemble import Assembler
from muster.core.sheets.folders import open_folder
from muster.core.sheets.guess import guess_columns
from muster.core.sheets.orders import date_orders
from muster.core.sheets.problems import SheetError
from muster.core.sheets.tables import open_table
from tests.core.sheets.makers import csv_bytes, ods_bytes, xls_bytes, xlsx_bytes, zip_bytes

pytestmark = pytest.mark.unit

COUNT = int(os.environ.get("MUSTER_FUZZ", "0"))
NASTY = [
    b'"',
    b"\0",
    b"\xff\xfe",
    b"\n",
    b"\r",
    b",",
    b"=cmd|' /C calc'!A0",
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"<!ENTITY",
    b"9" * 400,
]
HEADERS = ["Id", "Name", "Born", "E-mail", "Phone", "Address", "PLZ", "Status", "Joined", "Branch", "Tags", "Size"]
ROWS = [HEADERS] + [
    [f"P{n}", 'Åsa "Ö" Berg, Jr.', f"{n % 28 + 1}.05.1980", f"a{n}@example.org", f"(312) 555-01{n:02}",
     "12 Main St, Salem, OR 97301", "2139", "Mitglied", f"{n % 12 + 1}/{n % 28 + 1}/2020", "North", "a;b", "40"]
    for n in range(40)
]  # fmt: skip


def damaged(content, chance):
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if data:
                data[at % len(data)] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(1, 200)]
            case 2:
                data[at:at] = chance.choice(NASTY)
            case 3:
                del data[at:]
            case _:
                start = chance.randrange(len(data) + 1)
                data[at:at] = data[start : start + chance.randrange(1, 300)]
    return bytes(data)


def take_in(table):
    """Do all that an import does before it writes."""
    first = next(table.chunks(), None)
    guess = guess_columns(table.headers, first.columns if first else [[] for _ in table.headers])
    orders, _ = date_orders(table, guess.kind, guess.mapping)
    assembler = Assembler(table.name, guess.kind, table.headers, guess.mapping, this_year=2026, orders=orders)
    for chunk in table.chunks(size=7):
        assert {len(column) for column in chunk.columns} == {len(chunk.rows)}
        found = assembler.assemble(chunk)
        columns = [cells for kind in found.tables.values() for cells in kind.values()]
        assert {len(cells) for cells in columns + list(found.custom.values())} <= {len(chunk.rows)}


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("t.csv", csv_bytes(ROWS), 400),
        ("t.tsv", csv_bytes(ROWS, delimiter="\t", encoding="utf-16"), 200),
        ("f.zip", zip_bytes({"people.csv": csv_bytes(ROWS), "units.csv": "unit,name\nU1,North\n"}), 200),
        ("t.xlsx", xlsx_bytes(ROWS), 40),
        ("t.xls", xls_bytes(), 40),
        ("t.ods", ods_bytes(ROWS), 40),
    ],
)
def test_a_damaged_file_gives_a_table_or_a_reason(tmp_path, name, content, count):
    path = tmp_path / name
    refused = 0
    for seed in range(COUNT or count):
        path.write_bytes(damaged(content, random.Random(f"{name}{seed}")))
        started = time.monotonic()
        try:
            tables = open_folder(path).tables.values() if name.endswith(".zip") else [open_table(path)]
            for table in tables:
                take_in(table)
        except SheetError as error:
            assert error.problem.message.endswith("."), seed
            refused += 1
        assert time.monotonic() - started < 10, seed
    assert refused > 0

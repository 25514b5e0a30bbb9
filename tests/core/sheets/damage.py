"""
Damaged files of one kind, read one after the other in a process of its own, so that its memory can be measured.

    python -m tests.core.sheets.damage t.csv 400
"""

import json
import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from muster.core.sheets.assemble import Assembler
from muster.core.sheets.folders import open_folder
from muster.core.sheets.guess import guess_columns
from muster.core.sheets.orders import date_orders
from muster.core.sheets.problems import SheetError
from muster.core.sheets.tables import open_table
from tests.core.sheets.makers import csv_bytes, ods_bytes, xls_bytes, xlsx_bytes, zip_bytes

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


def sample(name):
    """An undamaged file of that name."""
    return {
        "t.csv": lambda: csv_bytes(ROWS),
        "t.tsv": lambda: csv_bytes(ROWS, delimiter="\t", encoding="utf-16"),
        "f.zip": lambda: zip_bytes({"people.csv": csv_bytes(ROWS), "units.csv": "unit,name\nU1,North\n"}),
        "t.xlsx": lambda: xlsx_bytes(ROWS),
        "t.xls": xls_bytes,
        "t.ods": lambda: ods_bytes(ROWS),
    }[name]()


def read_damaged(path, content, count):
    """Damage and read, again and again; say how often it was refused, how long it took at most, and what else came of it."""
    refused, slowest, faults = 0, 0.0, []
    for seed in range(count):
        path.write_bytes(damaged(content, random.Random(f"{path.name}{seed}")))
        started = time.monotonic()
        try:
            tables = open_folder(path).tables.values() if path.suffix == ".zip" else [open_table(path)]
            for table in tables:
                take_in(table)
        except SheetError as error:
            refused += 1
            faults += [] if error.problem.message.endswith(".") else [f"{seed}: {error}"]
        except Exception as error:
            faults.append(f"{seed}: {error!r}")
        slowest = max(slowest, time.monotonic() - started)
    return {"refused": refused, "slowest": slowest, "faults": faults}


def main():
    name, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        said = read_damaged(Path(folder, name), sample(name), count)
    # Not by `getrusage`: what it says of oneself counts the process that one was started from.
    highest = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    said["own"] = int(highest[1]) >> 10
    said["children"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(json.dumps(said))


if __name__ == "__main__":
    main()

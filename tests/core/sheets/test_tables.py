import resource
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core.sheets.formulas import escape_formula, unescape_formula
from muster.core.sheets.problems import SheetError, SheetProblem
from muster.core.sheets.tables import open_table
from tests.core.sheets.makers import MEMBERS, csv_bytes, ods_bytes, read, xls_bytes, xlsx_bytes, zip_bytes

pytestmark = pytest.mark.unit

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    [
        'a"b',
        '"',
        "a,b",
        "x;y",
        "two\nlines",
        "two\r\nlines",
        "=1+1",
        "'=1",
        "''@",
        "+13125550123",
        "-1.5",
        "- 1",
        "'tis",
    ]
)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 6))
    headers = draw(
        st.lists(
            st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1, max_size=8),
            min_size=width,
            max_size=width,
            unique=True,
        )
    )
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8))
    return headers, [row for row in rows if any(row)] or [["x"] * width]


@settings(max_examples=300, deadline=None)
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|^~"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 3),
)
def test_what_was_written_is_read_back(tmp_path_factory, table, delimiter, encoding, line_end, size):
    headers, rows = table
    path = tmp_path_factory.mktemp("t") / "t.csv"
    escaped = [[escape_formula(cell) for cell in row] for row in rows]
    path.write_bytes(csv_bytes([headers, *escaped], delimiter=delimiter, encoding=encoding, line_end=line_end))

    assert read(path, size) == (headers, dict(enumerate(rows, start=2)), [])


@given(st.text() | CELL)
def test_a_guarded_formula_comes_back_bare_and_cannot_run(text):
    escaped = escape_formula(text)

    assert unescape_formula(escaped) == text
    assert escaped[:1] not in set("=@\t\r")
    assert escaped[:1] not in set("+-") or float(escaped) is not None


@pytest.mark.parametrize(
    ("name", "make"),
    [("t.xlsx", xlsx_bytes), ("t.ods", ods_bytes), ("t.csv", csv_bytes), ("misnamed.csv", xlsx_bytes)],
)
def test_every_kind_of_file_gives_the_same_table(tmp_path, name, make):
    (tmp_path / name).write_bytes(make(MEMBERS))

    assert read(tmp_path / name) == (MEMBERS[0], {2: MEMBERS[1], 3: MEMBERS[2]}, [])


def test_an_xls_file_of_another_program(tmp_path):
    (tmp_path / "t.xls").write_bytes(xls_bytes())

    assert read(tmp_path / "t.xls") == (
        ["person", "given_name", "family_name", "birth_date", "postcode"],
        {2: ["P1", "Ana", "Öberg", "1980-05-17", "2139"], 3: ["P2", "=1+1", "Zoë", "1975", "00501"]},
        [],
    )


def test_the_first_sheet_with_rows_is_read_and_the_others_are_named(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(xlsx_bytes([["Read me"]], Blank=[], List=MEMBERS, More=MEMBERS))

    table = open_table(tmp_path / "t.xlsx")

    assert table.headers == MEMBERS[0]
    assert [warning.message for warning in table.warnings] == [
        "Only the sheet “List” was read. Other sheets with cells: “Members”, “More”."
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("nom;ville\nJérôme;Besançon\n", "cp1252"),
        ("nom;ville\nJérôme;Nîmes\n", "mac_roman"),
        ("Name;Straße\nMüller;Königstraße\n", "cp850"),
        ("imię;nazwisko\nŁukasz;Wałęsa\nŻaneta;Wiśniewska\n", "cp1250"),
        ("jméno;příjmení\nJiří;Dvořák\nŽofie;Černá\n", "cp1250"),
        ("имя;фамилия\nИван;Петров\nМария;Сидорова\n", "cp1251"),
    ],
)
def test_older_encodings_are_told_and_said(tmp_path, text, encoding):
    (tmp_path / "t.csv").write_bytes(("x" + text * 3).encode(encoding))

    table = open_table(tmp_path / "t.csv")

    assert table.headers == ("x" + text).splitlines()[0].split(";")
    assert "not in UTF-8" in table.warnings[0].message


def test_rows_keep_the_numbers_of_a_spreadsheet_and_bad_ones_are_reported(tmp_path):
    lines = ["a,b", "1,2", "", '3,"open', '4,"x" y', "5,6,7", "8", "9,10,,", ",", '"two', 'lines",11']
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")

    headers, records, problems = read(tmp_path / "t.csv")

    assert headers == ["a", "b"]
    assert records == {2: ["1", "2"], 7: ["8", ""], 8: ["9", "10"], 10: ["two\nlines", "11"]}
    assert problems == [
        SheetProblem("t.csv", 4, "", '3,"open', "A quotation mark opens in this row and is not closed properly."),
        SheetProblem("t.csv", 5, "", '4,"x" y', "There is text after a closing quotation mark."),
        SheetProblem("t.csv", 6, "3", "7", "This row has 3 cells, but the header has 2."),
    ]


def test_a_quotation_mark_that_is_never_closed_costs_one_row(tmp_path):
    rows = [f"{number},x\n" for number in range(50_000)]
    rows[4] = '4,"x\n'
    (tmp_path / "t.csv").write_text("id,b\n" + "".join(rows))

    _, records, problems = read(tmp_path / "t.csv")

    assert len(records) == 49_999
    assert [(problem.row, problem.value) for problem in problems] == [(6, '4,"x')]


def test_titles_above_the_header_and_a_declared_delimiter(tmp_path):
    (tmp_path / "title.csv").write_text("Members of North,,\n,,\nname,city,phone\nAnn,Salem,\n")
    (tmp_path / "declared.csv").write_text("sep=;\r\na;b\r\n1;2,5\r\n")

    assert read(tmp_path / "title.csv") == (["name", "city", "phone"], {4: ["Ann", "Salem", ""]}, [])
    assert read(tmp_path / "declared.csv") == (["a", "b"], {3: ["1", "2,5"]}, [])
    assert [str(warning) for warning in open_table(tmp_path / "title.csv").warnings] == [
        "title.csv, row 3: What stands above row 3 was taken for a title and left out. Found “Members of North”."
    ]


BOMB = zip_bytes({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": b"0" * (60 << 20)})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = OLE + bytes(1016) + "EncryptedPackage".encode("utf-16-le")
LOCKED_ODS = {"content.xml": "x", "META-INF/manifest.xml": "<manifest:encryption-data>"}


NAMED_BY_VALUE = "This row should hold the names of the columns, but it holds a value."
TWO_ENCODINGS = "This row is in another encoding than the rest of the file, which is UTF-8."
NO_ROWS = "The file has column names but no rows below them."
CONTROL = "This is not a table of text: it holds control characters."
MANY = "Too many rows cannot be read. This is the first: There is text after a closing quotation mark."
WIDE = "The header row has more than 500 columns."


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        (b"", None, "The file is empty."),
        (b"\xef\xbb\xbf\r\n\r\n", None, "The file is empty."),
        (b",,,\n", None, "The file is empty."),
        (b"name,city\n", 1, NO_ROWS),
        (b"name,city\n\n,\n", 1, NO_ROWS),
        (b"name,city,Name\nA,B,C\n", 1, "Columns 1 and 3 have the same name."),
        (b"a," * 1_000_000 + b"a\n1,2\n", 1, WIDE),
        (b",".join(b"c%d" % n for n in range(501)) + b"\n1\n", 1, WIDE),
        (b"ann@example.org,2020-01-01\nbob@example.org,\n", 1, NAMED_BY_VALUE),
        (b"name,city\nA\0B,C\n", 2, "This is not a table of text: it holds NUL bytes."),
        (b"name,city\nA\x07B,C\n", 2, CONTROL),
        (b"name,city\n" + "Zoë,Köln\n".encode() * 9 + b"Jos\xe9,X\n", 11, TWO_ENCODINGS),
        (b"name,city\n" + b"x" * 5_000_000, 2, "A row is longer than 1,048,576 bytes."),
        (b"name,city\n" + b'"x"y,1\n' * 1_001, 2, MANY),
        (b"%PDF-1.7\n", None, "This is not a table but a PDF."),
        (b"\n<!DOCTYPE html><table></table>", None, "This is not a table but a web page."),
        (b'[{"a": 1}]', None, "This is not a table but JSON."),
        (bytes(range(1, 256)) * 40, 1, CONTROL),
        (b"PK\x03\x04 no zip at all", None, "This zip file is broken."),
        (zip_bytes({"a.pdf": "x"}), None, "This zip file holds 0 sheets."),
        (zip_bytes({"[Content_Types].xml": "x"}), None, "This is no spreadsheet, or a broken one."),
        (OLE, None, "This is no spreadsheet, or a broken one."),
        (LOCKED, None, "This workbook is locked with a password."),
        (zip_bytes(LOCKED_ODS), None, "This workbook is locked with a password."),
        (BOMB, None, "This zip file unpacks to far more than it should hold."),
        (xlsx_bytes([]), None, "The workbook is empty."),
        (xlsx_bytes([["a", "A"], ["1", "2"]]), 1, "Columns 1 and 2 have the same name."),
        (xlsx_bytes([[f"c{n}" for n in range(501)], ["1"]]), 1, WIDE),
    ],
    ids=range(28),
)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path, content, row, message):
    path = tmp_path / "t.dat"
    path.write_bytes(content)

    with pytest.raises(SheetError) as refused:
        for _ in open_table(path).chunks():
            pass

    problem = refused.value.problem
    assert (problem.file, problem.row, problem.message) == ("t.dat", row, message)


FALSE_NAME = "This is no spreadsheet, though its name says so."
SAVE_IT = "Expected: a file that a spreadsheet program saved: open the table there, and save it as XLSX or CSV."


@pytest.mark.parametrize("ending", [".xlsx", ".XLS", ".ods"])
@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (bytes(range(1, 256)) * 40, "", FALSE_NAME),
        (b"\x09\x08\x10\0\0\x06\x05\0" + b"x\n" * 40, "", FALSE_NAME),
        (b"PK\x03\x04 no zip at all", "", "This is no spreadsheet, or a broken one."),
        (zip_bytes({"word.bin": "x"}), "", FALSE_NAME),
        (b"name,city\n", ", row 1", f"{FALSE_NAME} As a text file: {NO_ROWS}"),
    ],
    ids=range(5),
)
def test_what_is_named_a_workbook_and_is_none_is_told_so(tmp_path, content, place, message, ending):
    path = tmp_path / f"t{ending}"
    path.write_bytes(content)
    with pytest.raises(SheetError) as refused:
        open_table(path)
    assert str(refused.value).startswith(f"{path.name}{place}: {message}")
    assert str(refused.value).endswith(SAVE_IT)


def test_what_is_named_a_workbook_and_is_a_table_of_text_is_read(tmp_path):
    (tmp_path / "t.xls").write_bytes(b"name\tcity\nAnn\tSalem\n")
    assert read(tmp_path / "t.xls")[0] == ["name", "city"]
    (tmp_path / "empty.xlsx").write_bytes(b"")
    with pytest.raises(SheetError, match=r"empty.xlsx: The file is empty\."):
        open_table(tmp_path / "empty.xlsx")


def test_a_workbook_that_asks_for_all_memory_is_refused(tmp_path):
    sheet = xlsx_bytes(MEMBERS)
    (tmp_path / "in.xlsx").write_bytes(sheet)
    with zipfile.ZipFile(tmp_path / "in.xlsx") as source, zipfile.ZipFile(tmp_path / "out.xlsx", "w") as target:
        for part in source.infolist():
            content = source.read(part).replace(b'r="D3"', b'r="XFD1048576"')
            target.writestr(part, content)

    with pytest.raises(SheetError, match=r"more memory|broken"):
        open_table(tmp_path / "out.xlsx")


def test_memory_does_not_grow_with_the_file(tmp_path):
    with (tmp_path / "t.csv").open("w") as file:
        file.write("a,b\n")
        file.writelines(f"{number},{'x' * 300}\n" for number in range(200_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    count = sum(len(chunk.rows) for chunk in open_table(tmp_path / "t.csv").chunks())

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert count == 200_000
    assert grown * (1 if sys.platform == "darwin" else 1024) < 30_000_000

"""What people hand to `muster import` by mistake or in malice: an answer in words, an exit status, and nothing half stored."""

import io
import os
import re
import zipfile

import pytest
from django.db import connection

from muster.transfer import commands
from muster.transfer.models import Batch
from tests.core.sheets.makers import MEMBERS, csv_bytes, ods_bytes, xlsx_bytes, zip_bytes
from tests.transfer.helpers import dump, write_files

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
HEAD = "First Name,Last Name,Email,Joined,Branch\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ONE = "person,given_name\nP1,Ana\n"


def changed(workbook, *pairs):
    """Replace bytes in every part of a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            for old, new in pairs:
                content = content.replace(old, new)
            target.writestr(part.filename, content)
    return out.getvalue()


REPEATED = (b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">')
LAST_ROW = [(b'<row r="3"', b'<row r="1048576"'), *((b'r="%c3"' % c, b'r="%c1048576"' % c) for c in b"ABCD")]

# name → (content, exit status, what is said)
SHEETS = {
    "empty.csv": (b"", 2, "empty.csv: The file is empty."),
    "no-rows.csv": (HEAD, 2, "row 1: The file has column names but no rows below them."),
    "wide.csv": (b"a," * 1_000_000 + b"a\n1\n", 2, "row 1: The header row has more than 500 columns."),
    "twice.csv": ("Name,Email,E-mail,email\nA,,,\n", 2, "row 1, column email: Columns 2 and 4 have the same name."),
    "nul.csv": (HEAD + "A\0na,Lopez,,,\n", 2, "row 2: This is not a table of text: it holds NUL bytes."),
    "utf16-cut.csv": ((HEAD + "Åsa,Berg,,,\n").encode("utf-16") + b"x", 2, "This file is damaged"),
    "utf32.csv": ((HEAD + "Åsa,Berg,,,\n").encode("utf-32"), 2, "it holds NUL bytes"),
    "two-encodings.csv": (HEAD.encode() + "Zoë,Köln,,,\n".encode() * 9 + b"Jos\xe9,,,,\n", 2, "row 11"),
    "unclosed-head.csv": ('"First Name,Last Name\nBo,Ek\n', 2, "row 1: A quotation mark opens in this row"),
    "endless.csv": (HEAD + "A" * 3_000_000, 2, "row 2: A row is longer than 1,048,576 bytes."),
    "noise.csv": (bytes(range(1, 256)) * 100, 2, "it holds control characters"),
    "noise.xlsx": (b"PK\x03\x04" + bytes(range(256)) * 20, 2, "This is no spreadsheet, or a broken one."),
    "page.xls": ("<html><table><tr><td>a</td></tr></table></html>", 2, "This is not a table but a web page."),
    "locked.xlsx": (OLE + bytes(1016) + "EncryptedPackage".encode("utf-16-le"), 2, "locked with a password"),
    "slip.zip": (zip_bytes({"people.csv": ONE, "../../evil.csv": "x"}), 2, "it names a file outside its folder"),
    "bomb.zip": (zip_bytes({"people.csv": b"a" * (60 << 20)}), 2, "unpacks to far more than it should hold"),
    "nothing.zip": (zip_bytes({}), 2, "There is no people.csv in this folder."),
    "repeated.ods": (changed(ods_bytes(MEMBERS), REPEATED), 2, "more memory than it may have"),
    "far-column.xlsx": (changed(xlsx_bytes(MEMBERS), (b'r="D3"', b'r="XFD1048576"')), 2, "far-column.xlsx: This workbook"),
    "short-row.csv": (HEAD + "A,B,c@example.org,,,6\nC,D,,,\n", 1, "row 2, column 6: This row has 6 cells"),
    "unclosed.csv": (HEAD + '"Ana,Lopez,,,\nBo,Ek,,,\n', 1, "row 2: A quotation mark opens in this row"),
    "huge-cell.csv": (HEAD + "A" * 200_000 + ",Lopez,,,\nBo,Ek,,,\n", 1, "row 2: A cell is longer than 131,072 letters."),
    "long-name.csv": (HEAD + "A" * 500 + ",Lopez,,,\nBo,Ek,,,\n", 1, "row 2, column First Name: This text has 500"),
    "long-cell.csv": (HEAD + "Bo,Ek," + "1 a@" * 25_000 + ",,\n", 0, "row 2, column Email: This is not an e-mail"),
    "three-orders.csv": (
        "Name,Status,Joined\nA B,member,2020-01-02\nC D,member,13/04/2020\nE F,member,04/13/2020\n",
        1,
        "column Joined: This column mixes orders of dates: day first in row 3 (13/04/2020), month first in row 4",
    ),
    "no-unit.csv": (HEAD + "Bo,Ek,,,Nowhere\n", 1, "row 2, column Branch: There is no such unit. Found “Nowhere”."),
    "formulas.csv": ('First Name,Last Name,Notes\n=1+1,@A1,"=HYPERLINK(""http://x"")"\n', 0, ""),
    "long-keys.csv": (HEAD + "\ufdfa" * 120 + "," + "ß" * 120 + ",,,\n", 0, ""),
    "last-row.xlsx": (changed(xlsx_bytes(MEMBERS), *LAST_ROW), 0, ""),
    "line-ends.csv": (b"First Name,Last Name\r\nUna,Eins\rDos,Zwei\nTri,Drei\r\n", 0, ""),
    "two-marks.csv": (b"\xef\xbb\xbf\xef\xbb\xbfFirst Name,Last Name\nAda,Marks\n", 0, ""),
    "wide-letters.csv": ("First Name\tLast Name\nÅke\tWide\n".encode("utf-16"), 0, ""),
    "odd %s {0} \"'ü\n.csv": (HEAD + "Odd,Name,,,\n", 0, ""),
}  # fmt: skip
FOLDERS = {
    "no-people": ({"units": "unit,name\nU1,One"}, 2, "There is no people.csv in this folder."),
    "cycle": (
        {"units": "unit,name,kind,parent\nA,A,region,B\nB,B,region,A"}, 1,
        "units.csv, row 2, column parent: The parents of this unit lead back to itself.",
    ),
    "backwards": (
        {"standings": "person,standing,from,to\nP1,member,2020-02-01,2020-01-01"}, 1,
        "standings.csv, row 2, column to: It ends before it begins.",
    ),
    "moments": (
        {"inquiries": "inquiry,received_at,name\nI1,2020-01-01T10:00+99:00,A\nI2,2020-01-01T10:00:00-12:00,B"}, 1,
        "inquiries.csv, row 2, column received_at: There is no such time zone.",
    ),
    "numbers": (
        {"goals": f"unit,measure,start_on,due_on,target\nORG,members,2020-01-01,2021-01-01,{'9' * 400}"}, 1,
        "goals.csv, row 2, column target: This is not a number.",
    ),
}  # fmt: skip


def answer(capsys, path, **options):
    status = commands.run_import(str(path), yes=True, quiet=True, **options)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return status, said.out + said.err


def expect(capsys, path, status, words):
    before = dump()
    found, said = answer(capsys, path)
    assert (found, words in said) == (status, True), said[-2000:]
    batch = Batch.objects.order_by("pk").last()
    assert batch.state == (Batch.State.FAILED if status == 2 else Batch.State.DONE)
    if status == 2:
        assert dump() == before
        assert batch.result["message"] in said


def test_every_bad_file_is_answered_in_words(organisation, tmp_path, capsys):
    for name, (content, status, words) in SHEETS.items():
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        expect(capsys, path, status, words)
    assert not (tmp_path.parent / "evil.csv").exists()


def test_every_bad_folder_is_answered_in_words(organisation, tmp_path, capsys):
    for name, (files, status, words) in FOLDERS.items():
        people = {} if name == "no-people" else {"people": ONE}
        expect(capsys, write_files(tmp_path / name, **people, **files), status, words)


def test_paths_that_lead_nowhere_are_answered_in_words(organisation, tmp_path, capsys):
    (tmp_path / "itself.csv").symlink_to(tmp_path / "itself.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "gone")
    (tmp_path / "people.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    nested = tmp_path / "/".join(["x" * 200] * 3)
    nested.mkdir(parents=True)
    undecodable = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv")
    for path in (nested / "a.csv", undecodable):
        with open(path, "w") as file:
            file.write(HEAD + "A,B,,,\n")
    before = dump()
    wrong = {
        "": "Say which folder or file",
        str(tmp_path / "nowhere.csv"): "There is no such file or folder.",
        str(tmp_path / "gone.csv"): "There is no such file or folder.",
        str(tmp_path / "itself.csv"): "This cannot be read",
        str(tmp_path / "pipe.csv"): "This is not a file.",
        str(tmp_path / "people.csv"): "There is no people.csv in this folder.",
        "/dev/zero": "This is not a file.",
        "/proc/self/mem": "This file cannot be read",
        "/" + "x" * 300: "This cannot be read: File name too long.",
        "~nobody-of-this-name/x.csv": "This cannot be read",
        undecodable: "too long or unreadable",
        str(nested / "a.csv"): "too long or unreadable",
    }
    assert {path: answer(capsys, path)[0] for path in wrong} == dict.fromkeys(wrong, 2)
    for path, words in wrong.items():
        assert words in answer(capsys, path)[1], path
    assert dump() == before


def test_what_one_may_not_open_is_said(organisation, tmp_path, capsys):
    file, folder = tmp_path / "shut.csv", tmp_path / "shut"
    file.write_text(HEAD + "A,B,,,\n")
    folder.mkdir()
    file.chmod(0)
    folder.chmod(0)
    os.chmod(tmp_path, 0o755)
    for parent in list(tmp_path.parents)[:3]:
        os.chmod(parent, 0o755)  # only so that another user gets as far as the file
    root = os.geteuid() == 0
    for path, words in ((file, "This file cannot be read: Permission denied."), (folder, "This folder cannot be read")):
        if root:
            os.setegid(65534)
            os.seteuid(65534)
        try:
            with pytest.raises(Exception, match=words):
                _open(path)
        finally:
            if root:
                os.seteuid(0)
                os.setegid(0)


def _open(path):
    from muster.transfer.engine.source import open_source

    open_source(path, path.name, frozenset())


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"Shoe": "email"}, "There is no column called “Shoe”."),
        ({"Mail": "shoe"}, "There is no field “shoe” for the column “Mail”."),
        ({"Name": "email"}, "The columns “Name” and “Mail” cannot both be “email”."),
    ],
)
def test_a_wrong_map_is_answered_in_words(organisation, tmp_path, capsys, mapping, words):
    path = tmp_path / "t.csv"
    path.write_text("Name,Mail\nAna Lopez,ana@example.org\n")
    status, said = answer(capsys, path, mapping=mapping)
    assert (status, words in said) == (2, True), said
    assert Batch.objects.get().state == Batch.State.FAILED


def test_exit_status_tells_done_in_part_and_not_at_all(organisation, tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("person,given_name,family_name,birth_date\nP1,Ana,Lopez,1990-02-30\n")
    assert answer(capsys, path)[0] == 2
    path.write_text("person,given_name,family_name,birth_date\nP1,Ana,Lopez,1990-02-30\nP2,Bo,Ek,\n")
    assert answer(capsys, path)[0] == 1
    path.write_text("person,given_name,family_name,birth_date\nP2,Bo,Ek,\n")
    assert answer(capsys, path)[0] == 0
    assert answer(capsys, tmp_path / "no.csv")[0] == 2


def test_a_fault_of_our_own_is_told_without_a_traceback(organisation, tmp_path, capsys, settings):
    path = tmp_path / "t.csv"
    path.write_text("Name\nAna Lopez\n")
    before = dump()
    # Nothing foresees a table that is not there.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_personprivate RENAME TO elsewhere")
    try:
        status, said = answer(capsys, path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO people_personprivate")
    assert status == 2
    kept = re.search(r"\S+last-failure\.txt", said)
    assert "people_personprivate" in (settings.HOME / "work" / "last-failure.txt").read_text()
    assert kept is not None
    assert Batch.objects.get().state == Batch.State.FAILED
    assert dump() == before
    assert answer(capsys, path)[0] == 0


def test_mixed_line_ends_and_delimiters_give_the_same_people(organisation, tmp_path, capsys):
    rows = [["Given name", "Family name", "E-mail"]] + [[f"G{n}", f"F{n}", f"p{n}@example.org"] for n in range(5)]
    forms = [(",", "utf-8", "\n"), (";", "cp1252", "\r\n"), ("\t", "utf-16", "\n"), ("|", "utf-8-sig", "\r\n")]
    for number, (delimiter, encoding, end) in enumerate(forms):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(csv_bytes(rows, delimiter=delimiter, encoding=encoding, line_end=end))
        assert answer(capsys, path)[0] == 0
        counts = Batch.objects.order_by("pk").last().result["people"]
        assert (counts["created"], counts["unchanged"]) == ((5, 0) if number == 0 else (0, 5))

import zipfile

import pytest

from muster.core.sheets.folders import is_folder, open_folder
from muster.core.sheets.problems import SheetError
from muster.core.sheets.tables import open_table
from tests.core.sheets.makers import csv_bytes, xlsx_bytes, zip_bytes

pytestmark = pytest.mark.unit

PEOPLE = csv_bytes([["person", "given_name"], ["P1", "Ana"]])
UNITS = xlsx_bytes([["unit", "name"], ["U1", "North"]])
GOALS = csv_bytes([["unit", "measure"]])


def contents(folder):
    return {
        kind: [list(zip(*chunk.columns, strict=True)) for chunk in table.chunks()]
        for kind, table in folder.tables.items()
    }


@pytest.mark.parametrize("inside", ["", "export-2024/"])
def test_a_directory_and_a_zip_of_it_are_read_alike(tmp_path, inside):
    files = {"people.csv": PEOPLE, "Units.XLSX": UNITS, "goals.csv": GOALS, "readme.txt": b"hello", ".DS_Store": b"x"}
    (tmp_path / "folder" / inside).mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "folder" / inside / name).write_bytes(content)
    litter = {"__MACOSX/people.csv": b"x", inside: b""} if inside else {}
    (tmp_path / "folder.zip").write_bytes(
        zip_bytes({**litter, **{inside + name: content for name, content in files.items()}})
    )

    for path in (tmp_path / "folder", tmp_path / "folder.zip"):
        folder = open_folder(path)
        assert contents(folder) == {"units": [[("U1", "North")]], "people": [[("P1", "Ana")]], "goals": []}
        assert list(folder.tables) == ["units", "people", "goals"]
        assert [str(warning) for warning in folder.warnings] == [
            "readme.txt: This file was left out: its name is none of those that are read."
        ]


def test_a_folder_and_a_sheet_are_told_apart(tmp_path):
    files = {
        "a.zip": zip_bytes({"people.csv": PEOPLE}),
        "b.xlsx": UNITS,
        "c.csv": PEOPLE,
        "d.zip": b"x",
        "e.zip": zip_bytes({"members-2024.csv": PEOPLE}),
        "f.zip": zip_bytes({"members.csv": PEOPLE, "dues.csv": PEOPLE}),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    assert [name for name in ("", *files) if is_folder(tmp_path / name)] == ["", "a.zip", "d.zip", "f.zip"]
    assert open_table(tmp_path / "e.zip").headers == ["person", "given_name"]
    with pytest.raises(SheetError, match="holds 2 sheets"):
        open_table(tmp_path / "f.zip")


def link(name):
    part = zipfile.ZipInfo(name)
    part.external_attr = 0o120777 << 16
    return part


OUTSIDE = "This zip file is not safe: it names a file outside its folder."


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"units.csv": b"unit,name\nU1,North\n"}, "There is no people.csv in this folder."),
        (
            {"people.csv": PEOPLE, "people.xlsx": UNITS},
            "The folder holds this table twice: people.csv and people.xlsx.",
        ),
        ({"people.csv": csv_bytes([["person"]])}, "No file of this folder has any row below its column names."),
        ({"people.csv": PEOPLE, "goals.csv": b""}, "The file is empty."),
        ({"people.csv": PEOPLE, "../evil.csv": b"x"}, OUTSIDE),
        ({"people.csv": PEOPLE, "a\\..\\..\\evil.csv": b"x"}, OUTSIDE),
        ({"people.csv": PEOPLE, "/etc/evil.csv": b"x"}, OUTSIDE),
        ({"people.csv": PEOPLE, "C:\\evil.csv": b"x"}, OUTSIDE),
        ({link("people.csv"): b"/etc/passwd"}, "This zip file is not safe: it holds a link to another file."),
        ({"people.csv": PEOPLE + b"a" * (60 << 20)}, "This zip file unpacks to far more than it should hold."),
    ],
)
def test_a_folder_that_cannot_be_read_says_why(tmp_path, files, message):
    (tmp_path / "f.zip").write_bytes(zip_bytes(files))

    with pytest.raises(SheetError) as refused:
        open_folder(tmp_path / "f.zip")

    assert refused.value.problem.message == message


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path):
    content = zip_bytes({"people.csv": PEOPLE + b"P2,x\n" * 1000})
    size = (len(PEOPLE) + 5000).to_bytes(4, "little")
    (tmp_path / "f.zip").write_bytes(content.replace(size, (100).to_bytes(4, "little")))

    with pytest.raises(SheetError) as refused:
        open_folder(tmp_path / "f.zip")

    assert refused.value.problem.message == "This zip file is broken."

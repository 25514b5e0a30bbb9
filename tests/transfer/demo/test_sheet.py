"""The sheet with planted duplicates: the truth file is the truth, and nothing else looks like a duplicate."""

from datetime import date

import pytest

from muster.transfer.demo.folder import write_folder
from muster.transfer.demo.sheet import CHANGES, write_import_sheet
from tests.transfer.demo.reading import Row, read

pytestmark = pytest.mark.unit


def digits(phone: str) -> str:
    return "".join(letter for letter in phone if letter.isdigit())[-10:]


def signs(given: str, family: str, email: str, phone: str, born: str) -> set[tuple[str, ...]]:
    """What would make two records one person: name with whole birth date, with phone, with e-mail."""
    name = f"{given} {family}".casefold()
    found = {(name, "mail", email), (name, "phone", digits(phone)), (name, "born", born if len(born) == 10 else "")}
    return {sign for sign in found if sign[2]}


def of_person(row: Row) -> set[tuple[str, ...]]:
    return signs(row["given_name"], row["family_name"], row["email"], row["phone"], row["birth_date"])


def of_line(row: Row) -> set[tuple[str, ...]]:
    return signs(row["First Name"], row["Last Name"], row["Email"], row["Phone"], row["Date of Birth"])


def test_planted_rows_are_who_the_truth_says_and_no_other_row_is_anybody(tmp_path):
    write_folder(tmp_path / "demo", people=20_000, seed=3, until=date(2026, 11, 24))
    people = {row["person"]: row for row in read(tmp_path / "demo" / "people.csv")}

    summary = write_import_sheet(tmp_path / "new.csv", folder=tmp_path / "demo", people=10_000, seed=4)

    lines = dict(enumerate(read(tmp_path / "new.csv"), start=2))
    truth = read(summary.truth)
    assert (summary.rows, summary.planted, len(lines), len(truth)) == (10_000, 300, 10_000, 300)
    assert 80 <= summary.lookalikes <= 100
    assert {pair["change"] for pair in truth} == set(CHANGES)
    assert len({pair["person"] for pair in truth}) == 300
    for pair in truth:
        same = of_line(lines[int(pair["line"])]) & of_person(people[pair["person"]])
        assert bool(same) != pair["change"].startswith("typing error"), pair

    planted = {int(pair["line"]) for pair in truth}
    known = set().union(*(of_person(row) for row in people.values()))
    assert not [number for number, row in lines.items() if number not in planted and of_line(row) & known]
    mails = {row["email"] for row in people.values()}
    sharing = [number for number, row in lines.items() if number not in planted and row["Email"] in mails - {""}]
    assert len(sharing) == summary.lookalikes


def test_same_seed_gives_the_same_sheet(tmp_path):
    write_folder(tmp_path / "demo", people=300, seed=3, until=date(2026, 11, 24))
    for name in ("one", "two"):
        write_import_sheet(
            tmp_path / f"{name}.csv", folder=tmp_path / "demo", people=500, seed=9, planted_duplicates=0.2
        )

    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (tmp_path / "one.truth.csv").read_bytes() == (tmp_path / "two.truth.csv").read_bytes()


@pytest.mark.parametrize(("people", "share"), [(0, 0.03), (10, 0.6), (10, -0.1)])
def test_impossible_sheets_are_refused(tmp_path, people, share):
    with pytest.raises(ValueError, match="at least one row"):
        write_import_sheet(tmp_path / "new.csv", folder=tmp_path, people=people, seed=1, planted_duplicates=share)

    assert list(tmp_path.iterdir()) == []

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.builders import make_goal, make_person, make_unit

pytestmark = pytest.mark.web


@pytest.fixture
def members(north, south):
    """Two members in North, three in South, all since long ago."""
    branch = make_unit("North 1", parent=north, opened_on=date(2010, 1, 1))
    for number in range(2):
        make_person(
            f"Ada North{number}", unit=branch, member_from=date(2015, 1, 1), city="Salem", region="OR", country="US"
        )
    for number in range(3):
        make_person(
            f"Sol South{number}", unit=south, member_from=date(2015, 1, 1), city="Austin", region="TX", country="US"
        )
    make_goal(branch, target=12, start_on=date(2020, 1, 1), due_on=timezone.localdate() + timedelta(days=100))


def page(client, user, path="/balance-sheet/"):
    client.force_login(user)
    return client.get(path)


def total(client, user, query=""):
    return json.loads(page(client, user, f"/balance-sheet/file/json/{query}").content)["members"]["total"]


def test_each_reader_sees_the_forces_of_their_own_part(client, members, alice, bob, charlie, dora, north, south):
    assert [total(client, user) for user in (alice, bob, charlie, dora)] == [2, 2, 3, 5]
    assert total(client, dora, f"?unit={south.pk}") == 3
    assert page(client, alice, f"/balance-sheet/?unit={south.pk}").status_code == 404
    html = page(client, charlie).content.decode()
    assert "Three members in one city" in html or "3 members in" in html
    assert "Salem" not in html
    assert "North" not in html


def test_the_page_says_draws_and_lists(client, members, bob):
    html = page(client, bob).content.decode()
    assert html.count("<svg") >= 8
    assert "Salem" in html
    assert "North 1: members by" in html
    assert "Members outside branches" in html


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?on=soon", "Write the day as year-month-day"),
        ("?on=2999-01-01", "That day is still to come."),
        ("?on=0001-01-01", "Give a day from 1900 on."),
        ("?on=2020-01-01&compare=2020-01-01", "Compare with a day before"),
    ],
)
def test_a_wrong_day_is_explained_and_stays_in_the_form(client, members, bob, query, says):
    response = page(client, bob, f"/balance-sheet/{query}")
    assert response.status_code == 200
    assert says in response.content.decode()
    assert query.partition("=")[2].partition("&")[0] in response.content.decode()


def test_an_earlier_day(client, members, bob):
    assert total(client, bob, "?on=2014-12-31") == 0
    assert "No members yet" in page(client, bob, "/balance-sheet/?on=2014-12-31").content.decode()


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        ("text", "text/plain", "txt"),
        ("markdown", "text/markdown", "md"),
        ("csv", "text/csv", "csv"),
        ("json", "application/json", "json"),
        ("pdf", "application/pdf", "pdf"),
    ],
)
def test_files(client, members, bob, name, kind, ending):
    response = page(client, bob, f"/balance-sheet/file/{name}/?on=2020-05-01")
    assert response["Content-Type"].startswith(kind)
    assert response["Content-Disposition"] == f'attachment; filename="balance-sheet-2020-05-01.{ending}"'


def test_the_numbers_of_a_chart(client, members, bob):
    rows = list(csv.reader(io.StringIO(page(client, bob, "/balance-sheet/numbers/map.csv").content.decode())))
    assert rows == [["City", "Members", "Branches"], ["Salem, OR", "2", "0"]]
    for path in ("numbers/none.csv", "file/docx/"):
        assert page(client, bob, f"/balance-sheet/{path}").status_code == 404

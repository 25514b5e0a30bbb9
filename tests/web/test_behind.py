"""Every number of the balance sheet opens the list behind it, for whoever may see the people there."""

import csv
import html
import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from muster.access.models import Grant, Role
from muster.audit.models import Entry
from tests.builders import (
    LONG_AGO,
    make_goal,
    make_inquiry,
    make_person,
    make_qualification,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.web
TODAY = timezone.localdate()
LIST = re.compile(r'href="(/balance-sheet/behind/\?[^"]*)">([^<]*)</a>')


@pytest.fixture
def forces(north, south):
    """North with two branches in one city, people everywhere, goals and inquiries; South with people of its own."""
    branches = [
        make_unit(f"North {number}", parent=north, city="Salem", region="OR", country="US") for number in range(2)
    ]
    make_unit("Forming", kind="group", parent=north)
    for number in range(12):
        person = make_person(
            f"Nora {number}",
            unit=(north, *branches)[number % 3],
            member_from=TODAY - timedelta(days=45 * number + 10),
            member_to=TODAY if number == 4 else None,
            city="A|B%" if number % 2 else "",
            region="OR" if number % 2 else "",
        )
        make_inquiry(person=person, name="Ida", received_at=timezone.now())
    make_qualification(person)
    for measure in ("members", "organisers", "recruits", "inquiries", "branches", "groups"):
        make_goal(north, measure=measure, start_on=date(2020, 1, 1))
    make_person("Sven South", unit=south, member_from=LONG_AGO, city="Austin")
    return branches


def get(client, user, address, **query):
    client.force_login(user)
    return client.get(address, query)


def lists_on(response):
    """(address, what stands there) of each link to a list."""
    return [(html.unescape(href), text) for href, text in LIST.findall(response.content.decode())]


def total(text):
    """How many rows a list says it has."""
    found = re.search(r"<span>[\d,]+ of ([\d,]+)</span>", text)
    return int(found[1].replace(",", "")) if found else 0


def test_every_number_of_the_page_opens_a_list_of_that_length(client, alice, forces):
    page = get(client, alice, reverse("reports:balance_sheet"))
    lists = lists_on(page)
    counted = {}
    for address, text in lists:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "Sven" not in answer.content.decode()
        # A share or a mean leads to those it is a share of.
        if re.fullmatch(r"[\d,]+", text) and "without_branch" not in address and "strongholds" not in address:
            counted[address] = (int(text.replace(",", "")), total(answer.content.decode()))
    assert len(counted) > 60
    # Who left today is not placed elsewhere: alice sees everybody whom her figures count.
    assert {address: pair for address, pair in counted.items() if pair[0] != pair[1]} == {}
    numbers = re.findall(r'<td class="n[^"]*">(?!<a )([^<]*)</td>', page.content.decode())
    assert [text for text in numbers if text not in ("–", "none")] == []


def test_who_may_not_see_the_people_reads_plain_numbers(client, bob, north, forces):
    role = Role.objects.create(code="counter", name="Counter", permissions=["units.view", "reports.view"])
    carla = make_user("carla")
    Grant.objects.create(user=carla, role=role, unit=north, from_on=LONG_AGO)

    page = get(client, carla, reverse("reports:balance_sheet"))
    assert page.status_code == 200
    assert lists_on(page) == []
    for address in (reverse("reports:behind"), reverse("reports:behind_file", args=["csv"])):
        assert get(client, carla, address).status_code == 403
    # Bob sees people, and no inquiries.
    figures = {address.rpartition("figure=")[2] for address, _ in lists_on(get(client, bob, "/balance-sheet/"))}
    assert {figure for figure in figures if figure.startswith("inquiries")} == set()
    assert "members" in figures
    assert get(client, bob, reverse("reports:behind"), figure="inquiries").status_code == 403


def test_nobody_opens_lists_of_others(client, charlie, alice, dora, north, south, forces):
    behind = reverse("reports:behind")
    assert get(client, charlie, behind, unit=north.pk, figure="members").status_code == 404
    assert get(client, charlie, behind, figure=f"unit:{forces[0].ref}").status_code == 404
    assert get(client, charlie, behind, figure="no such").status_code == 404

    rows = [get(client, who, behind).content.decode() for who in (charlie, alice, dora)]
    assert [("Nora 0" in text, "Sven South" in text, total(text)) for text in rows] == [
        (False, True, 1),
        (True, False, 11),
        (True, True, 12),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_takes_constant_queries(number, client, alice, north, django_assert_num_queries):
    for count in range(number):
        make_person(f"Nora {count}", unit=north, member_from=LONG_AGO)
    client.force_login(alice)

    with django_assert_num_queries(8):
        response = client.get(reverse("reports:behind"), {"figure": "members"})

    assert response.content.decode().count(">Nora ") == number


def test_a_long_list_has_pages(client, alice, north):
    for number in range(101):
        make_person(f"Nora {number:03}", unit=north, member_from=LONG_AGO)

    first = get(client, alice, reverse("reports:behind")).content.decode()
    second = client.get(html.unescape(re.search(r'rel="next" href="([^"]*)"', first)[1])).content.decode()

    assert "100 of 101" in first
    assert ("Nora 099" in first, "Nora 100" in first) == (True, False)
    assert ("Nora 099" in second, "Nora 100" in second, "1 of 101" in second) == (False, True, True)
    assert 'rel="prev"' in second


def test_the_list_as_a_file_is_written_down(client, alice, bob, north, south):
    nora = make_person("=Nora Berg", unit=north, member_from=date(2020, 3, 1), city="Salem", region="OR")
    make_person("Sven South", unit=south, member_from=date(2020, 3, 1))
    query = {"figure": "joined:2020-03"}
    assert get(client, bob, reverse("reports:behind_file", args=["csv"]), **query).status_code == 403

    table = get(client, alice, reverse("reports:behind_file", args=["csv"]), **query)
    rows = list(csv.reader(io.StringIO(b"".join(table.streaming_content).decode())))
    book = client.get(reverse("reports:behind_file", args=["xlsx"]), query)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active

    assert rows == [
        ["Id", "Name", "Joined", "City", "State or region"],
        [nora.ref, "'=Nora Berg", "2020-03-01", "Salem", "OR"],
    ]
    assert [[cell.value for cell in row][:2] for row in sheet.rows] == [row[:2] for row in rows]
    assert [(entry.action, entry.count, entry.unit_id, entry.details["figure"]) for entry in Entry.objects.all()] == [
        ("reports.list.exported", 1, north.pk, "joined")
    ] * 2
    assert client.get(reverse("reports:behind_file", args=["docx"])).status_code == 404


def test_an_earlier_day_and_an_empty_list(client, alice, north, south, forces):
    first = TODAY - timedelta(days=45 * 11 + 10)
    text = get(client, alice, reverse("reports:behind"), on=first.isoformat()).content.decode()
    assert total(text) == 1
    assert f"{first:%a} {first.day} {first:%b} {first.year}" in text
    assert "People who have moved out of your units since" in text

    empty = get(client, alice, reverse("reports:behind"), figure="joined:2001-01").content.decode()
    assert "Nobody to show" in empty


def test_the_page_of_a_unit_and_today_lead_to_the_lists(client, alice, dora, north, organisation, forces):
    make_person("Unplaced", member_from=LONG_AGO)
    for user, address, members in (
        (alice, "/", 11),
        (alice, reverse("units:unit_detail", args=[north.pk]), 11),
        # Everybody, "Without a unit" too.
        (dora, reverse("units:unit_detail", args=[organisation.pk]), 13),
    ):
        page = get(client, user, address).content.decode()
        strip = re.findall(r'<dt><a href="([^"]*)">[^<]*</a></dt>\s*<dd class="value">([^<]*)</dd>', page)
        found = [
            (int(value), total(client.get(html.unescape(href)).content.decode()))
            for href, value in strip
            if "/behind/" in href and value.isdigit()
        ]
        assert found[0] == (members, members)
        assert len(found) >= 3
        assert [pair for pair in found if pair[0] != pair[1]] == []

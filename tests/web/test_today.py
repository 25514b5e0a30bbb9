"""The first page: what it says of a unit, to whom."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from muster.audit import services as audit
from tests.builders import make_case, make_goal, make_inquiry, make_person, make_qualification, make_unit, make_user

pytestmark = pytest.mark.web


def lines_of(response) -> list[str]:
    """The page's words, a line for each element that holds any."""
    main = response.content.decode().partition('<div id="content"')[2].partition("</main>")[0]
    text = html.unescape(re.sub(r"<(?!/?(?:b|small|span)\b)[^>]*>", "\n", main.partition(">")[2]))
    return [line for raw in text.splitlines() if (line := " ".join(re.sub(r"<[^>]*>", " ", raw).split()))]


@pytest.fixture
def today():
    return timezone.localdate()


def test_today_says_what_is_new_in_the_unit_one_stands_in(client, alice, north, south, today):
    branch = make_unit("Harbour", parent=north)
    begin = today.replace(day=1)
    nora = make_person("Nora Berg", unit=branch, member_from=begin)
    make_qualification(nora)
    make_person("Olav Dahl", unit=branch, member_from=today - timedelta(days=800))
    make_person("Sven South", unit=south, member_from=begin)
    make_goal(
        north, measure="members", start_on=today - timedelta(days=10), due_on=today + timedelta(days=10), target=12
    )
    make_inquiry(received_at=timezone.now() - timedelta(days=1))
    client.force_login(alice)

    lines = lines_of(client.get("/"))

    day = f"{today:%a} {today.day} {today:%b} {today.year}"
    joined = "today" if begin == today else "yesterday" if begin == today - timedelta(days=1) else None
    joined = joined or f"on {begin:%a} {begin.day} {begin:%b} {begin.year}"
    assert lines == [
        day,
        "One new member this month",
        "North has 2 members; a year ago it had 1. One goal needs a push.",
        *(
            "Members",
            "2",
            "+1 in a year",
            "Branches",
            "1",
            "as a year ago",
            "Groups in formation",
            "0",
            "as a year ago",
        ),
        *("Organisers", "1", "one for 2 members", "Inquiries a week", "0.0", "in the last 90 days"),
        *("What is new", "All people", "Nora Berg", f"joined {joined}, Harbour", "Our goals", "Balance sheet"),
        *(f"Members by {(today + timedelta(days=10)):%b %Y}", "2 of 12", "behind the line"),
    ]


def test_what_happens_elsewhere_is_not_said(client, charlie, north, today):
    make_person("Nora Berg", unit=north, member_from=today)
    make_goal(north, start_on=today - timedelta(days=1), due_on=today + timedelta(days=1))
    client.force_login(charlie)

    lines = lines_of(client.get("/"))

    assert lines[1:3] == ["No members yet", "South begins here."]
    assert not {"Nora Berg", "Our goals"} & set(lines)


def test_a_role_without_lists_is_told_so(client, north, today):
    client.force_login(make_user("mona", member=north))

    assert lines_of(client.get("/"))[1:] == ["You are signed in", "Your role shows no lists yet."]


def test_an_empty_organisation_says_where_to_begin(client, dora):
    client.force_login(dora)

    lines = lines_of(client.get("/"))

    assert lines[1:5] == ["No members yet", "Workers Together begins here.", "Where to begin", "Bring your files in"]
    assert {"Lay out your units", "Let others in", "Use your own words"} <= set(lines)


def test_the_latest_imports_are_shown_to_who_may_import(client, dora, alice, today):
    make_person("Nora Berg", member_from=today)
    counts = {"people": {"created": 1500, "updated": 2, "unchanged": 0}}
    audit.record(
        user_id=None,
        actor_label="dora",
        action="transfer.import.published",
        now=timezone.now(),
        name="list.csv",
        counts=counts,
    )
    client.force_login(dora)
    shown = lines_of(client.get("/"))
    client.force_login(alice)
    hidden = lines_of(client.get("/"))

    at = shown.index("Latest imports")
    assert shown[at + 1 : at + 3] == [
        "list.csv",
        f"1,500 new and 2 changed, {today:%a} {today.day} {today:%b} {today.year}",
    ]
    assert "Latest imports" not in hidden


def test_whoever_imports_into_a_part_sees_their_own_imports_only(client, erin, dora):
    for user, name in ((dora, "everybody.csv"), (erin, "north.csv")):
        audit.record(
            user_id=user.pk,
            actor_label=user.name,
            action="transfer.import.published",
            now=timezone.now(),
            name=name,
            counts={},
        )
    client.force_login(erin)
    text = client.get("/").content.decode()

    assert ("north.csv" in text, "everybody.csv" in text) == (True, False)


def test_whom_to_get_in_touch_with_is_ones_own_and_due(client, alice, bob, charlie, north, south, today):
    """Alice has seven that are due and one tomorrow; one is nobody's, and one of South is hers but not to be seen."""
    for number in range(7):
        person = make_person(f"P{number} Berg", unit=north)
        make_case(person, "Contacted", owner=alice, next_on=today - timedelta(days=6 - number), next_step="Call")
    make_case(make_person("Early Bird", unit=north), owner=alice, next_on=today + timedelta(days=1))
    make_case(make_person("Free One", unit=north), next_on=today)
    make_case(make_person("Sven South", unit=south), owner=alice, next_on=today - timedelta(days=99))
    client.force_login(alice)
    lines = lines_of(client.get("/"))
    begin = lines.index("Whom to get in touch with")
    late = [f"Call · Contacted · North {6 - n} day{'s' if 6 - n > 1 else ''} late" for n in range(5)]
    assert lines[begin + 2 : begin + 13] == [
        *(line for n in range(5) for line in (f"P{n} Berg", late[n])),
        "2 more of yours, 1 is nobody’s yet.",
    ]
    for user in (bob, charlie):
        client.force_login(user)
        assert "Berg" not in "".join(lines_of(client.get("/")))


def test_nobody_to_get_in_touch_with_is_not_said(client, alice, north):
    client.force_login(alice)
    assert "Whom to get in touch with" not in lines_of(client.get("/"))

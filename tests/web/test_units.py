"""The pages about units, as alice, bob, charlie and an officer meet them."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.people.models import Placement
from muster.units.models import Unit
from muster.web.units import forest
from tests.builders import LONG_AGO, make_office, make_person, make_placement, make_standing, make_unit

pytestmark = pytest.mark.web
TREE_QUERIES, PAGE_QUERIES, CSV_QUERIES = 8, 16, 9


@pytest.fixture
def as_erin(client, erin):
    client.force_login(erin)
    return client


@pytest.fixture
def branch(north):
    return make_unit("North 1", parent=north, city="Salem", region="OR", country="US", opened_on=date(2001, 2, 3))


def text_of(response):
    return response.content.decode()


def page(name, *args):
    return reverse(f"units:{name}", args=args)


def kind_id(code):
    return Unit._meta.get_field("kind").related_model.objects.get(code=code).pk


def rows(html):
    """(name, kind, figure) of each row of a tree."""
    found = re.findall(
        r'data-row id="unit-\d+"><a href="[^"]+">([^<]+)</a><span class="kind">([^<]*).*?<span class="n">([^<]*)</span>',
        html,
    )
    return [tuple(part.strip() for part in row) for row in found]


def test_the_tree_shows_what_one_may_see_with_members(client, organisation, north, south, branch, dora, bob, charlie):
    make_unit("North old", parent=north, closed_on=LONG_AGO)
    make_unit("South 1", parent=south)
    make_person("Ada Ek", unit=branch, member_from=LONG_AGO)
    make_person("Bo Ek", unit=north, member_from=LONG_AGO)
    make_person("Cy Contact", unit=branch)
    make_placement(make_person("Di Second", member_from=LONG_AGO), branch)

    def seen(user, query=""):
        client.force_login(user)
        return rows(text_of(client.get(page("unit_tree") + query)))

    north_rows = [("North", "Region", "2"), ("North 1", "Branch", "1")]
    south_rows = [("South", "Region", "0"), ("South 1", "Branch", "0")]
    assert seen(dora) == [("Workers Together", "Organisation", "3"), *north_rows, *south_rows]
    assert seen(bob) == north_rows
    assert seen(bob, "?closed=1") == [*north_rows, ("North old", "Branch, closed", "0")]
    assert seen(charlie) == south_rows


def test_the_whole_organisation_counts_everyone_placed_or_not(client, organisation, north, branch, dora, bob):
    make_person("Ada Ek", unit=branch, member_from=LONG_AGO)
    twice = make_person("Bo Ek", member_from=date(2001, 1, 1), member_to=date(2002, 1, 1))
    make_standing(twice, from_on=date(2003, 1, 1))
    make_placement(twice, branch)  # not a home: Bo has none
    make_person("Cy Nowhere", member_from=LONG_AGO)
    make_person("Di Left", member_from=LONG_AGO, member_to=date(2001, 1, 1))
    make_person("Ed Contact")

    def seen(user):
        client.force_login(user)
        found = {name: n for name, _, n in rows(text_of(client.get(page("unit_tree") + "?unit=" + str(north.pk))))}
        return found | figures(text_of(client.get(page("unit_detail", organisation.pk))))

    def figures(html):
        return dict(re.findall(r"<dt>(?:<a [^>]*>)?([^<]+)(?:</a>)?</dt>\s*<dd class=\"value\">([^<]+)</dd>", html))

    everyone = {"Workers Together": "3", "North": "1", "North 1": "1"}
    told = {"Members": "3", "Placed right here": "0", "Without a unit": "2", "Region": "1", "Branch": "1"}
    assert seen(dora) == everyone | told
    assert seen(bob) == {"North": "1", "North 1": "1"}


@pytest.mark.parametrize("number", [3, 300])
def test_pages_ask_as_often_whatever_there_is(number, client, north, branch, erin, django_assert_num_queries):
    for each in range(number):
        below = make_unit(f"Group {each}", kind="group", parent=branch)
        make_person(f"Ada {each}", unit=below, member_from=LONG_AGO)
        make_office(make_person(f"Bo {each}", unit=branch), branch, f"role {each}")
    client.force_login(erin)
    client.get("/more/")

    with django_assert_num_queries(TREE_QUERIES):
        assert client.get(page("unit_tree")).status_code == 200
    with django_assert_num_queries(PAGE_QUERIES):
        assert client.get(page("unit_detail", branch.pk)).status_code == 200
    with django_assert_num_queries(CSV_QUERIES):
        assert text_of(client.get(page("unit_csv", branch.pk))).count("\r\n") == number + 2


def test_a_large_tree_is_folded_and_every_unit_can_be_reached(as_erin, north, monkeypatch):
    monkeypatch.setattr(forest, "ROWS", 10)
    regions = [make_unit(f"Region {each}", kind="region", parent=north) for each in range(6)]
    branches = [make_unit(f"Branch {each}", parent=regions[each % 6]) for each in range(18)]

    folded = text_of(as_erin.get(page("unit_tree")))
    opened = text_of(as_erin.get(page("unit_tree"), {"at": regions[2].pk}))

    assert [name for name, _, _ in rows(folded)] == ["North", *(unit.name for unit in regions)]
    assert f'href="/units/?at={regions[0].pk}#unit-{regions[0].pk}">3 below' in folded
    assert {"Branch 2", "Branch 8", "Branch 14"} <= {name for name, _, _ in rows(opened)}
    assert len(rows(opened)) <= 10 + 1 + len(branches) // 6
    assert "18 folded away" in folded


def test_a_search_finds_by_name_and_city_among_what_one_may_see(client, bob, branch, south):
    make_unit("Salem South", parent=south)
    client.force_login(bob)
    html = text_of(client.get(page("unit_tree"), {"q": "salem"}))
    assert "North 1" in html
    assert "Salem South" not in html
    assert "Nothing fits" in text_of(client.get(page("unit_tree"), {"q": "elsewhere"}))


def test_the_page_of_a_unit_says_what_it_is(client, bob, north, south, branch):
    ada = make_person("Ada Ek", unit=branch, member_from=LONG_AGO, city="Salem")
    make_unit("Campus", kind="group", parent=branch)
    make_office(ada, branch, "treasurer")
    make_office(make_person("Sol Away", unit=south), branch, "chair")
    make_office(ada, branch, "paper organiser", to_on=date(2020, 5, 6))
    client.force_login(bob)

    html = text_of(client.get(page("unit_detail", branch.pk)))

    for said in (
        "Salem, OR, US",
        "Sat 3 Feb 2001",
        "Ada Ek",
        "Treasurer",
        "Paper organiser",
        "Wed 6 May 2020",
        "Campus",
    ):
        assert said in html
    assert "Somebody placed elsewhere" in html
    for hidden in ("Sol Away", "/edit/", "/close/", "What was done", "Workers Together"):
        assert hidden not in html


def test_the_list_of_units_below_leaves_as_a_file(client, bob, erin, north, branch):
    make_unit("=SUM(1)", kind="group", parent=branch, closed_on=date(2020, 1, 2))
    make_person("Ada Ek", unit=branch, member_from=LONG_AGO)
    client.force_login(bob)
    response = client.get(page("unit_csv", branch.pk))

    group = Unit.objects.get(name="=SUM(1)")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert text_of(response).splitlines() == [
        "unit,kind,parent,name,opened_on,closed_on,city,region,postcode,country,latitude,longitude,members",
        f"{group.ref},group,{branch.ref},'=SUM(1),,2020-01-02,,,,,,,0",
        f"{branch.ref},branch,,North 1,2001-02-03,,Salem,OR,,US,,,1",
    ]
    client.force_login(erin)
    assert "A list of units was taken out." in text_of(client.get(page("unit_detail", branch.pk)))


def test_a_unit_is_opened_edited_and_a_newer_version_is_kept(as_erin, north, branch):
    wrong = as_erin.post(page("unit_open", branch.pk), {"name": "", "kind": kind_id("group"), "country": "usa"})
    right = as_erin.post(
        page("unit_open", branch.pk), {"name": "Campus", "kind": kind_id("group"), "country": "us", "city": "Salem"}
    )
    campus = Unit.objects.get(name="Campus")
    form = {"name": "Campus East", "kind": kind_id("group"), "version": 1}
    saved = as_erin.post(page("unit_edit", campus.pk), form)
    late = as_erin.post(page("unit_edit", campus.pk), form | {"name": "Campus West"})

    assert "Some things to mend" in text_of(wrong)
    assert (right.status_code, right["Location"]) == (302, page("unit_detail", campus.pk))
    assert (campus.parent, campus.country, campus.city, campus.opened_on) == (branch, "US", "Salem", None)
    assert saved.status_code == 302
    assert "Somebody else changed this unit a moment ago" in text_of(late)
    assert 'value="Campus West"' in text_of(late)
    campus.refresh_from_db()
    assert (campus.name, campus.city) == ("Campus East", "")


def test_a_move_offers_to_be_taken_back(as_erin, north, branch):
    west = make_unit("North West", kind="region", parent=north)
    form = text_of(as_erin.get(page("unit_move", branch.pk)))
    done = as_erin.post(page("unit_move", branch.pk), {"parent": west.pk}, follow=True)
    nowhere = as_erin.post(page("unit_move", branch.pk), {"parent": branch.pk})

    undo = page("unit_move_back", branch.pk, north.pk)
    assert "North West (North)" in form
    assert f'action="{undo}"' in text_of(done)
    assert "It cannot be put there." in text_of(nowhere)
    assert Unit.objects.get(pk=branch.pk).parent == west
    assert "Moved from North to North West." in text_of(as_erin.get(page("unit_detail", branch.pk)))
    as_erin.post(undo)
    assert Unit.objects.get(pk=branch.pk).parent == north


def test_closing_keeps_what_was_typed_and_offers_to_be_undone(as_erin, north, branch):
    other = make_unit("North 2", parent=north)
    make_unit("Campus", kind="group", parent=branch)
    ada = make_person("Ada Ek", unit=branch, member_from=LONG_AGO)
    today = timezone.localdate()
    yesterday = (today - timedelta(days=1)).isoformat()

    found = text_of(as_erin.get(page("unit_close", branch.pk), {"closed_on": yesterday, "q": "north 2", "find": "1"}))
    form = {"closed_on": today.isoformat(), "move_people_to": other.pk}
    refused = as_erin.post(page("unit_close", branch.pk), form)
    done = as_erin.post(page("unit_close", branch.pk), form | {"with_below": "on"}, follow=True)

    assert f'value="{yesterday}"' in found
    assert "Go on in North 2 (North)" in found
    assert "Still open below it: Campus." in text_of(refused)
    assert "What was done" in text_of(done)
    spells = (
        Placement.objects.unscoped("test").filter(person=ada).order_by("from_on").values_list("unit__name", "to_on")
    )
    assert list(spells) == [("North 1", today), ("North 2", None)]

    undo = text_of(done).split('data-undo="10"')[1].split('action="')[1].split('"')[0]
    assert "is open again, with everybody who was there" in text_of(as_erin.post(undo, follow=True))
    assert list(spells.all()) == [("North 1", None)]
    assert as_erin.post(undo, follow=True).status_code == 200


def test_a_closed_unit_is_opened_again(as_erin, north, branch):
    Unit.objects.filter(pk=branch.pk).update(closed_on=LONG_AGO.replace(year=2010))
    assert "Open again" in text_of(as_erin.get(page("unit_detail", branch.pk)))
    as_erin.post(page("unit_reopen", branch.pk))
    again = as_erin.post(page("unit_reopen", branch.pk), follow=True)
    assert Unit.objects.get(pk=branch.pk).closed_on is None
    assert "North 1 is not closed." in text_of(again)


def test_a_foreign_unit_looks_like_none(client, charlie, branch):
    client.force_login(charlie)
    answers = [client.get(page("unit_detail", pk)) for pk in (branch.pk, 10**15)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content

"""The inbox and sending on by hand: each of the cast sees and does what is theirs, and nothing else."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from muster.access.models import Role
from muster.contacts.models import Inquiry
from muster.contacts.queries import inbox
from tests.builders import NOON, make_grant, make_inquiry, make_person, make_unit, make_user
from tests.matrix.asking import readable

pytestmark = [pytest.mark.web, pytest.mark.django_db]
LIST = "/contacts/"
# Those of the frame and of the limit, then inquiries, how many are to be looked at, units and people.
QUERIES = 10


def page(client, user, path=LIST, **query):
    client.force_login(user)
    return readable(client.get(path, query))


def names(text):
    return re.findall(r"(N\d+|S\d+)(?:</a>)?(?:<br>)?(?: <small>|</th>)", text)


def assign(client, user, inquiry, unit):
    client.force_login(user)
    return client.post(reverse("contacts:inquiry_assign", args=[inquiry.pk]), {"unit": unit.pk})


def sent(name, unit, minutes=0, **fields):
    fields |= {"routed_by": "nearest", "routed_because": f"3 km from {unit.name}, the nearest"}
    return make_inquiry(name=name, unit=unit, received_at=NOON - timedelta(minutes=minutes), **fields)


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_shows_what_was_sent_here_newest_first_in_constant_queries(
    count, client, alice, north, south, django_assert_num_queries
):
    for number in range(count):
        person = make_person(f"Nora{number} Berg", unit=north)
        sent(f"N{number}", north, number, person=person, city="Salem", region="OR", message="May I come along?")
    sent("S0", south)
    client.force_login(alice)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        text = readable(client.get(LIST))

    assert names(text) == [f"N{number}" for number in range(count)]
    assert (
        text.count("May I come along?")
        == text.count("3 km from North, the nearest")
        == text.count("Salem, OR")
        == count
    )
    assert "South" not in text


def test_whoever_may_not_see_inquiries_has_no_inbox(client, bob, north):
    sent("N0", north)
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    assert LIST not in page(client, bob, "/")


def test_the_navigation_leads_there(client, alice):
    assert re.search(r'<a[^>]* href="/contacts/follow-up/"[^>]*>(<[^>]*>|\s)*Contacts', page(client, alice, "/"))
    home = page(client, alice, LIST)
    for path, words in (("/contacts/follow-up/", "Contacts"), (LIST, "Inbox")):
        assert re.search(rf'<a[^>]* href="{path}"[^>]*>(<[^>]*>|\s)*{words}', home)


def test_where_it_went_is_told_only_to_whoever_may_see_that_unit(client, alice, charlie, north, south):
    nora = make_person("Nora Berg", unit=north)
    sent("S0", south, person=nora)
    text = page(client, alice)
    assert names(text) == ["S0"]
    assert "Another part of the organisation" in text
    assert "South" not in text
    assert "Send&nbsp;on<span" not in text
    text = page(client, charlie)
    assert "3 km from South, the nearest" in text
    # Her record is not his to open.
    assert f"/people/{nora.pk}/" not in text
    assert "Send&nbsp;on<span" in text


def test_pages_go_on_where_the_last_one_ended(client, alice, north, monkeypatch):
    monkeypatch.setattr(inbox, "SIZE", 2)
    for number in range(5):
        sent(f"N{number}", north, number // 2)
    seen, path = [], LIST
    while path:
        text = page(client, alice, path)
        seen.append(names(text))
        last, further = path, re.search(r'rel="next" href="([^"]*)"', text)
        path = further[1] if further else ""
    assert seen == [["N1", "N0"], ["N3", "N2"], ["N4"]]
    back = re.search(r'rel="prev" href="([^"]*)"', page(client, alice, last))[1]
    assert names(page(client, alice, back)) == seen[1]


def test_a_place_in_the_list_that_one_may_not_see_is_none(client, alice, north, south):
    sent("N0", north)
    hidden = sent("S0", south, 5)
    for place in (hidden.pk, 999_999):
        assert names(page(client, alice, after=place)) == names(page(client, alice, before=place)) == ["N0"]


def test_an_empty_inbox_says_why(client, alice, dora, north, south):
    assert "What people write to us stands here." in page(client, alice)
    sent("S0", south)
    text = page(client, dora, unit=north.pk)
    assert "There is 1 in other units you can see." in text
    assert "Bring a list in" not in text
    assert "What people write to us stands here." in page(client, alice)


def test_sent_on_by_hand_and_back(client, alice, north):
    branch = make_unit("North 1", parent=north)
    inquiry = sent("N0", north)
    form = page(client, alice, reverse("contacts:inquiry_assign", args=[inquiry.pk]))
    assert "North 1 (North)" in form
    answer = assign(client, alice, inquiry, branch)
    inquiry.refresh_from_db()
    assert (answer.url, inquiry.unit, inquiry.routed_by) == (LIST, branch, "hand")
    text = page(client, alice)
    undo = reverse("contacts:inquiry_back", args=[inquiry.pk, north.pk])
    assert undo in text
    assert "Given to North 1 by hand" in text
    client.post(undo)
    inquiry.refresh_from_db()
    assert inquiry.unit == north


def test_units_are_found_by_a_part_of_their_name(client, alice, north):
    for number in range(20):
        make_unit(f"Branch {number:02}", parent=north)
    closed = make_unit("Branch closed", parent=north, closed_on=NOON.date())
    inquiry = sent("N0", north)
    path = reverse("contacts:inquiry_assign", args=[inquiry.pk])
    assert "Branch 19" not in page(client, alice, path)
    found = page(client, alice, path, q="h 19")
    assert "Branch 19" in found
    assert "Branch 18" not in found
    assert "No unit where it may go has “zz” in its name." in page(client, alice, path, q="zz")
    assert "It cannot go there." in readable(assign(client, alice, inquiry, closed))
    assert "It cannot go there." in readable(assign(client, alice, inquiry, north))


def test_nothing_is_sent_where_one_has_no_say(client, alice, bob, charlie, north, south):
    branch = make_unit("North 1", parent=north)
    inquiry = sent("N0", north)
    assert "It cannot go there." in readable(assign(client, alice, inquiry, south))
    assert [assign(client, user, inquiry, branch).status_code for user in (bob, charlie)] == [404, 404]
    assert client.post(reverse("contacts:inquiry_back", args=[inquiry.pk, south.pk])).status_code == 404
    client.force_login(alice)
    assert client.post(reverse("contacts:inquiry_back", args=[inquiry.pk, south.pk])).status_code == 404
    Role.objects.create(code="reader", name="Reader", permissions=["contacts.view", "units.view"])
    reader = make_user("rae", reader=north)
    assert "Send&nbsp;on<span" not in page(client, reader)
    assert assign(client, reader, inquiry, branch).status_code == 403
    # Rights in both units are needed.
    make_grant(reader, "unit_organiser", branch)
    assert assign(client, reader, inquiry, branch).status_code == 403
    assert Inquiry.objects.unscoped("a test").get().unit == north


def test_what_waits_says_so_and_is_sent_by_whoever_may_everywhere(client, alice, dora, north):
    inquiry = make_inquiry(name="N0", person=make_person("Nora Berg", unit=north))
    assert "Not sent yet" in page(client, alice)
    assert assign(client, alice, inquiry, north).status_code == 403
    assert assign(client, dora, inquiry, north).status_code == 302
